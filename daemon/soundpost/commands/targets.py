"""The parts of the daemon that commands act on."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from soundpost.commands.sound_clock import SoundClock
from soundpost.decide import Mutes, Rule
from soundpost.evidence import Evidence
from soundpost.health import Health

if TYPE_CHECKING:
    from soundpost.commands.tasks.teach_request import TeachPlace
    from soundpost.live_view.view import LiveView


class CommandTargets(msgspec.Struct, frozen=True):
    """The parts of the daemon that commands act on.

    Attributes:
        evidence: Stores requested clips.
        mutes: Muted labels.
        health: Counts commands.
        sound_clock: Time of the latest sample.
        set_rules: Decides by other rules from now on; those of each model.
        reload: Reads the configuration again and restarts with it; raises what is wrong with it.
        sent_clips: The folder of the clips that a command may have sent; None for none.
        live_view: Sends the live view; None if it is off.
        teaching: The place where labels are taught; None for none.
    """

    evidence: Evidence
    mutes: Mutes
    health: Health
    sound_clock: SoundClock
    set_rules: Callable[[Sequence[Sequence[Rule]]], None]
    reload: Callable[[], None]
    sent_clips: Path | None = None
    live_view: "LiveView | None" = None
    teaching: "TeachPlace | None" = None
