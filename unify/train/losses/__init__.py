"""Partial losses: Keras 3, `keras.ops` only, so they run on TensorFlow, JAX and PyTorch.

Comes in: targets, logits and a weight per (picture, cell, class). Goes out: a scalar. Every loss is

    L = sum over cells and classes of weight * loss(logit, target) / Z

and each factor has one file:

    weights.py      what a (picture, cell, class) counts: hand, machine, ignored, absent, unknown, exclusive
    kernels.py      the focal kernel, from logits without loss of digits, and its gradient
    sigmoid.py      binary cross-entropy and its focal form
    heatmap.py      CenterNet's penalty-reduced focal form
    softmax.py      marginal likelihood: unknown classes count as background
    boxes.py        box regression
    counts.py       how many positives and labeled elements a batch has, over all replicas
    normalizers.py  Z, from those counts
    balance.py      class weights against unequal coverage, from a manifest
    base.py         the Keras side: masks, sample weights, reduction, configuration
    shapes.py       errors

Dimensions, everywhere: B pictures, A cells (anchors, pixels; one axis or several), C class columns. Column c is the
class with id c + 1. Nothing here imports a backend, except that counts.py asks TensorFlow for its replicas.
"""
