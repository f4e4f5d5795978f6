"""The table `[gate]`: what is classified."""

from typing import Annotated, Literal

from msgspec import Meta

from soundpost.config.types import Decibels, RollSeconds, Seconds, Section, SomeSeconds


class GateConfig(Section, frozen=True):
    """The gate in front of the classifier; `always` passes every chunk."""

    open_on: Literal["always", "level", "voice", "level_or_voice", "level_and_voice"] = "always"
    level_over_floor_db: Decibels = 10.0
    floor_seconds: SomeSeconds = 30.0
    voice_strictness: Annotated[int, Meta(ge=0, le=3)] = 2
    pre_roll_seconds: RollSeconds = 1.0
    hangover_seconds: Seconds = 2.0
