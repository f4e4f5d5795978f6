"""A stream as a source: ffmpeg decodes it in a child process, until the stream is lost."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress

from soundpost.audio import Chunk
from soundpost.capture.live.pcm_chunks import PcmChunks
from soundpost.capture.live.pcm_reader import PcmReader
from soundpost.capture.live.timeline import SamplePosition
from soundpost.capture.stream.command import build_command, build_script
from soundpost.capture.stream.failure import stream_failure
from soundpost.capture.stream.options import StreamOptions
from soundpost.errors import CaptureError
from soundpost.health import Health
from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.layout import Format
from soundpost.recording.containers.wave import read_wave
from soundpost.recording.decoders.ffmpeg_log import FfmpegLog
from soundpost.recording.decoders.ffmpeg_process import FfmpegError, start_ffmpeg

POLL_SECONDS = 0.1
"""Time that `chunks` waits for a block before it checks for `stop`: two blocks."""
QUIET_SECONDS = 3.0
"""Without a block for this long running events end, as with a microphone that is lost."""
TERMINATE_SECONDS = 1.0
"""Time that ffmpeg has to tell the server of its end; some cameras keep a session for a minute."""
KILL_SECONDS = 1.0
"""A killed process ends at once, unless the kernel waits for a device."""


class StreamSource:
    """Records from a stream by one child process, which `close` ends.

    Args:
        options: The stream.
        health: Counts samples and losses.
        follows: The end of the recording that this one continues.

    Raises:
        CaptureError: ffmpeg is not installed.
    """

    def __init__(
        self, options: StreamOptions, health: Health, follows: SamplePosition | None = None
    ) -> None:
        self._options = options
        self.name = options.address.shown
        self._chunks = PcmChunks(
            self.name, options.sample_rate_hz, options.channel, health, follows
        )
        self._has_begun = False
        self._stopping = False
        self._is_closed = False
        self._process = _start(options)
        if self._process.stdout is None or self._process.stderr is None:
            raise ValueError(self._process)
        self._log = FfmpegLog(self._process.stderr)
        self._reader = PcmReader(
            self._process.stdout.fileno(),
            _read_format,
            options.queue_seconds,
            # Servers begin with the past seconds; a recording is slowed down to real time.
            options.queue_seconds / 2,
            drops=True,
        )

    @property
    def end(self) -> SamplePosition | None:
        """The position after the last sample; None if there never was one."""
        return self._chunks.end

    @property
    def description(self) -> str:
        """The stream, its rate and its channels in words, once there was a chunk."""
        return self._chunks.description

    @property
    def waiting_seconds(self) -> float:
        """Sound that waits in the queue."""
        return self._reader.waiting_seconds

    def stop(self) -> None:
        """Ends `chunks` within 0.1 s."""
        self._stopping = True

    def chunks(self) -> Iterator[Chunk | None]:
        """Yields captured sound, and None now and then while there is none.

        Raises:
            CaptureError: The stream ended, or delivered nothing for too long.
        """
        waited_seconds = 0.0
        while not self._stopping:
            buffer = self._reader.get(POLL_SECONDS)
            if buffer is not None:
                waited_seconds, self._has_begun = 0.0, True
                yield from self._chunks.place(buffer, self._reader)
                continue
            if self._reader.has_ended:
                if self._is_stopping():  # Ctrl-C at a terminal ends ffmpeg, too
                    return
                raise self._failure()
            # Not by the clock: while the process itself was stopped, it did not wait.
            waited_seconds += POLL_SECONDS
            self._refuse_stall(waited_seconds)
            if not self._has_begun or waited_seconds >= QUIET_SECONDS:
                yield None

    def close(self) -> None:
        """Ends ffmpeg; waits at most two seconds for it."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(TERMINATE_SECONDS)
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_SECONDS)
        self.try_close()

    def try_close(self) -> bool:
        """Returns whether ffmpeg has ended, after `close`, and its pipes are closed."""
        if self._is_closed:
            return True
        if self._process.poll() is None:
            return False
        self._reader.stop()
        self._log.wait()
        self._is_closed = self._reader.join()
        if self._is_closed:
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
        return self._is_closed

    def _is_stopping(self) -> bool:
        return self._stopping

    def _failure(self) -> CaptureError:
        """Returns the error of a stream that ended by itself."""
        self._log.wait()
        return stream_failure(self._options.address, self._log.errors, self._options.password)

    def _refuse_stall(self, waited_seconds: float) -> None:
        limits, has_begun = self._options.limits, self._has_begun
        if waited_seconds >= (limits.stall_seconds if has_begun else limits.first_seconds):
            what = "no sound" if has_begun else "no answer"
            raise CaptureError(
                f"{self.name}: expected sound, got {what} for {waited_seconds:.0f} s",
                hint="its server hangs, or the network does not pass: look at the camera and its "
                "connection",
            )


def _start(options: StreamOptions) -> subprocess.Popen[bytes]:
    try:
        process = start_ffmpeg(build_command(options.address), stdin=subprocess.PIPE)
    except FfmpegError as error:
        raise CaptureError(
            f"{options.address.shown}: expected ffmpeg, which reads streams, got none: {error}",
            hint="`apt install ffmpeg`",
        ) from error
    if process.stdin is None:
        raise ValueError(process)
    with suppress(BrokenPipeError), process.stdin:  # it ended at once: its log has the reason
        process.stdin.write(build_script(options.address, options.password))
    return process


def _read_format(stream: ByteStream) -> Format | None:
    layout = read_wave(stream, stream.peek(4))
    return layout.format if layout is not None else None
