"""Records from a live source in a thread, with the time of every chunk."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.audio import Chunk
from soundpost.capture import Source

TIMEOUT_SECONDS = 60.0
"""Longer than any wait of a healthy machine, however busy it is."""


class StreamRecorder:
    """The chunks that a source delivered so far, and when.

    Attributes:
        chunks: The chunks.
        times: For each, its arrival on the monotonic clock.
        error: The exception with which the source ended.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._is_waiting = True
        self._changed = threading.Condition()
        self.chunks: list[Chunk] = []
        self.times: list[float] = []
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="stream recorder")
        self._thread.start()

    def wait_for_sound(self, after_seconds: float = 0.0, seconds: float = TIMEOUT_SECONDS) -> float:
        """Returns the arrival of the first chunk after a time, and waits for it."""
        self._wait(lambda: bool(self.times) and self.times[-1] > after_seconds, seconds)
        return next(at for at in self.times if at > after_seconds)

    def wait_for_loss(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Waits until the source has no sound."""
        self._wait(lambda: self._is_waiting, seconds)

    def wait_for_end(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Waits until the source has ended."""
        self._thread.join(seconds)
        assert not self._thread.is_alive()

    def stop(self) -> None:
        """Stops the source and waits for its end."""
        self._source.stop()
        self.wait_for_end()

    def _wait(self, condition: Callable[[], bool], seconds: float) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition() or self.error, seconds)
        assert self.error is None, self.error

    def _run(self) -> None:
        try:
            with self._source as source:
                for chunk in source.chunks():
                    self._take(chunk)
        except Exception as error:  # noqa: BLE001 - the test reads it
            with self._changed:
                self.error = error
                self._changed.notify_all()

    def _take(self, chunk: Chunk | None) -> None:
        with self._changed:
            self._is_waiting = chunk is None
            if chunk is not None:
                self.chunks.append(chunk)
                self.times.append(time.monotonic())
            self._changed.notify_all()


@contextmanager
def recorded(source: Source) -> Iterator[StreamRecorder]:
    """Records from a source, and stops it if the test fails."""
    recorder = StreamRecorder(source)
    try:
        yield recorder
    finally:
        recorder.stop()


def children(program: str = "ffmpeg", parent: int | None = None) -> list[int]:
    """Returns the processes of a name, dead ones that nobody waited for too.

    Args:
        program: The name.
        parent: Only children of this process; None for all processes.
    """
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:  # ended meanwhile
            continue
        if name == program and parent in {None, int(rest.split()[1])}:
            found.append(int(folder.name))
    return found
