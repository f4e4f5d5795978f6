"""The state of one node, or of one source of a node."""

from dataclasses import dataclass

from soundpost_web.nodes.reports import NodeHealth, NodeResult, NodeSettings

_SHORTEST_SILENCE_SECONDS = 90.0
"""A node reports every 30 s by default, and its states expire after three reports."""
_MISSED_REPORTS = 3
_MOST_RESULTS = 10
_MOST_RECORDED = 50
"""Clips of `capture-now`: a label is taught on some ten of them."""
LIVE_VIEW = "live-view"
"""The command that requests the live view. It is repeated, and has no place among the results."""
_LEVEL_SECONDS = 15.0
"""An older level is not shown: a node that sends levels sends one a second by default."""


@dataclass(slots=True)
class NodeState:
    """The latest values of a node.

    Attributes:
        name: `<node>` or `<node>/<source>`.
        is_online: Its status; None if the broker has none, so the node never ran or died with it.
        run_id: The id of its run, which its status carries; None if it is not known.
        health: Its latest health, if any.
        settings: Its latest settings, if any.
        results: The results of its latest commands, the latest first.
        recorded: The names of the latest clips that commands have recorded, the latest first.
        level_dbfs: Its latest level, if any.
        health_at_seconds: The monotonic time of the latest health.
        report_seconds: The time between the last two reports; None before the second.
        level_at_seconds: The monotonic time of the latest level.
        live_view_refusal: The reason for which it does not send its live view, if it has refused
            the latest request.
        was_silent: True if it was silent at the latest look.
    """

    name: str
    is_online: bool | None = None
    run_id: str | None = None
    health: NodeHealth | None = None
    settings: NodeSettings | None = None
    results: tuple[NodeResult, ...] = ()
    recorded: tuple[str, ...] = ()
    level_dbfs: float | None = None
    health_at_seconds: float | None = None
    report_seconds: float | None = None
    level_at_seconds: float = float("-inf")
    live_view_refusal: str = ""
    was_silent: bool = False

    def set_status(self, run_id: str | None, *, is_online: bool) -> None:
        """Takes a status; the last will of an earlier run is none of this one."""
        self.is_online = is_online
        if is_online and run_id is not None:
            self.run_id = run_id

    def set_health(self, health: NodeHealth, now_seconds: float) -> None:
        """Takes a health report."""
        if self.health_at_seconds is not None and self.health != health:
            self.report_seconds = now_seconds - self.health_at_seconds
        self.health, self.health_at_seconds = health, now_seconds

    def add_result(self, result: NodeResult) -> None:
        """Takes the result of a command, in the place of an earlier one of the command."""
        if result.command == LIVE_VIEW:
            text = f"{result.message} ({result.hint})" if result.hint else result.message
            self.live_view_refusal = "" if result.status == "done" else text
            return
        if result.clip:
            earlier = [clip for clip in self.recorded if clip != result.clip]
            self.recorded = (result.clip, *earlier)[:_MOST_RECORDED]
        others = [found for found in self.results if found.id != result.id or result.id is None]
        self.results = (result, *others)[:_MOST_RESULTS]

    def set_level(self, level_dbfs: float, now_seconds: float) -> None:
        """Takes a level."""
        self.level_dbfs, self.level_at_seconds = level_dbfs, now_seconds

    def is_silent(self, now_seconds: float) -> bool:
        """Returns whether a node that is online has missed three reports."""
        if not self.is_online or self.health_at_seconds is None:
            return False
        longest_seconds = _MISSED_REPORTS * (self.report_seconds or 0.0)
        waited_seconds = now_seconds - self.health_at_seconds
        return waited_seconds > max(_SHORTEST_SILENCE_SECONDS, longest_seconds)

    def level_now(self, now_seconds: float) -> float | None:
        """Returns the level, unless it is old."""
        is_old = now_seconds - self.level_at_seconds > _LEVEL_SECONDS
        return None if is_old else self.level_dbfs
