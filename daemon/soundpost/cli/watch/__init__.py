"""`soundpost watch`: what is heard now, for the person on site."""

from soundpost.cli.watch.watch import watch

__all__ = [
    "watch",
]
