"""Recordings from Freesound, each with its author and its licence."""

from soundpost_training.freesound.options import add_to, run

__all__ = ["add_to", "run"]
