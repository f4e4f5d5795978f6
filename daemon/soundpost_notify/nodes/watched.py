"""The signs of life of one node, and its state by a rule."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from soundpost_notify.queue.memory import NodeState
from soundpost_notify.settings import NodeRuleConfig

_MISSED_REPORTS = 3
"""As the states of a node expire at the broker after three reports."""
_INTERVALS = 4
"""The longest of so many intervals counts: a node also reports when a problem begins."""


class Present(NamedTuple):
    """The state of a node by a rule.

    Attributes:
        state: The state.
        reason: The reason of a silence.
        problems: The problems of a deaf node, as far as the rule names them.
    """

    state: NodeState
    reason: str = ""
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class Watched:
    """A node, or the broker.

    Attributes:
        is_online: Its status; None before the first one.
        problems: The problems of its latest health report.
        sign_at_seconds: The monotonic time of its latest sign of life, or of the connection.
        intervals_seconds: The latest times between two reports.
        has_reported: True after a report on this connection.
    """

    is_online: bool | None = None
    problems: tuple[str, ...] = ()
    sign_at_seconds: float = 0.0
    intervals_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_INTERVALS))
    has_reported: bool = False

    def connect(self, now_seconds: float) -> None:
        """Begins to wait anew: nothing was received while the broker was away."""
        self.sign_at_seconds, self.has_reported = now_seconds, False

    def set_online(self, now_seconds: float, *, is_online: bool) -> None:
        """Takes a status; a node that comes online has the time of a report from then on."""
        if is_online and not self.is_online:
            self.sign_at_seconds = now_seconds
        self.is_online = is_online

    def report(self, problems: tuple[str, ...], now_seconds: float) -> None:
        """Takes a health report."""
        if self.has_reported:
            self.intervals_seconds.append(now_seconds - self.sign_at_seconds)
        self.problems, self.sign_at_seconds, self.has_reported = problems, now_seconds, True

    def present(self, config: NodeRuleConfig, now_seconds: float) -> Present:
        """Returns the state of the node by a rule; a silent node is not deaf as well."""
        reason = self.silence(now_seconds, config.silent_seconds)
        if reason:
            return Present("silent", reason) if config.silent else Present("up")
        problems = tuple(name for name in self.problems if name in config.problems)
        return Present("deaf", problems=problems) if problems else Present("up")

    def silence(self, now_seconds: float, shortest_seconds: float) -> str:
        """Returns the reason for which the node counts as silent; empty if it does not.

        Args:
            now_seconds: The monotonic time.
            shortest_seconds: The least time without a report.
        """
        if self.is_online is False:
            return "It is offline"
        longest_seconds = _MISSED_REPORTS * max(self.intervals_seconds, default=0.0)
        waited_seconds = now_seconds - self.sign_at_seconds
        if waited_seconds <= max(shortest_seconds, longest_seconds):
            return ""
        return f"It has reported nothing for {waited_seconds:.0f} s"
