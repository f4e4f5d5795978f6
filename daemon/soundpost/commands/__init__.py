"""What is asked of the running daemon by commands, which it carries out.

What commands need is loaded where they are taken, and only there: by default nobody is obeyed, and
the start is not to take longer for it.
"""

from soundpost.commands.disabled import CommandHandler, CommandsDisabled, open_state_file

__all__ = [
    "CommandHandler",
    "CommandsDisabled",
    "open_state_file",
]
