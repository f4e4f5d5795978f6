"""Writes clips into a folder and makes room for them; never raises for what the disk does."""

import errno
import logging
import os
import shutil
from pathlib import Path

import msgspec

from soundpost.evidence.encode.flac import encode_flac
from soundpost.evidence.encode.spectrogram import draw
from soundpost.evidence.store.clip import Clip
from soundpost.evidence.store.files import (
    PICTURE,
    SIDECAR,
    SIDECAR_ERRORS,
    SOUND,
    Sidecar,
    write_clip,
)
from soundpost.evidence.store.retention import RetentionPolicy, disk_bytes
from soundpost.features import FeatureSpec, LogMel
from soundpost.health import Health
from soundpost.system.atomic_file import write_atomic
from soundpost.system.clock import rfc3339
from soundpost.system.log_once import LogOnce

_log = logging.getLogger("soundpost.evidence")

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DECIMALS = 3


class ClipStore:
    """A folder of clips. A clip that cannot be stored is counted, and the reason is logged once.

    Args:
        folder: Created if it is missing.
        spec: How the log-mel of the pictures is made.
        retention: Chooses the clips to remove.
        keep_free_bytes: Free space to leave on the disk; the oldest clips are removed for it.
        health: Counts clips that are stored or lost.
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
        self._failure = LogOnce(_log, on_change=False)

    def remove_expired(self, now_utc_ns: int) -> None:
        """Creates the folder if it is missing, and removes clips beyond the age or the budget."""
        try:
            self._remove_expired(now_utc_ns)
        except OSError as error:
            self._log_failure(error)

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
            self._log_failure(error)
            return False
        self._retention.put(clip.stem, sidecar, [len(content) for content in contents.values()])
        self._health.clips_kept += 1
        self._failure.recover("clips are stored again in %s", self._folder)
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
        except SIDECAR_ERRORS as error:
            self._log_failure(error)
        return True

    def _remove_expired(self, now_utc_ns: int) -> None:
        if not self._is_open:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._retention.scan()
            self._is_open = True
        self._retention.remove_old(now_utc_ns)
        self._retention.make_room(0, now_utc_ns)

    def _put(self, stem: str, contents: dict[str, bytes], now_utc_ns: int) -> None:
        """Writes a clip, and removes others until there is room for it.

        Raises:
            OSError: There is no room, or it cannot be written.
        """
        self._remove_expired(now_utc_ns)
        size_bytes = disk_bytes([len(content) for content in contents.values()])
        if not self._retention.make_room(size_bytes, now_utc_ns):
            raise OSError(errno.EDQUOT, "the budget is smaller than this clip")
        self._leave_free(self._keep_free_bytes + size_bytes)
        while True:
            try:
                write_clip(self._folder, stem, contents)
            except OSError as error:
                if error.errno not in _FULL or not self._retention.remove_oldest():
                    raise
            else:
                return

    def _leave_free(self, wanted_bytes: int) -> None:
        """Removes the oldest clips until the disk has the wanted free space.

        Raises:
            OSError: Removing all of them would not be enough; then none is removed.
        """
        while (free_bytes := shutil.disk_usage(self._folder).free) < wanted_bytes:
            enough = free_bytes + self._retention.used_bytes >= wanted_bytes
            if not enough or not self._retention.remove_oldest():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _log_failure(self, error: Exception) -> None:
        self._failure.fail(
            "no clip can be stored in %s, detection continues: %s", self._folder, error
        )
        # A folder that was removed may come back with other clips in it: scan it again.
        self._is_open = self._is_open and not isinstance(error, FileNotFoundError)

    def _picture(self, clip: Clip) -> bytes:
        known = clip.log_mel
        log_mel = LogMel(self._spec).compute(clip.samples) if known is None else known
        event = clip.onset_sample, clip.offset_sample
        return draw(log_mel, len(clip.samples), self._spec, event, clip.silenced)

    def _sidecar(self, clip: Clip, record: bytes) -> Sidecar:
        def seconds(sample: int) -> float:
            return round(sample / self._spec.sample_rate_hz, _DECIMALS)

        return Sidecar(
            clip=clip.name,
            start=rfc3339(clip.start_utc_ns),
            seconds=seconds(len(clip.samples)),
            onset_seconds=seconds(clip.onset_sample),
            offset_seconds=None if clip.offset_sample is None else seconds(clip.offset_sample),
            silenced=[(seconds(start), seconds(end)) for start, end in clip.silenced],
            detection=msgspec.Raw(record),
        )
