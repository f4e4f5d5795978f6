"""A source that reads a sound file."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.audio.channels import ChannelChoice, ChannelMixer
from soundpost.capture.resample import MonoResampler
from soundpost.capture.wav_header import missing_bytes
from soundpost.errors import CaptureError
from soundpost.health import Health

if TYPE_CHECKING:
    from soundfile import SoundFile

LOWEST_RATE_HZ = 4_000
"""At a lower rate nothing above 2 kHz is left to recognise; the header is more likely wrong."""
HIGHEST_RATE_HZ = 1_000_000
"""Above the rate of the fastest bat recorders."""

LARGEST_SAMPLE = 1_000.0
"""A larger float sample, 60 dB over full scale, is garbage or an integer stored as a float."""

CHUNKS_PER_SECOND = 10
"""`stop` takes effect within a chunk, 0.1 s, as with a microphone."""
BLOCK_VALUES = 1_000_000
"""Most samples, of all channels together, read at once: bounds memory for many channels."""


class FileSource:
    """Reads a file block by block: WAV, FLAC, or any other format of libsndfile.

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
        self._stopping = False
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Opens the file.

        Raises:
            CaptureError: It is absent, empty, cut short, not sound, or of an impossible rate.
        """
        with ExitStack() as opening:
            self._file = _open(self._path, opening)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def stop(self) -> None:
        """Ends `chunks` within the duration of a chunk, 0.1 s."""
        self._stopping = True

    def chunks(self) -> Iterator[Chunk]:
        """Yields the file's sound, about 0.1 s at a time.

        Raises:
            CaptureError: The file breaks off, cannot be decoded, or holds NaN.
        """
        started_seconds = time.monotonic()
        start_sample = 0
        for samples in self._resampled():
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

    def _resampled(self) -> Iterator[Pcm]:
        rate_hz = self._file.samplerate
        mixer = ChannelMixer(self._channel, rate_hz, str(self._path))
        self._resampler = MonoResampler(rate_hz, self._sample_rate_hz, mixer)
        for block in self._blocks():
            yield self._resampler.resample(block)
        yield self._resampler.flush()

    def _blocks(self) -> Iterator[NDArray[np.float32]]:
        file = self._file
        block_frames = min(file.samplerate // CHUNKS_PER_SECOND, BLOCK_VALUES // file.channels)
        read_frames = 0
        while len(block := self._read(block_frames)):
            if not np.abs(block).max() <= LARGEST_SAMPLE:  # also true for NaN
                raise CaptureError(
                    f"{self._path}: expected samples within -1 and 1, got NaN, infinity or more "
                    f"than {LARGEST_SAMPLE:g} near {read_frames / file.samplerate:.1f} s",
                    hint="write the file again, scaled to 1.0, or as 16-bit PCM",
                )
            read_frames += len(block)
            yield block
        self._refuse_early_end(read_frames)

    def _read(self, frames: int) -> NDArray[np.float32]:
        from soundfile import SoundFileError  # noqa: PLC0415 - a microphone needs no soundfile

        try:
            block: NDArray[np.float32] = self._file.read(frames, dtype="float32", always_2d=True)
        except SoundFileError as error:
            raise CaptureError(
                f"{self._path} cannot be decoded to its end: {error}",
                hint="the file is damaged or cut short; copy or record it again",
            ) from error
        return block

    def _refuse_early_end(self, read_frames: int) -> None:
        # An MP3 header only estimates its length.
        if read_frames < self._file.frames and self._file.format != "MP3":
            raise CaptureError(
                f"{self._path}: expected {self._file.frames} frames, got {read_frames}",
                hint="the file is damaged or cut short; copy or record it again",
            )


def _open(path: Path, opening: ExitStack) -> "SoundFile":
    import soundfile  # noqa: PLC0415 - a microphone needs no soundfile

    if not path.is_file():
        problem = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise CaptureError(f"{path} {problem}", hint="name a sound file, as wav:PATH")
    try:
        handle = opening.enter_context(path.open("rb"))
        missing = missing_bytes(path)
        # By descriptor, so that libsndfile takes the format from the content, not from the name.
        file = opening.enter_context(soundfile.SoundFile(handle.fileno(), closefd=False))
    except OSError as error:
        raise CaptureError(
            f"{path} cannot be read: {error.strerror}", hint="check its owner and its mode"
        ) from error
    except soundfile.SoundFileError as error:
        problem = "is empty" if not path.stat().st_size else f"is not a sound file: {error}"
        raise CaptureError(
            f"{path} {problem}", hint="WAV, FLAC, Ogg and MP3 can be read; convert other formats"
        ) from error
    _refuse_implausible(path, file, missing)
    return file


def _refuse_implausible(path: Path, file: "SoundFile", missing: int) -> None:
    if missing:
        raise CaptureError(
            f"{path} is cut short: its header promises {missing} bytes more than it holds",
            hint="copy or record it again",
        )
    if file.frames < 1:
        raise CaptureError(f"{path} holds no sound: 0 frames", hint="record it again")
    if not LOWEST_RATE_HZ <= file.samplerate <= HIGHEST_RATE_HZ:
        raise CaptureError(
            f"{path}: expected a sample rate of {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz, "
            f"got {file.samplerate}: such sound cannot be recognised",
            hint="its header is wrong, or it is not a sound recording; record at 16 kHz or more",
        )
