"""The registry: YAML in, frozen values out.

In: ``registry/**.yaml`` and ``configs/*.yaml`` of a workspace. Out: `objects.Registry` and `objects.CompileConfig`,
checked once, so nobody re-checks them. It reads and writes only these files and the lock: it opens no annotation
file and no picture. Start reading at ``load.py``.
"""
