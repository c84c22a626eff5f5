"""Inference for a compile: which auto-labelers must look at which pictures, and what their answers do to the shards.

In: a `CompilePlan`, the registry, a prediction cache, an executor. Out: answers in the cache, `ExampleTable`s whose
unknown classes are filled, and what the manifest says of it. Pixels never travel between processes: paths and digests
go to the workers, which commit what their models say as cache segments of their own.

Read ``autolabeling.py`` first (what one compile asks for), then ``run.py`` (the story of one inference) and ``work.py``
(what a worker does). ``known.py`` names a model by its fingerprint, ``policy.py`` decides what becomes of boxes,
``filling.py`` reads the answers back, ``journal.py`` finds the picture that kills its worker.
"""
