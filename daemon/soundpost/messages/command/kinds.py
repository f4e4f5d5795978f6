"""The commands that a node accepts."""

import msgspec

from soundpost.messages.command.fields import (
    Budget,
    ClipFile,
    ClipSounds,
    Id,
    LiveSeconds,
    Minutes,
    Name,
    Names,
    Offset,
    ReviewedClips,
    Seconds,
    Share,
)


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The field of every command.

    Attributes:
        id: Chosen by the sender, a new one for each command; a repeated id is the same command.
    """

    id: Id


class MuteCommand(Command, frozen=True):
    """Suppresses detections of these labels for some minutes; of all labels if none is named."""

    minutes: Minutes
    labels: Names | None = None


class UnmuteCommand(Command, frozen=True):
    """Ends the mute of these labels; of all labels if none is named."""

    labels: Names | None = None


class ThresholdCommand(Command, frozen=True):
    """Sets the smoothed score that starts an event of a label; null for the configured one."""

    label: Name
    on: Share | None


class ProfileCommand(Command, frozen=True):
    """Sets the profile of a label; null for the configured one."""

    label: Name
    profile: Name | None


class SelfTestCommand(Command, frozen=True):
    """Runs the self-test beside the running pipeline."""


class CaptureCommand(Command, frozen=True):
    """Records a clip of the next seconds, and of the sound just before them."""

    seconds: Seconds


class LiveViewCommand(Command, frozen=True):
    """Sends the live view for some seconds from now on; repeated while it is looked at."""

    seconds: LiveSeconds


class ReloadCommand(Command, frozen=True):
    """Reads the configuration again."""


class ClipCommand(Command, frozen=True):
    """Sends a file of a clip in pieces, from a byte of it on."""

    file: ClipFile
    offset: Offset = 0


class TeachCommand(Command, frozen=True):
    """Teaches the node a label from its own clips, or takes that back.

    Attributes:
        label: The label.
        clips: Clips of it.
        others: Clips of other sounds, which it must not be mistaken for; `not` on the wire.
        again: True to use its earlier clips and the verdicts in the node's own store too.
        budget: The false events an hour that it may give; None for the default.
        dry_run: True to measure, and to store nothing.
        undo: True to put the version before into use again.
        remove: True to remove the label with all its versions.
        right: Clips of events that a review found to be the label; those that are gone are left
            out, and so are those that `clips` or `not` names too.
        wrong: Likewise, clips of events that a review found to be another sound.
    """

    label: Name
    clips: ClipSounds = []
    others: ClipSounds = msgspec.field(default_factory=list, name="not")
    again: bool = False
    budget: Budget | None = None
    dry_run: bool = False
    undo: bool = False
    remove: bool = False
    right: ReviewedClips = []
    wrong: ReviewedClips = []


COMMANDS: dict[str, type[Command]] = {
    "mute": MuteCommand,
    "unmute": UnmuteCommand,
    "threshold": ThresholdCommand,
    "profile": ProfileCommand,
    "selftest": SelfTestCommand,
    "capture-now": CaptureCommand,
    "reload": ReloadCommand,
    "clip": ClipCommand,
    "live-view": LiveViewCommand,
    "teach": TeachCommand,
}
"""The type of each command, by the last level of its topic."""
