"""The command line of the notifier. `main` is the entry point; it runs one command."""

from soundpost_notify.cli.program import main

__all__ = ["main"]
