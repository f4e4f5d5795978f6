"""The clip of an event: its place in the recording, and the names of its files."""

import hashlib
import re
from dataclasses import dataclass
from typing import Self

from soundpost.archive.row import Row
from soundpost.audio.channels import ChannelChoice
from soundpost.config import Config

NAME = re.compile(r"[01]\.[0-9]{3}-.+-[0-9]{5,}\.[0-9]s-[0-9a-f]{8}\.(flac|png)", re.DOTALL)
"""The names of files of clips. Others in the folder are not touched."""

_DIGEST_DIGITS = 8
_MOST_BYTES = 80
"""Of a recording's name in the name of a clip: names of files have at most 255 bytes."""
_DRAWING = 1
"""Another number has all clips made again; to be raised if pictures are drawn in another way."""


@dataclass(frozen=True, slots=True)
class ClipSettings:
    """The settings that clips depend on besides the event.

    Attributes:
        rate_hz: Their sample rate, that of capture, as the models had the sound.
        channel: The channels of the recording that are used.
        pre_roll_seconds: Before the onset.
        post_roll_seconds: After the offset.
        longest_seconds: The greatest length, both included.
    """

    rate_hz: int
    channel: ChannelChoice
    pre_roll_seconds: float
    post_roll_seconds: float
    longest_seconds: float

    @classmethod
    def of(cls, config: Config, rate_hz: int) -> Self:
        """Returns the settings of a configuration: its clips are as long as those of a node."""
        evidence = config.evidence
        return cls(
            rate_hz,
            config.capture.channel,
            evidence.pre_roll_seconds,
            evidence.post_roll_seconds,
            evidence.clip_seconds,
        )


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """A clip that is to be cut.

    Attributes:
        row: The event.
        folder: The folder of its label.
        stem: The name of its files without the suffix. It begins with the score, and ends with a
            digest of all that the clip depends on: a file of this name need not be made again.
        start_sample: The first sample of the clip in the recording.
        end_sample: One past its last sample.
        onset_sample: The onset in the recording.
        offset_sample: The offset in the recording.
    """

    row: Row
    folder: str
    stem: str
    start_sample: int
    end_sample: int
    onset_sample: int
    offset_sample: int

    @classmethod
    def of(cls, row: Row, recording_seconds: float, settings: ClipSettings) -> Self:
        """Returns the plan of an event in a recording of a length."""

        def samples(seconds: float) -> int:
            return round(seconds * settings.rate_hz)

        onset, offset = samples(row.begin_seconds), samples(row.end_seconds)
        start = max(0, onset - samples(settings.pre_roll_seconds))
        end = min(
            offset + samples(settings.post_roll_seconds),
            start + samples(settings.longest_seconds),
            samples(recording_seconds),
        )
        end = max(end, start + 1)
        identity = repr((row.id, row.score, onset, offset, start, end, settings, _DRAWING))
        digest = hashlib.sha256(identity.encode()).hexdigest()[:_DIGEST_DIGITS]
        recording = row.file.rpartition("/")[2].rpartition(".")[0] or row.file
        stem = f"{row.score:.3f}-{_plain(recording)}-{row.begin_seconds:07.1f}s-{digest}"
        return cls(row, _plain(row.label), stem, start, end, onset, offset)


def _plain(text: str) -> str:
    """Returns a text as a part of a file name: other characters than letters and digits are `_`."""
    name = re.sub(r"[^\w.+-]", "_", text).lstrip(".")
    return name.encode(errors="replace")[:_MOST_BYTES].decode(errors="ignore") or "_"
