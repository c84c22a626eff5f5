"""One file for each way a model can be had.

An adapter says which options it takes (``Shape``), which files its answers depend on (``files_of``), and how to load it
(``load``); `unify.autolabel.interface.Adapter` is the promise. Libraries are imported when a model is loaded.
"""
