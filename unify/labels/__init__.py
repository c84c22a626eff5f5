"""Human labels in.

What comes in: a registered `Batch`: an annotation file or folder, an images folder, and what its classes mean.
What goes out: `BatchLabels`: the pictures with their digests, boxes clipped to stored pixels, and what is known of
every class on every picture. What was changed on the way is counted, what was left out is listed.
What it never does: run a model, merge batches, decode a picture that TensorFlow decodes, or change a registered file.

Read ``read.py`` first: `read_batch` is the whole stage. Then ``states.py``, which decides what a missing box means.

To add a format, write one module with the members of ``formats.Reader`` and add one line to ``formats.FORMATS``.
"""

from unify.labels.formats import FORMATS, Reader
from unify.labels.read import ReadBatch, read_batch

__all__ = ["FORMATS", "ReadBatch", "Reader", "read_batch"]
