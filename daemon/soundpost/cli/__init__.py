"""The commands of the program `soundpost`."""

from soundpost.cli.main import main

__all__ = [
    "main",
]
