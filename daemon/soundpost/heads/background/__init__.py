"""The background of a node: embeddings of its own sound of the last hours, no sound."""

from soundpost.heads.background.minute import BackgroundMinute
from soundpost.heads.background.read import read_background

__all__ = ["BackgroundMinute", "read_background"]
