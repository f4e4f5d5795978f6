"""The command line `soundpost-train`."""

from soundpost_training.cli.main import main

__all__ = [
    "main",
]
