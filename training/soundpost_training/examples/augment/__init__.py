"""Augments examples: `draw` makes the random choices, `apply` carries them out in numpy."""
