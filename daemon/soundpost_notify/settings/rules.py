"""The tables of the rules: about sounds, and about nodes that fall silent or deaf."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.config import Section
from soundpost.config.decide import TimeOfDayText
from soundpost.config.outputs.mqtt import refuse_broken
from soundpost.config.types import Labels, Minutes, Share, Text
from soundpost.health import Problem

# Patterns end in \Z, because $ would accept a line break. Errors print the description.
Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{1,32}\Z",
        description="1 to 32 letters, digits, dashes and underscores",
    ),
]
NodePattern = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._*?-]{1,64}(/[A-Za-z0-9._*?-]{1,64})?\Z",
        description="the name of a node, or <node>/<source>, with * and ? as wildcards",
    ),
]
Names = Annotated[list[Name], Meta(min_length=1, description="a list of names of targets")]
NodePatterns = Annotated[
    list[NodePattern],
    Meta(min_length=1, description="a list of names of nodes, with * and ? as wildcards"),
]
GroupNames = Annotated[list[Text], Meta(min_length=1, description="a list of groups")]
# Annotated, so that an error has the description.
Attachments = Annotated[
    list[Literal["picture", "clip"]], Meta(description="a list of picture, clip or both")
]
Problems = Annotated[list[Problem], Meta(description=f"a list of {', '.join(Problem)}")]

DEAF = [Problem.NO_SAMPLES.value, Problem.DIGITAL_SILENCE.value]
"""The problems with which a node captures nothing."""


class RuleConfig(Section, frozen=True):
    """A rule about sounds: which events are sent, when, and to which targets."""

    targets: Names
    name: Name | None = None
    labels: Labels | None = None
    groups: GroupNames | None = None
    nodes: NodePatterns = msgspec.field(default_factory=lambda: ["*"])
    least_score: Share = 0.0
    state: Literal["started", "confirmed", "ended"] = "confirmed"
    begins: TimeOfDayText | None = msgspec.field(name="from", default=None)
    ends: TimeOfDayText | None = msgspec.field(name="to", default=None)
    first_of_day: bool = False
    cooldown_minutes: Minutes = 0.0
    again_if_surer_by: Annotated[float, Meta(gt=0.0, le=1.0)] | None = None
    late: Literal["leave-out", "send"] = "leave-out"
    late_minutes: Minutes = 10.0
    retracted: Literal["cancel", "follow-up"] = "cancel"
    attach: Attachments = msgspec.field(default_factory=list)
    test: bool = False

    def __post_init__(self) -> None:
        is_repeated = self.first_of_day or self.cooldown_minutes > 0.0
        refuse_broken(
            {
                "from and to go together": bool(self.begins) == bool(self.ends),
                "from and to are the same, which could be never or always": (
                    self.begins is None or self.begins != self.ends
                ),
                "again_if_surer_by needs cooldown_minutes or first_of_day": (
                    self.again_if_surer_by is None or is_repeated
                ),
                'attach needs state = "ended": before that an event has no clip': (
                    not self.attach or self.state == "ended"
                ),
            }
        )


class NodeRuleConfig(Section, frozen=True):
    """A rule about nodes: silent ones, deaf ones, and their return."""

    targets: Names
    name: Name | None = None
    nodes: NodePatterns = msgspec.field(default_factory=lambda: ["*"])
    silent: bool = True
    problems: Problems = msgspec.field(default_factory=lambda: [Problem(name) for name in DEAF])
    back: bool = True
    broker: bool = True
    after_seconds: Annotated[float, Meta(ge=0.0, le=3_600.0)] = 20.0
    silent_seconds: Annotated[float, Meta(ge=30.0, le=86_400.0)] = 90.0
    most_per_hour: Annotated[int, Meta(ge=1, le=60)] = 6

    def __post_init__(self) -> None:
        refuse_broken(
            {
                "silent, problems and broker are all off: nothing would be sent": (
                    self.silent or self.problems or self.broker
                )
            }
        )
