"""What the training loop imports.

Comes in: batches of a unified dataset, with what is known of every class on every picture. Goes out: losses that learn
nothing from what nobody looked for. This package and `unify.losses` are the only homes of Keras; nothing that compiles
a dataset imports them. Read `losses/weights.py` first: one weight tensor carries all of the partial labels.
"""
