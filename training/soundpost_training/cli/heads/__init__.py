"""The verbs `negatives` and `heads`: general sounds, and figures of taught labels."""

from soundpost_training.cli.heads import figures, negatives

OWN_VERBS = (negatives, figures)
"""Each has `VERB`, `add_to` and `run`."""
