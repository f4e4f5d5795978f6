"""A source that reads a sound file."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.audio.channels import ChannelChoice, ChannelMixer
from soundpost.audio.resample import MonoResampler
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.system.printable import printable

if TYPE_CHECKING:
    from soundpost.recording import Recording

STALL_SECONDS = 1.0
"""A pipe without data for this long is reported as waiting, so that running events end."""

CHUNK_SECONDS = {"real": 0.1, "fast": 1.0}
"""Of sound in a chunk, by pace: as from a microphone, or as many as are decoded well at once. In
tenths, an archive takes a fifth more processor time. A stop takes effect within a chunk."""

_log = logging.getLogger("soundpost.capture")


class FileSource:
    """Reads a recording of any format block by block, from a file or a pipe.

    What is damaged or missing is logged once, as a warning, and what is there is read; see
    `soundpost.recording`.

    Args:
        path: The file.
        sample_rate_hz: Rate of the chunks; the file may have another rate and any channels.
        pace: `real` yields a chunk when a microphone would, `fast` at once.
        starts_at_ns: Wall time of the first sample, nanoseconds since 1970 UTC.
        health: Counts the samples.
        channel: The channels that are used.
    """

    def __init__(
        self,
        path: Path,
        sample_rate_hz: int,
        *,
        pace: Literal["real", "fast"],
        starts_at_ns: int,
        health: Health,
        channel: ChannelChoice = "auto",
    ) -> None:
        self._path = path
        self._sample_rate_hz = sample_rate_hz
        self._is_paced = pace == "real"
        self._starts_at_ns = starts_at_ns
        self._health = health
        self._channel = channel
        self._chunk_seconds = CHUNK_SECONDS[pace]
        self._stopping = False
        self._open = ExitStack()
        self._recording: Recording | None = None
        self._logged_warning = ""

    def __enter__(self) -> Self:
        """Opens the file; stays closed if `stop` was called meanwhile.

        Raises:
            CaptureError: It is absent, empty, not sound, or of an impossible rate.
        """
        # Only to open a file: a daemon with a microphone needs none of the readers.
        from soundpost.recording import open_recording  # noqa: PLC0415 - see above

        try:
            self._recording = self._open.enter_context(
                open_recording(self._path, is_stopped=lambda: self._stopping)
            )
        except CaptureError:
            if not self._stopping:
                raise
        else:
            self._log_warning()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def warning(self) -> str:
        """The damage that was read over, in one line; empty if there is none so far."""
        return self._recording.warning if self._recording else ""

    @property
    def stated_seconds(self) -> float | None:
        """The length that the file states; None before it is open, or if it states none."""
        return self._recording.stated_seconds if self._recording else None

    @property
    def recorded_rate_hz(self) -> int:
        """The sample rate of the file; 0 before it is open."""
        return self._recording.rate_hz if self._recording else 0

    def stop(self) -> None:
        """Ends `chunks` within the duration of a chunk."""
        self._stopping = True

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields the file's sound, a chunk at a time; None while a pipe has no data.

        Raises:
            CaptureError: There is no sound in the file, or it holds NaN.
        """
        started_seconds = time.monotonic()
        start_sample = 0
        for samples in self._resampled():
            if samples is None:
                yield None
                continue
            if not len(samples):
                continue
            elapsed_ns = samples_to_ns(start_sample, self._sample_rate_hz)
            captured_ns = self._starts_at_ns + elapsed_ns
            chunk = Chunk(start_sample, samples, captured_ns, self._resampler.state)
            if self._is_paced:
                due_seconds = started_seconds + chunk.end_sample / self._sample_rate_hz
                time.sleep(max(0.0, due_seconds - time.monotonic()))
            if self._stopping:
                return
            start_sample = chunk.end_sample
            self._health.samples += len(samples)
            yield chunk
        self._log_warning()

    def _resampled(self) -> Iterator[Pcm | None]:
        """Yields the samples at the rate; None while a pipe has had no data for a while."""
        recording = self._recording
        if recording is None:
            return
        mixer = ChannelMixer(self._channel, recording.rate_hz, printable(str(self._path)))
        self._resampler = MonoResampler(recording.rate_hz, self._sample_rate_hz, mixer)
        last_seconds = time.monotonic()
        for block in recording.blocks(self._chunk_seconds):
            if len(block):
                yield self._resampler.resample(block)
                last_seconds = time.monotonic()
            elif time.monotonic() - last_seconds > STALL_SECONDS:
                yield None
            elif self._stopping:
                return
        yield self._resampler.flush()

    def _log_warning(self) -> None:
        """Logs the damage that was not logged yet."""
        fresh = self.warning.removeprefix(self._logged_warning).removeprefix("; ")
        if fresh:
            _log.warning("%s: %s", printable(str(self._path)), fresh)
        self._logged_warning = self.warning
