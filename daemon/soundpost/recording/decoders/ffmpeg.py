"""Decodes with the program ffmpeg, where it is installed: as a stream, with limits."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.wave import read_wave
from soundpost.recording.decoders.decoder import Block
from soundpost.recording.decoders.ffmpeg_log import FfmpegLog
from soundpost.recording.decoders.ffmpeg_process import FfmpegError, start_ffmpeg
from soundpost.recording.decoders.pcm import PcmDecoder

STALL_SECONDS = 60.0
"""Without a sample for this long ffmpeg is ended; even a slow device starts it within seconds."""

EXIT_SECONDS = 5.0
"""ffmpeg ends at once when its output is closed."""

_CONTAINERS = (
    "aac,ac3,aea,aiff,alp,amr,amrnb,amrwb,ape,apm,asf,asf_o,au,avi,avr,caf,dsf,dts,dtshd,eac3,flac,"
    "flv,gsm,iff,ircam,latm,loas,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,nistsphere,nut,ogg,oma,"
    "qcp,rm,rso,sds,shn,sox,tak,truehd,tta,voc,vqf,w64,wav,wsaud,wv,wve,xa,xwma"
)
"""Containers of sound. Playlists and scripts are not among them: they open further files."""

_LOG = ("-nostdin", "-hide_banner", "-nostats", "-v", "level+info")
_LIMITS = (
    "-max_alloc",
    str(1 << 28),
    "-protocol_whitelist",
    "file",
    "-format_whitelist",
    _CONTAINERS,
)
"""One allocation takes at most 256 MiB, and no network address is opened."""

_OUTPUT = ("-map", "0:a:0", "-map_metadata", "-1", "-f", "wav", "-c:a", "pcm_f32le")
"""The first audio stream as WAV, whose header has the rate and the channels."""

_DURATION_TOLERANCE_SECONDS = 0.2
"""A container's duration is rounded, and counts the delay and the padding of the encoder: up to
three frames of AAC at 16 kHz."""


class FfmpegDecoder:
    """Decodes by a process of ffmpeg, which ends with this one.

    Args:
        descriptor: A regular file. ffmpeg opens it by its number, so the format is taken from the
            content, and no name can be an option or a pattern.
        opening: Ends the process.
        is_stopped: Polled while ffmpeg has nothing.
        conversion: Options that set the rate and channels; by default those of the recording.

    Attributes:
        rate_hz, channels, warnings, missing_seconds: As in `Decoder`.

    Raises:
        FfmpegError: ffmpeg is not installed, or finds no sound in the file.
    """

    def __init__(
        self,
        descriptor: int,
        opening: ExitStack,
        is_stopped: Callable[[], bool],
        conversion: tuple[str, ...] = (),
    ) -> None:
        self._is_stopped = is_stopped
        self._process, self._log = opening.enter_context(_running(descriptor, conversion))
        stdout = self._process.stdout
        if stdout is None:
            raise ValueError(stdout)
        stream = ByteStream(stdout.fileno(), None, is_stopped, stall_seconds=STALL_SECONDS)
        layout = read_wave(stream, stream.peek(4))
        if layout is None:
            self._end()
            raise FfmpegError(self._log.reason or f"no answer within {STALL_SECONDS:.0f} s")
        self._pcm = PcmDecoder(stream, layout)
        self.rate_hz = self._pcm.rate_hz
        self.channels = self._pcm.channels
        self.warnings: list[str] = []
        self.missing_seconds: float | None = 0.0

    @property
    def stated_seconds(self) -> float | None:
        """The duration that the file states; None if it states none, or before it is read."""
        return self._log.duration_seconds

    def blocks(self, frames: int) -> Iterator[Block]:
        """Yields the sound, at most `frames` at once; an empty block while ffmpeg has none."""
        decoded_frames = 0
        last_seconds = time.monotonic()
        for block in self._pcm.blocks(frames):
            if len(block):
                last_seconds = time.monotonic()
                decoded_frames += len(block)
            elif time.monotonic() - last_seconds > STALL_SECONDS:
                self.warnings.append(f"ffmpeg decoded nothing for {STALL_SECONDS:.0f} s")
                self.missing_seconds = None
                break
            yield block
        status = self._end()
        if not self._is_stopped() and not self.warnings:
            self._compare(decoded_frames / self.rate_hz, status)

    def _compare(self, decoded_seconds: float, status: int) -> None:
        """Adds a warning if less was decoded than the file states."""
        stated_seconds = self._log.duration_seconds
        if stated_seconds and stated_seconds - decoded_seconds > _DURATION_TOLERANCE_SECONDS:
            self.missing_seconds = stated_seconds - decoded_seconds
            self.warnings.append(
                f"it is cut short or damaged: {decoded_seconds:.1f} s of {stated_seconds:.1f} s "
                "can be decoded"
            )
        elif status or self._log.has_errors:
            self.missing_seconds = None
            self.warnings.append(
                f"it is damaged (ffmpeg: {self._log.reason}): what can be decoded is read"
            )

    def _end(self) -> int:
        """Ends the process, and returns its exit status."""
        if self._is_stopped():
            self._process.kill()
        try:
            status = self._process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._log.wait()
        return status


@contextmanager
def _running(
    descriptor: int, conversion: tuple[str, ...]
) -> Iterator[tuple[subprocess.Popen[bytes], FfmpegLog]]:
    source = f"file:/dev/fd/{descriptor}"
    arguments = [*_LOG, *_LIMITS, "-i", source, *_OUTPUT, *conversion, "pipe:1"]
    with start_ffmpeg(arguments, stdin=subprocess.DEVNULL, pass_fds=(descriptor,)) as process:
        if process.stderr is None:
            raise ValueError(process)
        try:
            yield process, FfmpegLog(process.stderr)
        finally:
            process.kill()
