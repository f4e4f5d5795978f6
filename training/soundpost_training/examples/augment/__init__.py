"""Making many examples out of few: what happens is drawn first, and done afterwards."""

from soundpost_training.examples.augment.apply import apply
from soundpost_training.examples.augment.draw import Draw, draw
from soundpost_training.examples.augment.negatives import negatives

__all__ = [
    "Draw",
    "apply",
    "draw",
    "negatives",
]
