"""Decodes what libsndfile reads: FLAC, Ogg, MP3, compressed WAV, and a dozen older formats."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack

import numpy as np
import soundfile

from soundpost.recording.decoders.decoder import Block
from soundpost.recording.decoders.ffmpeg import FfmpegDecoder
from soundpost.recording.decoders.ffmpeg_process import FfmpegError, is_installed
from soundpost.recording.decoders.stated_length import UNKNOWN_FRAMES, stated_length


class UndecodableError(Exception):
    """libsndfile cannot open the file; the message is its reason."""


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A file that is only read forward.

    soundfile seeks after each read of a file that can be seeked. That loses the bit reservoir of an
    MP3, so that blocks of 0.1 s are decoded wrongly, and fails at the end of a FLAC whose header
    states no length.
    """

    def seekable(self) -> bool:
        """Returns False, which keeps soundfile from seeking."""
        return False


class LibsndfileDecoder:
    """Decodes by libsndfile; what is behind a damage by ffmpeg, where it is installed.

    Args:
        descriptor: A regular file, open for reading, at its start. libsndfile gets a descriptor,
            never a Python file: that would need cffi's callbacks, which `MemoryDenyWriteExecute=`
            of the service forbids.
        opening: Closes the file.
        is_stopped: Polled while ffmpeg decodes.

    Attributes:
        rate_hz, channels, warnings, missing_seconds, stated_seconds: As in `Decoder`.

    Raises:
        UndecodableError: libsndfile does not recognise the format.
    """

    def __init__(self, descriptor: int, opening: ExitStack, is_stopped: Callable[[], bool]) -> None:
        try:
            self._file = opening.enter_context(_ForwardFile(descriptor, closefd=False))
        except soundfile.LibsndfileError as error:
            raise UndecodableError(_reason(error)) from error
        self._descriptor = descriptor
        self._is_stopped = is_stopped
        self._decoded_frames = 0
        self.rate_hz = self._file.samplerate
        self.channels = self._file.channels
        self.warnings: list[str] = []
        self.missing_seconds: float | None = 0.0
        frames = self._file.frames
        self.stated_seconds = frames / self.rate_hz if frames < UNKNOWN_FRAMES else None

    def blocks(self, frames: int) -> Iterator[Block]:
        """Yields the sound, at most `frames` at once; an empty block while ffmpeg has none."""
        failure = ""
        while not failure:
            block, failure = self._read(frames)
            self._decoded_frames += len(block)
            if len(block):
                yield block
            elif not failure:
                break
        # At the end, because the file may have been cut meanwhile.
        self._length = stated_length(self._descriptor, self._file)
        missing = self._length.missing_frames(self._decoded_frames)
        if failure or missing != 0:
            failure = yield from self._read_rest(frames, failure)
        self._report(failure)

    def _read(self, frames: int) -> tuple[Block, str]:
        """Returns the next frames, and the reason why no more can be read."""
        # After an error only the array shows how much was decoded before it.
        out = np.full((frames, self.channels), np.nan, np.float32)
        try:
            block: Block = self._file.read(out=out)
        except soundfile.LibsndfileError as error:
            is_empty = np.isnan(out[:, -1])
            return out[: int(is_empty.argmax()) if is_empty.any() else frames], _reason(error)
        return block, ""

    def _read_rest(self, frames: int, failure: str) -> Generator[Block, None, str]:
        """Yields what ffmpeg decodes behind the last frame; returns the reason if it fails, too."""
        conversion = ("-ar", str(self.rate_hz), "-ac", str(self.channels))
        done_frames = 0
        with ExitStack() as opening:
            try:
                decoder = FfmpegDecoder(self._descriptor, opening, self._is_stopped, conversion)
            except FfmpegError:
                return failure
            for block in decoder.blocks(frames):
                fresh = block[max(0, self._decoded_frames - done_frames) :]
                done_frames += len(block)
                self._decoded_frames = max(self._decoded_frames, done_frames)
                if len(fresh) or not len(block):
                    yield fresh
            return failure if decoder.warnings or done_frames < self._decoded_frames else ""

    def _report(self, failure: str) -> None:
        if self._is_stopped():
            return
        warnings_before = len(self.warnings)
        missing = self._length.missing_frames(self._decoded_frames)
        decoded_seconds = self._decoded_frames / self.rate_hz
        self.missing_seconds = None if missing is None else missing / self.rate_hz
        if missing:
            stated_seconds = decoded_seconds + missing / self.rate_hz
            self.warnings.append(
                f"it is cut short or damaged: {decoded_seconds:.1f} s of {stated_seconds:.1f} s "
                "can be decoded"
            )
        elif missing is None:
            self.warnings.append(
                f"it is cut short: its end is missing after {decoded_seconds:.1f} s"
            )
        elif failure:
            self.missing_seconds = None
            self.warnings.append(f"it cannot be decoded beyond {decoded_seconds:.1f} s: {failure}")
        if len(self.warnings) > warnings_before and not is_installed():
            self.warnings[-1] += " (ffmpeg, which may read more, is not installed)"


def _reason(error: soundfile.LibsndfileError) -> str:
    return str(error.error_string).removeprefix("Error : ").rstrip(".")
