"""Rounds of labeling: rank, show people, take in what they say, compile, try; a step a call, the state on disk.

In: a loop's config. Out: in the loop's folder one folder a round with its queue, the files for the annotation tool,
the unified dataset and the trial; in the registry a batch a round and task. ``loop.py`` tells the story, ``steps.py``
is what each step does, ``state.py`` remembers where it stands, ``growing.py`` adds what came back to the configs.
``oracle.py`` answers in place of people, ``told.py`` says what they must do.
"""
