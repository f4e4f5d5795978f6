"""What is asked of the running daemon: by signals, and by commands that it carries out.

What commands need is loaded where they are taken, and only there: by default nobody is obeyed, and
the start is not to take longer for it.
"""

from soundpost.control.nobody import Nobody, Servant, open_memory
from soundpost.control.signals import stopped_by_signals

__all__ = ["Nobody", "Servant", "open_memory", "stopped_by_signals"]
