"""Bounded numbers and texts that several tables of the configuration share."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# Every number has an upper bound, which excludes TOML's `inf` and typing errors, and holds the
# memory that a configuration can ask for.
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Windows = Annotated[int, Meta(ge=1, le=1_000)]
"""Scores of that many windows are in memory; at the default stride these are eight minutes."""
Messages = Annotated[int, Meta(ge=1, le=100_000)]
"""Messages in memory take about 1 kB each."""
QueueSeconds = Annotated[float, Meta(gt=0.0, le=600.0)]
"""Of sound in memory; at 48 kHz these are 58 MB."""
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
SomeSeconds = Annotated[float, Meta(gt=0.0, le=86_400.0)]
Minutes = Annotated[float, Meta(ge=0.0, le=1_440.0)]
RollSeconds = Annotated[float, Meta(ge=0.0, le=60.0)]
Decibels = Annotated[float, Meta(gt=0.0, le=90.0)]

# Patterns end in \Z, because $ would accept a line break. Errors print the description.
Text = Annotated[str, Meta(min_length=1)]
Labels = Annotated[list[str], Meta(description="a list of labels")]
TopicPart = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._-]{1,64}\Z",
        description="1 to 64 letters, digits, dots, dashes and underscores",
    ),
]
TOPICS_OF_A_NODE = frozenset(
    {
        *("status", "health", "detections", "summaries", "selftest", "check", "level"),
        *("sound", "group", "command", "result", "settings", "acoustics", "clip", "live_view"),
    }
)
"""The first levels of the topics below `<prefix>/<node>`, which no source may be called."""
DeviceClass = Literal[
    "battery",
    "battery_charging",
    "carbon_monoxide",
    "cold",
    "connectivity",
    "door",
    "garage_door",
    "gas",
    "glass_break",
    "heat",
    "light",
    "lock",
    "moisture",
    "motion",
    "moving",
    "occupancy",
    "opening",
    "plug",
    "power",
    "presence",
    "problem",
    "running",
    "safety",
    "smoke",
    "sound",
    "tamper",
    "update",
    "vibration",
    "window",
]
"""A device class of Home Assistant's binary sensors."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the configuration file; each key has a default."""
