"""Which way to choose what to label pays? Strategies compared on pictures whose truth is known.

In: a simulation's config. Out: ``simulation.json``, a table and a plot of F1 against the cost of people's work. Every
strategy starts from the same few labels; then, round by round, it asks, the truth answers, and the detector is trained
anew. Read ``simulate.py`` first, the story; ``path.py`` is what one worker does for one seed, ``classroom.py`` the
workspace in which a strategy learns, ``strategies.py`` how they choose; ``curves.py`` makes numbers of all that.
"""
