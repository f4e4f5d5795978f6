"""The table `[decide]`: thresholds, profiles, groups, schedules."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.config.types import (
    Decibels,
    Labels,
    Minutes,
    Seconds,
    Section,
    Share,
    SomeSeconds,
    Text,
    Windows,
)

TimeOfDayText = Annotated[
    str,
    Meta(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]"
        r"|(dawn|sunrise|sunset|dusk)([+-](0[0-9]|1[01]):[0-5][0-9])?)\Z",
        description="a time as 22:00, or dawn, sunrise, sunset, dusk, or as sunset+00:30",
    ),
]

LastingEvents = Annotated[int, Meta(ge=2, le=1_000)]
"""Their onsets are in memory, for each label."""


class ProfileConfig(Section, frozen=True):
    """Decision settings under a name; None leaves a setting to a more general place."""

    on_threshold: Share | None = None
    off_threshold: Share | None = None
    smoothing_windows: Windows | None = None
    needed_windows: Windows | None = None
    of_windows: Windows | None = None
    minimum_seconds: Seconds | None = None
    refractory_seconds: Seconds | None = None
    range: Literal["auto", "off"] | None = None
    confounders: Labels | None = None
    confounder_seconds: Seconds | None = None
    lasting_minutes: Minutes | None = None
    lasting_events: LastingEvents | None = None


class LabelConfig(ProfileConfig, frozen=True):
    """Replacements of the manifest's decision defaults, as values or by the name of a profile."""

    profile: Text | None = None


class ScheduleConfig(Section, frozen=True):
    """A daily interval in which labels are muted, or outside which they are."""

    begins: TimeOfDayText = msgspec.field(name="from")
    ends: TimeOfDayText = msgspec.field(name="to")
    labels: Labels | None = None
    action: Literal["mute", "listen"] = "mute"

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise ValueError("from and to are the same, which could be never or always")


class DecideConfig(LabelConfig, frozen=True):
    """Replacements for all labels, and under `labels.<name>` for one label or a group."""

    include: Labels | None = None
    exclude: Labels = msgspec.field(default_factory=list)
    range_threshold: Share | None = None
    unknown: bool = False
    any: bool = False
    over_floor_db: Decibels = 15.0
    floor_seconds: SomeSeconds = 60.0
    groups: dict[str, Labels] = msgspec.field(default_factory=dict)
    profiles: dict[str, ProfileConfig] = msgspec.field(default_factory=dict)
    schedules: list[ScheduleConfig] = msgspec.field(default_factory=list)
    labels: dict[str, LabelConfig] = msgspec.field(default_factory=dict)
