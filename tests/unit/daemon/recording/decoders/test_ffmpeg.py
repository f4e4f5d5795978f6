"""Decoding by ffmpeg: bounded, confined to the one file, and ended with its parent."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from made_recordings import RATE_HZ, SOUND, samples, wav

from soundpost.recording import UnreadableError, open_recording
from soundpost.recording.decoders import ffmpeg
from soundpost.recording.decoders.ffmpeg import FfmpegDecoder
from soundpost.recording.decoders.ffmpeg_process import PROGRAM, FfmpegError

needs_ffmpeg = pytest.mark.skipif(
    shutil.which(PROGRAM) is None, reason="ffmpeg is not installed on this machine"
)

READ_FOR_EVER = """
import sys
from pathlib import Path
from soundpost.recording import open_recording
with open_recording(Path(sys.argv[1])) as recording:
    for block in recording.blocks():
        print(len(block), flush=True)
"""


def encode(path: Path, *options: str) -> Path:
    """Encodes the sound by the real ffmpeg."""
    source = path.with_suffix(".source.wav")
    source.write_bytes(wav().content)
    command = [PROGRAM, "-nostdin", "-v", "error", "-i", str(source), *options, str(path)]
    subprocess.run(command, check=True)
    return path


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts a shell script called ffmpeg first on PATH."""
    folder.mkdir()
    program = folder / PROGRAM
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@needs_ffmpeg
@pytest.mark.parametrize("name", [b"memo.m4a", b"-memo; rm %d.m4a", b"me\xff\xfemo.wav"])
def test_lossless_sound_is_decoded_exactly(tmp_path: Path, name: bytes) -> None:
    """ALAC, whatever the name is: every sample, and no warning."""
    path = tmp_path / os.fsdecode(name)
    encode(tmp_path / "x.m4a", "-c:a", "alac").rename(path)
    with open_recording(path) as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)
        assert not recording.warning
        assert recording.missing_seconds == 0.0


@needs_ffmpeg
def test_samples_that_only_ffmpeg_reads_are_decoded_exactly(tmp_path: Path) -> None:
    """A WAV of integers of 64 bits: its header is right, so it is not refused as damaged."""
    path = encode(tmp_path / "x.wav", "-c:a", "pcm_s64le")
    with open_recording(path) as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)
        assert not recording.warning


@needs_ffmpeg
def test_a_cut_file_says_how_much_is_missing(tmp_path: Path) -> None:
    """An M4A with its index first, cut in the middle."""
    path = encode(tmp_path / "x.m4a", "-c:a", "aac", "-movflags", "+faststart")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with open_recording(path) as recording:
        read = sum(map(len, recording.blocks()))
        assert 0.2 * RATE_HZ < read < 0.9 * RATE_HZ
        assert "cut short or damaged" in recording.warning
        assert recording.missing_seconds == pytest.approx(1.0 - read / RATE_HZ, abs=0.2)


@needs_ffmpeg
@pytest.mark.parametrize(
    "playlist",
    [
        "ffconcat version 1.0\nfile 'secret.wav'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_playlist_opens_no_other_file(tmp_path: Path, playlist: str) -> None:
    """It is refused, whatever it is called."""
    (tmp_path / "secret.wav").write_bytes(wav().content)
    (tmp_path / "list.wav").write_text(playlist)
    with pytest.raises(UnreadableError), open_recording(tmp_path / "list.wav"):
        pass


def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without progress it is killed, and the file is refused."""
    monkeypatch.setattr(ffmpeg, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(ffmpeg, "EXIT_SECONDS", 0.1)
    install(tmp_path / "bin", monkeypatch, "exec sleep 100")
    descriptor = os.open(__file__, os.O_RDONLY)
    started_seconds = time.monotonic()
    with ExitStack() as opening, pytest.raises(FfmpegError, match="no answer within"):
        FfmpegDecoder(descriptor, opening, lambda: False)
    assert time.monotonic() - started_seconds < 20.0
    os.close(descriptor)


def test_a_program_that_hangs_in_the_middle_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoded sound is read; the warning says that the program hung."""
    monkeypatch.setattr(ffmpeg, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(ffmpeg, "EXIT_SECONDS", 0.1)
    sound = tmp_path / "sound.wav"
    sound.write_bytes(wav(0xFFFFFFFF).content)
    install(tmp_path / "bin", monkeypatch, f"cat {sound}; exec sleep 100")
    (tmp_path / "x").write_bytes(b"no format of libsndfile")
    with open_recording(tmp_path / "x") as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)
        assert "decoded nothing for" in recording.warning


def test_an_endless_log_does_not_block_the_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is read beside the sound, and only its last line is kept."""
    sound = tmp_path / "sound.wav"
    sound.write_bytes(wav(0xFFFFFFFF).content)
    noise = "i=0; while [ $i -lt 9999 ]; do echo '[x] [error] bad packet' >&2; i=$((i+1)); done"
    install(tmp_path / "bin", monkeypatch, f"{noise}; cat {sound}")
    (tmp_path / "x").write_bytes(b"no format of libsndfile")
    with open_recording(tmp_path / "x") as recording:
        np.testing.assert_array_equal(samples(recording.blocks()), SOUND)
        assert "ffmpeg: bad packet" in recording.warning


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_it_ends_with_a_parent_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill -9 of the reader leaves no process behind, even one that writes nothing."""
    sound, number = tmp_path / "sound.wav", tmp_path / "number"
    sound.write_bytes(wav(0xFFFFFFFF).content)
    install(tmp_path / "bin", monkeypatch, f"echo $$ > {number}; cat {sound}; exec sleep 100")
    (tmp_path / "x").write_bytes(b"no format of libsndfile")
    command = [sys.executable, "-c", READ_FOR_EVER, str(tmp_path / "x")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
        assert reader.stdout
        reader.stdout.readline()
        process = int(number.read_text())
        os.kill(reader.pid, signal.SIGKILL)
    deadline_seconds = time.monotonic() + 20.0
    while _lives(process):
        assert time.monotonic() < deadline_seconds
        time.sleep(0.05)


def _lives(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_stop_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop while it decodes is obeyed within a moment."""
    sound = tmp_path / "sound.wav"
    sound.write_bytes(wav(0xFFFFFFFF).content)
    install(tmp_path / "bin", monkeypatch, f"cat {sound}; exec sleep 100")
    (tmp_path / "x").write_bytes(b"no format of libsndfile")
    stopping = threading.Event()
    started_seconds = time.monotonic()
    with open_recording(tmp_path / "x", is_stopped=stopping.is_set) as recording:
        for block in recording.blocks():
            if not len(block):
                stopping.set()
    assert time.monotonic() - started_seconds < 30.0
