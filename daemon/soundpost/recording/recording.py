"""A recording: opened by its content, read block by block, with its damage repaired."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from soundpost.recording.decoders.decoder import Block, Decoder
from soundpost.recording.errors import InvalidSoundError, UnreadableError
from soundpost.recording.open_decoder import open_decoder
from soundpost.recording.open_file import open_file

LOWEST_RATE_HZ = 4_000
"""At a lower rate nothing above 2 kHz is left to recognise; the header is more likely wrong."""
HIGHEST_RATE_HZ = 1_000_000
"""Above the rate of the fastest bat recorders."""
MOST_CHANNELS = 1_024
"""As in libsndfile: more than the largest microphone arrays have."""

LARGEST_SAMPLE = 1_000.0
"""A larger float sample, 60 dB over full scale, is garbage or an integer stored as a float."""

BLOCK_SECONDS = 0.1
"""A stop takes effect within a block, as with a microphone."""
BLOCK_VALUES = 1_000_000
"""Most samples, of all channels together, in a block: bounds memory for many channels."""


class Recording:
    """An open recording, read once from its start to its end.

    Args:
        path: The file, for errors.
        decoder: Decodes it.
        is_stopped: Whether reading was stopped before the end.
    """

    def __init__(self, path: Path, decoder: Decoder, is_stopped: Callable[[], bool]) -> None:
        self._path = path
        self._decoder = decoder
        self._is_stopped = is_stopped

    @property
    def rate_hz(self) -> int:
        """The sample rate."""
        return self._decoder.rate_hz

    @property
    def channels(self) -> int:
        """The number of channels."""
        return self._decoder.channels

    @property
    def warning(self) -> str:
        """The damage that was repaired or read over, in one line; empty if there is none.

        Damage of the header is known at once, all of it after the last block.
        """
        return "; ".join(self._decoder.warnings)

    @property
    def missing_seconds(self) -> float | None:
        """Sound that the header states and the file lacks; None if it is unknown how much.

        Complete after the last block.
        """
        return self._decoder.missing_seconds

    @property
    def stated_seconds(self) -> float | None:
        """The length that the header states; None if it states none, or for a pipe."""
        return self._decoder.stated_seconds

    def blocks(self, seconds: float = BLOCK_SECONDS) -> Iterator[Block]:
        """Yields the sound in blocks: float32[frames, channels], full scale at 1.0.

        A block is empty while a pipe has no data for now.

        Args:
            seconds: The length of a block; of many channels or at a high rate it is shorter.

        Raises:
            InvalidSoundError: There is not one frame, or a sample is NaN, infinite or enormous.
        """
        frames = max(1, min(int(self.rate_hz * seconds), BLOCK_VALUES // self.channels))
        read_frames = 0
        for block in self._decoder.blocks(frames):
            if len(block) and not np.abs(block).max() <= LARGEST_SAMPLE:  # also true for NaN
                valid = self._valid_frames(block)
                if valid:
                    yield block[:valid]
                at_seconds = (read_frames + valid) / self.rate_hz
                raise InvalidSoundError(
                    self._path,
                    "has NaN or infinite samples, or some over "
                    f"{LARGEST_SAMPLE:g}, near {at_seconds:.1f} s: expected "
                    "samples within -1 and 1",
                    hint="write the file again, scaled to 1.0, or as 16-bit PCM",
                )
            read_frames += len(block)
            yield block
        if not read_frames and not self._is_stopped():
            why = f" ({self.warning})" if self.warning else ""
            raise InvalidSoundError(
                self._path, f"has no samples, 0 frames{why}", hint="record it again"
            )

    def _valid_frames(self, block: Block) -> int:
        """Returns the frames before the first invalid sample, in whole blocks of the default."""
        is_valid = (np.abs(block) <= LARGEST_SAMPLE).all(axis=1)
        unit = max(1, int(self.rate_hz * BLOCK_SECONDS))
        return int(is_valid.argmin()) // unit * unit


@contextmanager
def open_recording(
    path: Path, *, allow_pipes: bool = True, is_stopped: Callable[[], bool] = lambda: False
) -> Iterator[Recording]:
    """Opens a recording of any format, by its content.

    Args:
        path: A file, a pipe or a device.
        allow_pipes: Whether it may be another kind of file than a regular one.
        is_stopped: Ends the reading once it returns True; a wait for a pipe looks at it, too.

    Raises:
        UnreadableError: It is absent, empty, no sound, or of an impossible rate.
    """
    with ExitStack() as opening:
        stream = open_file(path, opening, allow_pipes=allow_pipes, is_stopped=is_stopped)
        decoder = open_decoder(path, stream, opening)
        if not LOWEST_RATE_HZ <= decoder.rate_hz <= HIGHEST_RATE_HZ:
            raise UnreadableError(
                path,
                f"cannot be recognised: expected a sample rate of {LOWEST_RATE_HZ} to "
                f"{HIGHEST_RATE_HZ} Hz, got {decoder.rate_hz}",
                hint="its header is wrong, or it is no sound recording; record at 16 kHz or more",
            )
        if not 1 <= decoder.channels <= MOST_CHANNELS:
            raise UnreadableError(
                path,
                f"cannot be read: expected 1 to {MOST_CHANNELS} channels, got {decoder.channels}",
                hint="its header is wrong; copy or record it again",
            )
        yield Recording(path, decoder, is_stopped)
