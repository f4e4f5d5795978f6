"""Putting clips into the folder, whatever the disk does."""

import errno
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Pcm
from soundpost.evidence.encode.flac import encode_flac
from soundpost.evidence.encode.spectrogram import draw
from soundpost.evidence.store.files import (
    NOT_OURS,
    PICTURE,
    SIDECAR,
    SOUND,
    Sidecar,
    stem_of,
    write_clip,
)
from soundpost.evidence.store.retention import RetentionPolicy, disk_bytes
from soundpost.features import FeatureSpec, LogMel
from soundpost.health import Health
from soundpost.system.atomic_file import write_atomic
from soundpost.system.clock import rfc3339

LOG = logging.getLogger("soundpost.evidence")

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Clip:
    """The sound of an event, ready to be stored.

    Attributes:
        event_id: Of the event, as its messages tell it.
        label: What was heard.
        onset_utc_ns: When, nanoseconds since 1970 UTC.
        start_utc_ns: When the first sample was heard.
        samples: int16[n], n at least 1, silenced where nobody may hear it.
        log_mel: Of these samples as they are, float32[frames, mel_bands]; None if not known.
        onset_sample: Where in the samples the event begins, at least 0.
        offset_sample: Where it ends; None if it goes on beyond them.
        muted: First and one-past-last sample of each silenced stretch.
    """

    event_id: str
    label: str
    onset_utc_ns: int
    start_utc_ns: int
    samples: Pcm
    log_mel: NDArray[np.float32] | None
    onset_sample: int
    offset_sample: int | None
    muted: list[tuple[int, int]]

    @property
    def stem(self) -> str:
        """The name of the clip's files without their suffixes."""
        return stem_of(self.onset_utc_ns, self.label, self.event_id)

    @property
    def name(self) -> str:
        """The name of the sound file, by which messages refer to the clip."""
        return f"{self.stem}{SOUND}"


class ClipStore:
    """The folder of clips; what cannot be stored is counted, and logged once, never raised.

    Args:
        folder: Made if it is not there.
        spec: How the log-mel of the pictures is made.
        retention: Which clips stay in the folder.
        keep_free_bytes: What the disk must have left; else the oldest clips go.
        health: Where clips are counted.
    """

    def __init__(
        self,
        folder: Path,
        spec: FeatureSpec,
        retention: RetentionPolicy,
        keep_free_bytes: int,
        health: Health,
    ) -> None:
        self._folder = folder
        self._spec = spec
        self._retention = retention
        self._keep_free_bytes = keep_free_bytes
        self._health = health
        self._is_open = False
        self._is_failing = False

    def tidy(self, now_utc_ns: int) -> None:
        """Make the folder if need be, and let go what is too old or more than fits."""
        try:
            self._tidy(now_utc_ns)
        except OSError as error:
            self._complain(error)

    def store(self, clip: Clip, record: bytes, now_utc_ns: int) -> bool:
        """Writes a clip with its picture and sidecar; returns whether they are on the disk.

        Args:
            clip: The sound.
            record: The message of its event as JSON, for the sidecar.
            now_utc_ns: Time of the latest sample, by which old clips are removed.
        """
        sidecar = self._sidecar(clip, record)
        contents = {
            SIDECAR: msgspec.json.encode(sidecar),
            PICTURE: self._picture(clip),
            SOUND: encode_flac(clip.samples, self._spec.sample_rate_hz),
        }
        try:
            self._put(clip.stem, contents, now_utc_ns)
        except OSError as error:
            self._health.clips_lost += 1
            self._complain(error)
            return False
        self._retention.put(clip.stem, sidecar, [len(content) for content in contents.values()])
        self._health.clips_kept += 1
        if self._is_failing:
            LOG.info("clips are kept again in %s", self._folder)
        self._is_failing = False
        return True

    def update_sidecar(self, name: str, record: bytes) -> bool:
        """Stores a later message in the sidecar of a clip; returns whether it still exists."""
        path = (self._folder / name).with_suffix(SIDECAR)
        if not (self._folder / name).is_file():
            return False
        try:
            sidecar = msgspec.json.decode(path.read_bytes(), type=Sidecar)
            later = msgspec.structs.replace(sidecar, detection=msgspec.Raw(record))
            write_atomic(path, msgspec.json.encode(later))
        except NOT_OURS as error:
            self._complain(error)
        return True

    def _tidy(self, now_utc_ns: int) -> None:
        if not self._is_open:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._retention.take_stock()
            self._is_open = True
        self._retention.forget_old(now_utc_ns)
        self._retention.make_room(0, now_utc_ns)

    def _put(self, stem: str, contents: dict[str, bytes], now_utc_ns: int) -> None:
        """Write a clip, and let others go until there is room for it.

        Raises:
            OSError: There is none, or it cannot be written.
        """
        self._tidy(now_utc_ns)
        size_bytes = disk_bytes([len(content) for content in contents.values()])
        if not self._retention.make_room(size_bytes, now_utc_ns):
            raise OSError(errno.EDQUOT, "the budget holds no clip of this size")
        self._leave_free(self._keep_free_bytes + size_bytes)
        while True:
            try:
                write_clip(self._folder, stem, contents)
            except OSError as error:
                if error.errno not in _FULL or not self._retention.give_oldest():
                    raise
            else:
                return

    def _leave_free(self, wanted_bytes: int) -> None:
        """Let the oldest clips go until the disk has so much left.

        Raises:
            OSError: It would not have, were all of them to go; so none does.
        """
        while (free_bytes := shutil.disk_usage(self._folder).free) < wanted_bytes:
            enough = free_bytes + self._retention.used_bytes >= wanted_bytes
            if not enough or not self._retention.give_oldest():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _complain(self, error: Exception) -> None:
        if not self._is_failing:
            LOG.warning("no clip can be kept in %s, and listening goes on: %s", self._folder, error)
        self._is_failing = True
        # A folder that went away may come back with other clips in it: look anew.
        self._is_open = self._is_open and not isinstance(error, FileNotFoundError)

    def _picture(self, clip: Clip) -> bytes:
        known = clip.log_mel
        log_mel = LogMel(self._spec).compute(clip.samples) if known is None else known
        event = clip.onset_sample, clip.offset_sample
        return draw(log_mel, len(clip.samples), self._spec, event, clip.muted)

    def _sidecar(self, clip: Clip, record: bytes) -> Sidecar:
        def seconds(sample: int) -> float:
            return round(sample / self._spec.sample_rate_hz, _DECIMALS)

        return Sidecar(
            clip=clip.name,
            start=rfc3339(clip.start_utc_ns),
            seconds=seconds(len(clip.samples)),
            onset_seconds=seconds(clip.onset_sample),
            offset_seconds=None if clip.offset_sample is None else seconds(clip.offset_sample),
            muted=[(seconds(start), seconds(end)) for start, end in clip.muted],
            detection=msgspec.Raw(record),
        )
