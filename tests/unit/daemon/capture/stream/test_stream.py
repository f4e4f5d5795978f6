"""A stream as a source, by the real ffmpeg; tests/integration/test_camera.py has cameras."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sound_server import RATE_HZ, Radio, au_header, radio, tone
from stream_recorder import children

from soundpost.audio import Chunk
from soundpost.capture.live.live_source import LoginRefusedError
from soundpost.capture.stream import stream as stream_module
from soundpost.capture.stream.address import parse_address
from soundpost.capture.stream.options import StreamLimits, StreamOptions
from soundpost.capture.stream.stream import StreamSource
from soundpost.errors import CaptureError
from soundpost.health import Health

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")

PATIENT = StreamLimits(60.0, 60.0)
"""Longer than a busy machine needs."""


@contextmanager
def opened(
    text: str, limits: StreamLimits = PATIENT, password: str | None = None, rate_hz: int = RATE_HZ
) -> Iterator[StreamSource]:
    """Opens a stream, and checks afterwards that nothing of it is left."""
    before = pipes()
    options = StreamOptions(parse_address(text), rate_hz, password, limits=limits)
    with closing(StreamSource(options, Health())) as source:
        yield source
    assert source.try_close()
    assert children(parent=os.getpid()) == []
    assert pipes() == before
    assert not [thread for thread in threading.enumerate() if thread.name == "pcm reader"]


def pipes() -> set[str]:
    """Returns the pipes that this process has open."""
    links = [os.path.realpath(f"/proc/self/fd/{at}") for at in range(256)]
    return {link for link in links if "pipe:" in link}


def take(source: StreamSource, seconds: float) -> list[Chunk]:
    """Returns the chunks of the first seconds of sound."""
    chunks: list[Chunk] = []
    for chunk in source.chunks():
        chunks += [chunk] if chunk is not None else []
        if chunks and chunks[-1].end_sample >= seconds * RATE_HZ:
            return chunks
    raise AssertionError("the stream ended")


def test_a_stream_over_http_is_recorded() -> None:
    """Bit for bit, at the time at which it was sent."""
    with radio() as server, opened(f"ffmpeg:{server.url}") as source:
        chunks = take(source, 1.5)
        now = time.time()
    samples = np.concatenate([chunk.samples for chunk in chunks])
    expected = np.tile(tone(RATE_HZ // 1_000), len(samples) // (RATE_HZ // 1_000) + 1)
    np.testing.assert_array_equal(samples, expected[: len(samples)].astype(np.int16))
    assert all(after.start_sample == before.end_sample for before, after in pairwise(chunks))
    assert chunks[-1].utc_ns / 1e9 == pytest.approx(now, abs=2.0)
    assert source.description == f"{server.url}: {RATE_HZ} Hz, channel 1 of 1"


def test_a_user_and_a_password_reach_a_server() -> None:
    """A wrong one is an error of its own."""
    with radio() as server:
        server.login = "me:s3cret"
        url = server.url.replace("http://", "http://me@")
        with opened(f"ffmpeg:{url}", password="s3cret") as source:  # noqa: S106 - of this server
            take(source, 0.1)
        with (
            opened(f"ffmpeg:{url}", password="another") as source,  # noqa: S106 - as above
            pytest.raises(LoginRefusedError, match="401"),
        ):
            list(source.chunks())


def end(server: Radio) -> None:
    """Ends the connection."""
    server.is_closed = True


def stall(server: Radio) -> None:
    """Sends nothing more, and leaves the connection open."""
    server.is_stalled = True


@pytest.mark.parametrize(
    ("lose", "expected"),
    [(end, "Stream ends prematurely"), (stall, "expected sound, got no sound for")],
)
def test_a_stream_that_is_lost_is_an_error(
    monkeypatch: pytest.MonkeyPatch, lose: Callable[[Radio], None], expected: str
) -> None:
    """A half-open connection too; before it counts as lost, running events end."""
    monkeypatch.setattr(stream_module, "QUIET_SECONDS", 0.5)
    limits = StreamLimits(60.0, 1.0)
    with radio() as server, opened(f"ffmpeg:{server.url}", limits) as source:
        chunks = source.chunks()
        while next(chunks) is None:
            pass
        lose(server)
        rest: list[Chunk | None] = []
        with pytest.raises(CaptureError, match=expected):
            rest.extend(chunks)
    assert (None in rest) is (lose is stall)


def test_a_server_that_never_answers_is_an_error() -> None:
    """It accepts the connection, as the kernel does for a program that hangs."""
    with radio() as server:
        server.is_stalled = True
        started = time.monotonic()
        with (
            opened(f"ffmpeg:{server.url}", StreamLimits(1.0, 60.0)) as source,
            pytest.raises(CaptureError, match="got no answer for 1 s"),
        ):
            assert set(source.chunks()) == {None}
    assert time.monotonic() - started >= 1.0


def test_garbage_is_an_error_with_a_reason() -> None:
    """The last lines of ffmpeg are in it."""
    with radio() as server:
        server.content = os.urandom(200_000)
        with opened(f"ffmpeg:{server.url}") as source, pytest.raises(CaptureError) as caught:
            list(source.chunks())
    assert re.search(
        r"Invalid data|Failed to|no streams|prematurely|Input/output", str(caught.value)
    )


def test_a_pipe_that_grows_is_recorded(fifo: Path) -> None:
    """A path may be a FIFO; its writer's pauses are waited for."""
    with opened(f"ffmpeg:{fifo}") as source:

        def write() -> None:
            with fifo.open("wb") as file:
                file.write(au_header() + tone(RATE_HZ).tobytes())
                file.flush()
                time.sleep(0.5)
                file.write(tone(RATE_HZ).tobytes())

        writer = threading.Thread(target=write)
        writer.start()
        with pytest.raises(CaptureError, match="the stream ended"):
            list(source.chunks())
        writer.join()
        end_position = source.end
    assert end_position is not None
    assert end_position.sample == 2 * RATE_HZ


def test_stop_ends_a_stream_that_connects() -> None:
    """SIGTERM need not wait for a server."""
    with radio() as server:
        server.is_stalled = True
        with opened(f"ffmpeg:{server.url}") as source:
            chunks = source.chunks()
            assert next(chunks) is None
            source.stop()
            assert list(chunks) == []


def test_a_child_that_ignores_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that waits for a frozen server."""
    monkeypatch.setattr(stream_module, "TERMINATE_SECONDS", 0.2)
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with opened("rtsp://cam/") as source:
        assert next(source.chunks()) is None


def test_a_flood_in_the_log_takes_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a line without an end; the reason is cut."""
    program = tmp_path / "ffmpeg"
    program.write_text(
        "#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' x >&2\n"
        "yes '[error] it is broken' | head -n 100000 >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with opened("rtsp://cam/") as source, pytest.raises(CaptureError) as caught:
        list(source.chunks())
    assert str(caught.value) == "rtsp://cam/: it is broken"


def test_no_representation_has_the_password() -> None:
    """A traceback or a debugger's line prints options."""
    options = StreamOptions(parse_address("rtsp://me@cam/"), RATE_HZ, "s3cret")
    assert "s3cret" not in repr(options) + str(options)
