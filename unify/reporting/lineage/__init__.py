"""Where labels come from: human batches → auto-labelers → unified datasets, through as many of them as there are.

In: manifests and a registry. Out: a graph without cycles, and for every box of the dataset the batches it goes back to.
``graph.py`` is pure and holds the accounting rule; ``gather.py`` reads; ``show.py`` shows.
"""
