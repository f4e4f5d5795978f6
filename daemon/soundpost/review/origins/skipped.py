"""Counts what an import leaves out; the first of it is logged."""

import logging

from soundpost.system.printable import printable

MOST_SHOWN = 300
"""Characters of a reason: it may quote what a file holds."""

_log = logging.getLogger("soundpost.review")


class Skipped:
    """The entries that an import leaves out.

    Attributes:
        damaged: Entries that cannot be read.
        withdrawn: Events that were retracted, and clips that are of no event.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self.withdrawn = 0

    def add(self, reason: str) -> None:
        """Counts a damaged entry."""
        self.damaged += 1
        if self.damaged == 1:
            _log.warning("left out: %s", printable(reason, MOST_SHOWN))

    def log_others(self) -> None:
        """Logs how many followed the first one."""
        if self.damaged > 1:
            _log.warning("%d more entries are damaged, and left out", self.damaged - 1)
