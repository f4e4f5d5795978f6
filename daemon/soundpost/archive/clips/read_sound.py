"""Reads a recording once for all that is cut and drawn of it."""

from collections.abc import Sequence
from typing import Protocol

from soundpost.archive.clips.plan import ClipSettings
from soundpost.archive.files import ArchiveFile
from soundpost.audio import Chunk
from soundpost.capture import FileSource
from soundpost.errors import CaptureError
from soundpost.health import Health

_CHANGED = "analyze the archive again: a file that was changed is analyzed again"


class SoundConsumer(Protocol):
    """Takes the sound of a recording."""

    @property
    def end_sample(self) -> int:
        """One past the last sample that is needed."""

    def add(self, chunk: Chunk) -> None:
        """Takes the next samples."""


def read_sound(
    file: ArchiveFile, settings: ClipSettings, consumers: Sequence[SoundConsumer]
) -> None:
    """Reads a recording from its start, as far as the consumers need it.

    It is read by the source of the analysis and never skipped into, so that samples, chosen
    channels and positions are those that the events were detected in.

    Args:
        file: The recording.
        settings: Rate and channels.
        consumers: Each gets every chunk.

    Raises:
        CaptureError: It is gone, cannot be read, or is not the file that was analyzed.
        OSError: A consumer cannot write.
    """
    _refuse_changed(file)
    end_sample = max(consumer.end_sample for consumer in consumers)
    source = FileSource(
        file.path,
        settings.rate_hz,
        pace="fast",
        starts_at_ns=0,
        health=Health(),
        channel=settings.channel,
    )
    read_samples = 0
    with source:
        for chunk in source.chunks():
            if chunk is None:
                continue
            for consumer in consumers:
                consumer.add(chunk)
            read_samples = chunk.end_sample
            if read_samples >= end_sample:
                return
    raise CaptureError(
        f"ends at {read_samples / settings.rate_hz:.1f} s, and was longer when it was analyzed",
        hint=_CHANGED,
    )


def _refuse_changed(file: ArchiveFile) -> None:
    """Raises CaptureError unless a file is there with the size and the time of its listing."""
    try:
        now = file.path.stat()
    except OSError as error:
        raise CaptureError(
            f"cannot be read: {error.strerror}", hint="mount the drive again, and run again"
        ) from error
    if (now.st_size, now.st_mtime_ns) != (file.size_bytes, file.mtime_ns):
        raise CaptureError("was changed since it was analyzed", hint=_CHANGED)
