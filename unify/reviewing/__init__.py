"""What people should look at again, out to their annotation tool and back as a batch.

In: the queue of `unify rank`, human labels, and predictions from the cache; no model is asked. Out: a project for each
task, for Label Studio, CVAT or COCO; and from what comes back a registered batch, what people changed, and the
auto-labelers measured again. Beside it, human boxes that are likely wrong. It never changes a batch that is there.

Read ``export.py`` and ``bring_back.py`` first, the two ways of a round trip; ``find_errors.py`` tells the story of
label errors, ``disagreements.py`` their rules. ``tools/`` has a file for each annotation tool. ``project.py`` is what
both ways share: what people were shown. ``answers.py`` is what they said, whatever the tool.
"""
