"""Writes clips into a folder and makes room for them; never raises for what the disk does."""

import errno
import logging
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
from soundpost.evidence.store.read_clip import decode_sidecar, read_small_file
from soundpost.evidence.store.retention import disk_bytes
from soundpost.evidence.store.upkeep import FolderUpkeep
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
        upkeep: Makes room for clips, and removes those beyond the bounds of the folder.
        health: Counts clips that are stored or lost.
    """

    def __init__(
        self, folder: Path, spec: FeatureSpec, upkeep: FolderUpkeep, health: Health
    ) -> None:
        self._folder = folder
        self._spec = spec
        self._upkeep = upkeep
        self._health = health
        self._failure = LogOnce(_log, on_change=False)

    def remove_expired(self) -> None:
        """Has `work` create the folder if it is missing, and remove clips beyond age and budget."""
        self._upkeep.begin()

    def work(self, now_utc_ns: int) -> None:
        """Continues the work on the folder for a slice of time; called with every chunk."""
        try:
            self._upkeep.work(now_utc_ns)
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
        try:
            contents = {
                SIDECAR: msgspec.json.encode(sidecar),
                PICTURE: self._picture(clip),
                SOUND: encode_flac(clip.samples, self._spec.sample_rate_hz),
            }
            self._put(clip.stem, contents, now_utc_ns)
        except OSError as error:
            self._health.clips_lost += 1
            self._log_failure(error)
            return False
        self._upkeep.add(clip.stem, sidecar, [len(content) for content in contents.values()])
        self._health.clips_kept += 1
        self._failure.recover("clips are stored again in %s", self._folder)
        return True

    def update_sidecar(self, name: str, record: bytes) -> bool:
        """Stores a later message in the sidecar of a clip; returns whether it still exists."""
        path = (self._folder / name).with_suffix(SIDECAR)
        if not (self._folder / name).is_file():
            return False
        try:
            sidecar = decode_sidecar(read_small_file(path))
            later = msgspec.structs.replace(sidecar, detection=msgspec.Raw(record))
            write_atomic(path, msgspec.json.encode(later))
        except (OSError, *SIDECAR_ERRORS) as error:
            self._log_failure(error)
        return True

    def _put(self, stem: str, contents: dict[str, bytes], now_utc_ns: int) -> None:
        """Writes a clip, and removes others until there is room for it.

        Raises:
            OSError: There is no room, or it cannot be written.
        """
        size_bytes = disk_bytes([len(content) for content in contents.values()])
        self._upkeep.make_room(size_bytes, now_utc_ns)
        while True:
            try:
                write_clip(self._folder, stem, contents)
            except OSError as error:
                if error.errno not in _FULL or not self._upkeep.remove_oldest():
                    raise
            else:
                return

    def _log_failure(self, error: Exception) -> None:
        self._failure.fail(
            "no clip can be stored in %s, detection continues: %s", self._folder, error
        )
        if isinstance(error, FileNotFoundError):
            self._upkeep.forget()

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
