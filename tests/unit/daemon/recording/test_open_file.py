"""Paths that are no regular file: read if they deliver sound, else refused with the true reason."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import soundfile
from fifo import write_into
from made_recordings import RATE_HZ, SOUND, aiff, au, caf, samples, wav, wave64

from soundpost.recording import UnreadableError, open_file, open_recording

READ = """
import sys
from pathlib import Path
from soundpost.errors import CaptureError
from soundpost.recording import open_recording
try:
    with open_recording(Path(sys.argv[1])) as recording:
        print(sum(map(len, recording.blocks())), recording.warning)
except CaptureError as error:
    print(error)
"""


def read_in_process(path: str, stdin: IO[bytes] | socket.socket | None) -> str:
    """Returns what a process of its own reads from a path."""
    command = [sys.executable, "-c", READ, path]
    stream = stdin.fileno() if stdin else subprocess.DEVNULL
    run = subprocess.run(command, stdin=stream, capture_output=True, check=True, timeout=60)
    return run.stdout.decode()


@pytest.mark.parametrize(
    "content",
    [
        wav().content,
        wav(0xFFFFFFFF).content,
        wav(0).content,
        wav(2_048).content,
        wav(tail=b"LIST\x04\x00\x00\x00INFO").content,
        wave64().content,
        aiff().content,
        caf().content,
        au(0xFFFFFFFF).content,
    ],
    ids=["wav", "unknown", "zero", "too small", "LIST", "w64", "aiff", "caf", "au"],
)
def test_plain_sound_from_a_pipe_is_read(fifo: Path, content: bytes) -> None:
    """Every container of plain samples, whatever length its header gives."""
    writer = write_into(fifo, content)
    with open_recording(fifo) as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)
    writer.join()


def test_compressed_sound_from_a_pipe_is_read(fifo: Path, tmp_path: Path) -> None:
    """Libsndfile gets a copy that can be seeked."""
    soundfile.write(tmp_path / "sound.flac", SOUND, RATE_HZ)
    writer = write_into(fifo, (tmp_path / "sound.flac").read_bytes())
    with open_recording(fifo) as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)
    writer.join()


def test_stdin_is_read(tmp_path: Path) -> None:
    """As a pipe, as a file and as a socket; the last one cannot be opened again."""
    content = wav().content
    (tmp_path / "sound.wav").write_bytes(content)
    with (tmp_path / "sound.wav").open("rb") as file:
        assert read_in_process("/dev/stdin", stdin=file) == "16000 \n"
    with subprocess.Popen(["cat", tmp_path / "sound.wav"], stdout=subprocess.PIPE) as pipe:
        assert read_in_process("/dev/fd/0", stdin=pipe.stdout) == "16000 \n"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(content)
        ours.shutdown(socket.SHUT_WR)
        assert read_in_process("/dev/stdin", stdin=theirs) == "16000 \n"


def test_a_pipe_without_a_writer_is_refused(fifo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening never waits for a writer; the wait for the first byte has an end."""
    monkeypatch.setattr(open_file, "STALL_SECONDS", 0.3)
    with pytest.raises(UnreadableError, match="without data"), open_recording(fifo):
        pass


def test_a_stop_ends_the_wait_for_a_writer(fifo: Path) -> None:
    """SIGTERM while nothing comes is obeyed at once."""
    started_seconds = time.monotonic()
    stops_at_seconds = started_seconds + 0.3
    with (
        pytest.raises(UnreadableError),
        open_recording(fifo, is_stopped=lambda: time.monotonic() > stops_at_seconds),
    ):
        pass
    assert time.monotonic() - started_seconds < 5.0


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/null", "is empty"),
        ("/dev/zero", "is not a sound file"),
        ("/nowhere/sound.wav", "does not exist"),
        ("/etc/hostname/sound.wav", "does not exist"),
        ("/dev", "is a folder"),
        ("/proc/self/mem", "cannot be read"),
        ("a\0b.wav", "cannot be read"),
        ("a" * 300, "cannot be read"),
    ],
)
def test_the_reason_of_a_refusal_is_true(path: str, reason: str) -> None:
    """Devices, folders, absent and impossible names are told apart."""
    with pytest.raises(UnreadableError, match=reason) as caught, open_recording(Path(path)) as it:
        list(it.blocks())
    assert caught.value.hint


def test_a_terminal_is_refused() -> None:
    """It would wait for a person who types."""
    leader, terminal = os.openpty()
    name = Path(os.ttyname(terminal))
    with pytest.raises(UnreadableError, match="is a terminal"), open_recording(name):
        pass
    os.close(leader)
    os.close(terminal)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    """Its path cannot be opened."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        with pytest.raises(UnreadableError, match="is a socket"):
            open_recording(tmp_path / "socket").__enter__()


def test_where_a_file_is_needed_a_pipe_is_refused(fifo: Path) -> None:
    """Training reads a recording more than once."""
    with pytest.raises(UnreadableError, match="is a pipe"), open_recording(fifo, allow_pipes=False):
        pass


def test_a_dash_is_explained() -> None:
    """Other programs read the standard input by it."""
    with pytest.raises(UnreadableError) as caught, open_recording(Path("-")):
        pass
    assert "/dev/stdin" in caught.value.hint
