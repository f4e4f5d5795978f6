"""What is asked of the running daemon: by signals, and by commands that it carries out."""

from soundpost.control.make import make_steward
from soundpost.control.memory import Memory, find_memory
from soundpost.control.signals import stopped_by_signals

__all__ = ["Memory", "find_memory", "make_steward", "stopped_by_signals"]
