"""The commands of the program `soundpost`."""

from soundpost.cli.start import main

__all__ = [
    "main",
]
