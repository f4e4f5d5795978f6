"""The command line of the page. `main` is the entry point; it runs one command."""

from soundpost_web.cli.program import main

__all__ = ["main"]
