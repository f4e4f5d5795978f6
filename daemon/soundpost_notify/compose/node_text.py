"""The messages about a node that falls silent or deaf, and about its return."""

from typing import Literal, NamedTuple

from soundpost.health import Problem
from soundpost.system.units import rough_duration
from soundpost_notify.compose.local_time import local_text, utc_text
from soundpost_notify.queue.content import Content
from soundpost_web.settings.zones import Zones

NodeKind = Literal["silent", "deaf", "back"]

_PROBLEMS = {
    Problem.NO_SAMPLES: "no sound arrives from the microphone",
    Problem.DIGITAL_SILENCE: "the microphone delivers zeros only",
    Problem.STUCK_VALUE: "the microphone repeats one value",
    Problem.DC_OFFSET: "the microphone has an offset",
    Problem.CLIPPING: "the microphone clips",
    Problem.ANTIPHASE: "the channels cancel each other",
    Problem.LEVEL_COLLAPSE: "the microphone may be covered",
    Problem.BACKLOG: "sound arrives faster than it is classified",
    Problem.DUPLICATE_NODE: "another node has its name",
    Problem.CONFIGURATION: "it runs with an earlier configuration",
}
"""The problems of docs/PAYLOAD.md in words."""


class NodeChange(NamedTuple):
    """A change of a node that a rule reports.

    Attributes:
        rule: The name of the rule.
        node: The node.
        kind: `silent`, `deaf` or `back`.
        since_ms: When it began, milliseconds since 1970.
        seconds: For how long that has been so, or was so until now.
        reason: The reason of a silence; empty otherwise.
        problems: The problems of a deaf node.
        is_last: True if the next changes are held back, because there were too many.
    """

    rule: str
    node: str
    kind: NodeKind
    since_ms: int
    seconds: float
    reason: str = ""
    problems: tuple[str, ...] = ()
    is_last: bool = False


def node_content(change: NodeChange, zones: Zones) -> Content:
    """Returns the message about a change of a node."""
    titles = {
        "silent": f"{change.node} is silent",
        "deaf": f"{change.node} captures no sound",
        "back": f"{change.node} is back",
    }
    if change.kind == "deaf" and not any(map(_is_deaf, change.problems)):
        titles["deaf"] = f"{change.node} has a problem"
    lines = [local_text(zones, change.node, change.since_ms)]
    if change.kind == "silent":
        lines.append(f"{change.reason}. Nothing is detected there, or nothing arrives.")
    elif change.kind == "deaf":
        lines += [f"{_words(name)} ({name})" for name in change.problems]
    else:
        lines.append(f"It was away for {rough_duration(round(change.seconds))}.")
    if change.is_last:
        lines.append("It changes often: further changes are held back for up to an hour.")
    return Content(
        kind=change.kind,
        rule=change.rule,
        node=change.node,
        title=titles[change.kind],
        text="\n".join(lines),
        time=utc_text(change.since_ms),
        local_time=lines[0],
        event=f"{change.kind} since {change.since_ms}",
        problems=list(change.problems),
    )


def _is_deaf(name: str) -> bool:
    return name in {Problem.NO_SAMPLES, Problem.DIGITAL_SILENCE}


def _words(name: str) -> str:
    words = _PROBLEMS.get(name)  # type: ignore[call-overload]  # a StrEnum equals its text
    return words or "a problem of a later version"
