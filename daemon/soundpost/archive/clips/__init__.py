"""Clips of an archive: the best events of each label, as FLAC files with spectrograms."""

from soundpost.archive.clips.best import BestEvents
from soundpost.archive.clips.cutter import ClipCutter
from soundpost.archive.clips.folder import ClipFolder, is_clip
from soundpost.archive.clips.plan import ClipPlan, ClipSettings
from soundpost.archive.clips.read_sound import SoundConsumer, read_sound

__all__ = [
    "BestEvents",
    "ClipCutter",
    "ClipFolder",
    "ClipPlan",
    "ClipSettings",
    "SoundConsumer",
    "is_clip",
    "read_sound",
]
