"""A rule and one node: the state that was reported, and the present one."""

from collections import deque
from dataclasses import dataclass, field

from soundpost_notify.queue.memory import NodeState
from soundpost_notify.settings import NodeRuleConfig

_HOUR_SECONDS = 3_600.0


@dataclass(slots=True)
class Following:
    """The states of a node as a rule follows them.

    States are compared, not counted, so a change that was held back is reported later if it still
    holds.

    Attributes:
        reported: The state that was reported last.
        state: The present state.
        since_seconds: The monotonic time since which it lasts.
        away_seconds: The monotonic time since which the node is not up.
        is_recorded: False until the first state is recorded.
        sent_seconds: The times of the messages of the last hour.
    """

    reported: NodeState
    state: NodeState
    since_seconds: float
    away_seconds: float
    is_recorded: bool = False
    sent_seconds: deque[float] = field(default_factory=deque)

    def take(self, state: NodeState, now_seconds: float) -> None:
        """Takes the present state."""
        if self.state == state:
            return
        if self.state == "up":
            self.away_seconds = now_seconds
        self.state, self.since_seconds = state, now_seconds

    def is_due(self, config: NodeRuleConfig, now_seconds: float) -> bool:
        """Returns whether a change has lasted for long enough, and a message is allowed."""
        while self.sent_seconds and now_seconds - self.sent_seconds[0] > _HOUR_SECONDS:
            self.sent_seconds.popleft()
        return (
            self.state != self.reported
            and now_seconds - self.since_seconds >= config.after_seconds
            and len(self.sent_seconds) < config.most_per_hour
        )

    def is_last(self, config: NodeRuleConfig) -> bool:
        """Returns whether the next message is the last one that is allowed for now."""
        return len(self.sent_seconds) == config.most_per_hour - 1

    def confirm(self, state: NodeState, now_seconds: float, *, is_sent: bool) -> None:
        """Takes that a state is recorded."""
        self.reported, self.is_recorded = state, True
        if is_sent:
            self.sent_seconds.append(now_seconds)
