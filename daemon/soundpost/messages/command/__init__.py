"""The commands that a node accepts, and their validation."""

from soundpost.messages.command.fields import (
    LARGEST_CLIP_BYTES,
    LONGEST_MUTE_MINUTES,
    MOST_REVIEWED_CLIPS,
    MOST_TAUGHT_CLIPS,
    ClipFile,
    Id,
)
from soundpost.messages.command.kinds import (
    COMMANDS,
    CaptureCommand,
    ClipCommand,
    Command,
    LiveViewCommand,
    MuteCommand,
    ProfileCommand,
    ReloadCommand,
    SelfTestCommand,
    TeachCommand,
    ThresholdCommand,
    UnmuteCommand,
)
from soundpost.messages.command.read import LARGEST_COMMAND_BYTES, read_command, read_id

__all__ = [
    "COMMANDS",
    "LARGEST_CLIP_BYTES",
    "LARGEST_COMMAND_BYTES",
    "LONGEST_MUTE_MINUTES",
    "MOST_REVIEWED_CLIPS",
    "MOST_TAUGHT_CLIPS",
    "CaptureCommand",
    "ClipCommand",
    "ClipFile",
    "Command",
    "Id",
    "LiveViewCommand",
    "MuteCommand",
    "ProfileCommand",
    "ReloadCommand",
    "SelfTestCommand",
    "TeachCommand",
    "ThresholdCommand",
    "UnmuteCommand",
    "read_command",
    "read_id",
]
