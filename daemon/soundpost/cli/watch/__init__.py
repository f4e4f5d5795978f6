"""`soundpost watch`: shows level, scores and events on a terminal."""

from soundpost.cli.watch.watch import watch

__all__ = [
    "watch",
]
