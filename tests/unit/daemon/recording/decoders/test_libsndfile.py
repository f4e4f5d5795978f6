"""Compressed recordings: read forward, whole, and as far as they go."""

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_recordings import RATE_HZ, samples

from soundpost.recording import open_recording
from soundpost.recording.decoders.ffmpeg_process import PROGRAM

SECONDS = 5
TONE = 0.4 * np.sin(2 * np.pi * 700 * np.arange(SECONDS * RATE_HZ) / RATE_HZ)
NOISE = np.random.default_rng(2).normal(0.0, 0.1, SECONDS * RATE_HZ)
BURSTS = TONE * (np.arange(len(TONE)) // (RATE_HZ // 4) % 2) + 0.1 * NOISE
"""A tone that comes and goes over noise: an encoder of variable rate has to vary it."""

needs_ffmpeg = pytest.mark.skipif(
    shutil.which(PROGRAM) is None, reason="ffmpeg is not installed on this machine"
)


def encode(path: Path, *options: str) -> Path:
    """Encodes the bursts by the real ffmpeg, into a pipe if the options end with -."""
    source = path.with_suffix(".source.wav")
    soundfile.write(source, BURSTS, RATE_HZ)
    command = [PROGRAM, "-nostdin", "-v", "error", "-i", str(source), *options]
    if options[-1] == "-":
        path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    else:
        subprocess.run([*command, str(path)], check=True)
    return path


def read(path: Path) -> tuple[np.ndarray, str]:
    """Returns all samples, and the warning."""
    with open_recording(path) as recording:
        sound = samples(recording.blocks())
        return sound, recording.warning


def likeness(sound: np.ndarray) -> float:
    """Returns the correlation of a decoded recording with the bursts, at its best shift."""
    other = BURSTS - BURSTS.mean()
    spectrum = np.fft.rfft(sound, 1 << 18) * np.conj(np.fft.rfft(other, 1 << 18))
    best = float(np.fft.irfft(spectrum).max())
    return best / float(np.linalg.norm(sound) * np.linalg.norm(other))


@needs_ffmpeg
@pytest.mark.parametrize("quality", ["0", "4", "9"])
def test_mp3_of_variable_rate_is_decoded_rightly_in_blocks(tmp_path: Path, quality: str) -> None:
    """The bit reservoir lives across blocks of 0.1 s: the same samples as when read at once."""
    path = encode(tmp_path / "x.mp3", "-q:a", quality)
    sound, warning = read(path)
    at_once, _ = soundfile.read(path)
    np.testing.assert_allclose(sound / 32_768, at_once, atol=1 / 32_768)
    assert likeness(sound) > 0.9
    assert not warning


@needs_ffmpeg
def test_a_flac_from_a_pipe_is_read_whole(tmp_path: Path) -> None:
    """Its header states no length; the last block is not lost, and there is no warning."""
    path = encode(tmp_path / "x.flac", "-f", "flac", "-")
    sound, warning = read(path)
    np.testing.assert_array_equal(
        sound, soundfile.read(tmp_path / "x.source.wav", dtype="int16")[0]
    )
    assert not warning


@needs_ffmpeg
@pytest.mark.parametrize(
    "options",
    [
        ("x.opus", "-c:a", "libopus", "-b:a", "24k"),
        ("x.opus", "-c:a", "libopus", "-b:a", "64k", "-ar", "48000"),
        ("x.ogg", "-c:a", "libvorbis"),
        ("x.oga", "-c:a", "flac"),
        ("x.mp3", "-b:a", "64k"),
        ("x.mp3", "-b:a", "64k", "-write_xing", "0"),
        ("x.m4a", "-c:a", "aac"),
        ("x.wma", "-c:a", "wmav2"),
        ("x.webm", "-c:a", "libopus"),
        ("x.mka", "-c:a", "pcm_s16le"),
        ("x.caf", "-c:a", "pcm_s24be"),
        ("x.w64", "-c:a", "pcm_f32le"),
        ("x.aiff", "-c:a", "pcm_s24be"),
        ("x.au", "-c:a", "pcm_mulaw"),
        ("x.wav", "-c:a", "pcm_alaw"),
        ("x.wav", "-c:a", "adpcm_ms"),
        ("x.wav", "-c:a", "adpcm_ima_wav"),
        ("x.wav", "-c:a", "pcm_f64le", "-rf64", "always"),
        ("x.aac", "-c:a", "aac"),
        ("x.ac3", "-c:a", "ac3"),
    ],
    ids=" ".join,
)
def test_every_format_of_ffmpeg_is_read_whole(tmp_path: Path, options: tuple[str, ...]) -> None:
    """The same sound, within what the codec loses, and no warning; also by a foreign name."""
    path = encode(tmp_path / options[0], *options[1:])
    with open_recording(path.rename(tmp_path / "foreign.raw")) as recording:
        blocks = [block[:: recording.rate_hz // RATE_HZ] for block in recording.blocks()]
        sound = samples(blocks)
        assert not recording.warning
    assert abs(len(sound) - len(BURSTS)) < 4_000
    assert likeness(sound) > 0.8


@pytest.mark.parametrize(
    ("container", "subtype"),
    [
        ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"),
        ("WAV", "IMA_ADPCM"),
        ("WAV", "GSM610"),
        ("NIST", "PCM_16"),
        ("VOC", "PCM_16"),
        ("SVX", "PCM_16"),
        ("MAT4", "PCM_16"),
    ],
)
@pytest.mark.parametrize("has_ffmpeg", [False, True])
def test_a_cut_recording_is_read_as_far_as_it_goes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    container: str,
    subtype: str,
    *,
    has_ffmpeg: bool,
) -> None:
    """Half of a file: about half of the sound, one warning, with ffmpeg and without it."""
    if not has_ffmpeg:
        monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "x"
    soundfile.write(path, BURSTS, RATE_HZ, subtype, format=container)
    whole, warning = read(path)
    assert not warning
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    sound, warning = read(path)
    assert 0.15 * len(whole) < len(sound) < 0.75 * len(whole)
    assert "cut short" in warning
    if subtype == "PCM_16":  # a lossy decoder may ring differently at the cut
        np.testing.assert_array_equal(sound, whole[: len(sound)])


@needs_ffmpeg
def test_mp3_of_constant_rate_without_a_length_that_was_cut(tmp_path: Path) -> None:
    """A cut within a frame shows, although no header states a length."""
    path = encode(tmp_path / "x.mp3", "-b:a", "32k", "-write_xing", "0")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 - 10])
    _, warning = read(path)
    assert "its end is missing" in warning


@needs_ffmpeg
def test_what_libsndfile_calls_malformed_is_read_by_ffmpeg(tmp_path: Path) -> None:
    """A FLAC with a damaged frame in its middle: ffmpeg goes on behind it."""
    path = tmp_path / "x.flac"
    soundfile.write(path, BURSTS, RATE_HZ)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    sound, warning = read(path)
    assert len(sound) > 0.9 * len(BURSTS)
    assert warning


def with_earlier_page(content: bytes) -> bytes:
    """Returns an Ogg Opus whose page before the last but one claims to end 200 samples earlier."""
    offsets, position = [], 0
    while position < len(content):
        offsets.append(position)
        segments = content[position + 26]
        position += 27 + segments + sum(content[position + 27 : position + 27 + segments])
    start, end = offsets[-3], offsets[-2]
    page = bytearray(content[start:end])
    struct.pack_into("<q", page, 6, struct.unpack_from("<q", page, 6)[0] - 200)
    page[22:26] = bytes(4)
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1 ^ (0x04C11DB7 if checksum >> 31 else 0)) & 0xFFFFFFFF
    struct.pack_into("<I", page, 22, checksum)
    return content[:start] + page + content[end:]


@pytest.mark.parametrize("has_ffmpeg", [pytest.param(True, marks=needs_ffmpeg), False])
def test_opus_that_libsndfile_calls_malformed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_ffmpeg: bool
) -> None:
    """Every player plays it: whole by ffmpeg, without a warning; else up to there, with a hint."""
    if not has_ffmpeg:
        monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "x.opus"
    soundfile.write(path, BURSTS, RATE_HZ, "OPUS", format="OGG")
    path.write_bytes(with_earlier_page(path.read_bytes()))
    sound, warning = read(path)
    if has_ffmpeg:
        assert abs(len(sound) - len(BURSTS)) < 400
        assert likeness(sound) > 0.9
        assert not warning
    else:
        assert 0.5 * len(BURSTS) < len(sound) < len(BURSTS)
        assert "malformed (ffmpeg, which may read more, is not installed)" in warning


def test_a_damaged_length_of_a_compressed_wav_is_repaired(tmp_path: Path) -> None:
    """The data chunk states nothing; libsndfile gets a copy that states what is there."""
    path = tmp_path / "x.wav"
    soundfile.write(path, BURSTS, RATE_HZ, "IMA_ADPCM")
    whole, _ = read(path)
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", 0)
    path.write_bytes(content)
    sound, warning = read(path)
    np.testing.assert_array_equal(sound, whole)
    assert "gives no length" in warning
