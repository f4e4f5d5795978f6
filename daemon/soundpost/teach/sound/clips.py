"""Reads clips: short recordings of a sound, at the rate of the model."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from soundpost.audio import Pcm
from soundpost.errors import TeachError
from soundpost.recording import InvalidSoundError, RecordingError, problem_of
from soundpost.system.printable import printable
from soundpost.teach.sound.clip_sound import read_clip_sound

SHORTEST_SECONDS = 0.1
"""A shorter clip is a click, whatever it was cut from."""
QUIETEST_PEAK = 30
"""In units of int16: a fainter clip is silence, or a microphone that was not connected."""
SOUND_SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff", ".m4a", ".aac", ".wma", ".w64"}
)
"""Of the files in a folder that are read; a file that is named itself may have any suffix."""
MOST_CLIPS = 1_000
"""More would take longer than a person waits, and a trainer serves better."""


Side = Literal["label", "other"]
"""The label, or another sound."""
ReadSound = Callable[[], Pcm]
"""Returns the samples of a clip, int16[n], mono, at the rate of the model."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip whose sound is read when it is needed: a minute of it takes 2 MB.

    Attributes:
        path: Its file.
        read: Reads its sound; raises a RecordingError if it cannot.
        key: The hash of the samples: equal sounds are one recording.
        begin_seconds: Position of the samples in a file that is longer than a clip may be; None if
            all of it is used.
    """

    path: Path
    read: ReadSound
    key: str
    begin_seconds: float | None = None

    @property
    def samples(self) -> Pcm:
        """The samples, int16[n], mono, at the rate of the model; read anew each time.

        Raises:
            RecordingError: The file is gone, or has other sound by now.
        """
        samples = self.read()
        if key_of(samples) != self.key:
            raise InvalidSoundError(
                self.path, "has changed while it was used", hint="teach it again"
            )
        return samples


def key_of(samples: Pcm) -> str:
    """Returns what a clip is recognised by: the hash of its samples."""
    return hashlib.sha256(samples.tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A clip that cannot be used.

    Attributes:
        path: Its file.
        reason: For people.
    """

    path: Path
    reason: str


def find_clips(paths: Sequence[Path]) -> list[Path]:
    """Returns the files that paths name: files, and the sound files in folders, by name.

    Raises:
        TeachError: A path does not exist, a folder has no sound file, or there are too many.
    """
    found: dict[Path, None] = {}
    for path in paths:
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError):
            is_folder = False
        if not is_folder:
            found[path] = None
            continue
        files = sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in SOUND_SUFFIXES and not file.name.startswith(".")
        )
        if not files:
            raise TeachError(
                f"no sound file in {printable(str(path))}",
                hint=f"name clips, or a folder with files such as {', '.join(_EXAMPLES)}",
            )
        found.update(dict.fromkeys(files))
    if len(found) > MOST_CLIPS:
        raise TeachError(
            f"expected at most {MOST_CLIPS} clips, got {len(found)}",
            hint="choose the most different ones, or train with soundpost-train quick",
        )
    return list(found)


_EXAMPLES = (".wav", ".flac", ".ogg")


def read_clips(
    paths: Sequence[Path], rate_hz: int, progress: Callable[[int, int, str], None]
) -> tuple[list[Clip], list[LeftOut]]:
    """Reads clips; those that cannot be used, and copies of others, are left out.

    Args:
        paths: The files.
        rate_hz: The sample rate of the model.
        progress: Called with the clips that are done, all, and the name of the present one.
    """
    clips: dict[str, Clip] = {}
    left_out: list[LeftOut] = []
    for number, path in enumerate(paths):
        progress(number, len(paths), path.name)
        try:
            sound = read_clip_sound(path, rate_hz)
        except RecordingError as error:
            left_out.append(LeftOut(path, problem_of(path, error)))
            continue
        key = key_of(sound.samples)
        if reason := fault_of(sound.samples, rate_hz):
            left_out.append(LeftOut(path, reason))
        elif key in clips:
            left_out.append(LeftOut(path, f"the same sound as {clips[key].path.name}"))
        else:
            clips[key] = Clip(path, sound.part.read, key, sound.begin_seconds)
    return list(clips.values()), left_out


def fault_of(samples: Pcm, rate_hz: int) -> str:
    """Returns the reason for which a clip cannot be used; empty if it can."""
    seconds = len(samples) / rate_hz
    if seconds < SHORTEST_SECONDS:
        return f"lasts {seconds:.2f} s, expected at least {SHORTEST_SECONDS} s"
    peak = int(np.abs(samples.astype(np.int32)).max())
    if peak < QUIETEST_PEAK or int(samples.min()) == int(samples.max()):
        return "is silent"
    return ""
