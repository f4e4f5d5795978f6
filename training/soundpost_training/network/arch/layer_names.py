"""Names of layers that other modules look up."""

SCALING, STEM, STEM_NORM = "input_scaling", "stem", "stem_norm"
"""The first layers: `fold_into_stem` moves the scaling into the weights of the other two."""

TAIL = "tail"
"""Prefix of the layers behind the halving blocks, which a grown network may have more of."""

LOGITS = "logits"
"""The last layer. It is new whatever weights a network starts from."""
