"""Plan: what a compile would do, before it does it. Pure: columns in, a value out; opens no file.

In: the batches' labels (`unify.core.types.BatchLabels`) and a `CompileConfig`. Out: a `CompilePlan`. Read ``build.py``
first; ``identity.py`` makes one example of the same picture in several batches, ``coverage.py`` unites what their
people looked for, ``shards.py`` lays the examples out, ``jobs.py`` lists the inference that ``hard`` or ``soft`` would
need, ``summary.py`` puts the plan in numbers.
"""
