"""The file format of a unified dataset, both halves: TFRecord shards, label maps and the manifest.

In comes an `ExampleTable` a shard; out comes the shard, byte for byte the same for the same table. Back comes the same
knowledge as `DecodedExample`. Nothing here needs TensorFlow (only ``reader.py`` does), decides what a label means, or
orders examples. Read ``README.md`` first: it is the specification; then ``keys.py``, ``example.py`` and ``shard.py``.
"""
