"""Recordings that cannot be read or kept: each is told, and nothing is left half done."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.features import FeatureSpec
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.dataset.decode.audio import read_signal
from soundpost_training.dataset.decode.ffmpeg import PROGRAM
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

SPEC = FeatureSpec()
NOISE = np.random.default_rng(0).normal(0, 0.1, 8000)


def record(path: Path, samples: np.ndarray = NOISE) -> Path:
    """Half a second of noise, or other samples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, 16_000)
    return path


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two labels of three recordings each."""
    folder = tmp_path / "mine"
    for label in ("fox", "owl"):
        for take in range(3):
            record(folder / label / f"{take}.wav")
    return folder


@pytest.fixture
def no_ffmpeg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No program at all is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called ffmpeg that knows one format of its own: a FLAC behind four letters."""
    script = tmp_path / "bin" / PROGRAM
    script.parent.mkdir()
    script.write_text(
        f"#!{sys.executable}\n"
        "import io, sys, soundfile\n"
        "arguments = sys.argv[1:]\n"
        "source, target = arguments[arguments.index('-i') + 1], arguments[-1]\n"
        "assert source.startswith('file:/') and 'file' in arguments\n"
        "content = open(source.removeprefix('file:'), 'rb').read()\n"
        "if not content.startswith(b'M4A '): sys.exit('Invalid data found')\n"
        "samples, rate = soundfile.read(io.BytesIO(content[4:]))\n"
        "soundfile.write(target, samples, rate, 'FLOAT', format='W64')\n",
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return script


def memo(path: Path) -> Path:
    """Half a second in the format that only that program reads."""
    flac = record(path.with_suffix(".flac"))
    path.write_bytes(b"M4A " + flac.read_bytes())
    flac.unlink()
    return path


def test_what_libsndfile_cannot_read_ffmpeg_may(phone: Path, tmp_path: Path) -> None:
    """The samples that the program gives are taken."""
    assert phone.is_file()
    samples = read_signal(memo(tmp_path / "-memo; rm.m4a"), 16_000)
    np.testing.assert_allclose(samples, NOISE, atol=1e-4)


@pytest.mark.usefixtures("phone")
def test_what_neither_can_read_is_told_in_both_words(tmp_path: Path) -> None:
    """What libsndfile says and the last that ffmpeg says."""
    (tmp_path / "notes.txt").write_text("heard at dawn", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"cannot be read as audio: .* ffmpeg: Invalid data"):
        read_signal(tmp_path / "notes.txt", 16_000)


@pytest.mark.usefixtures("no_ffmpeg")
def test_without_ffmpeg_the_hint_names_it(tmp_path: Path) -> None:
    """A format that libsndfile does not know is a reason to install it."""
    with pytest.raises(DatasetError, match="cannot be read as audio") as caught:
        read_signal(memo(tmp_path / "memo.m4a"), 16_000)
    assert "install ffmpeg" in caught.value.hint


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="no ffmpeg on this machine")
@pytest.mark.parametrize("codec", [["-c:a", "aac"], ["-c:a", "alac"]])
def test_the_real_ffmpeg_reads_what_a_phone_records(tmp_path: Path, codec: list[str]) -> None:
    """M4A comes through with its length and its loudness."""
    time = np.arange(32_000) / 16_000
    tone = record(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 440 * time))
    m4a = tmp_path / "memo.m4a"
    subprocess.run([PROGRAM, "-v", "error", "-i", str(tone), *codec, str(m4a)], check=True)
    samples = read_signal(m4a, 16_000)
    assert abs(len(samples) - 32_000) < 3000  # AAC adds up to a frame or two
    assert np.abs(samples[4000:28_000]).max() == pytest.approx(0.5, abs=0.05)


def test_recordings_are_tried_again_once_ffmpeg_is_there(
    folders: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The cache remembers what was left out, and that it was for want of the program."""
    memo(folders / "fox" / "memo.m4a")
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path / "nowhere"))
        assert len(prepare(open_dataset(config), SPEC, tmp_path / "cache")[0].clips) == 6
    request.getfixturevalue("phone")
    assert len(prepare(open_dataset(config), SPEC, tmp_path / "cache")[0].clips) == 7


@pytest.mark.usefixtures("no_ffmpeg")
def test_bad_files_are_left_out_each_with_its_reason(
    folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No samples, cut short, too short, a note, a link that leads nowhere: the rest is used."""
    record(folders / "fox" / "empty.wav", np.zeros(0))
    record(folders / "fox" / "click.wav", np.zeros(100))
    (folders / "fox" / "cut.wav").write_bytes(b"RIFF")
    (folders / "owl" / "zero.wav").touch()
    (folders / "owl" / "gone.wav").symlink_to(tmp_path / "elsewhere.wav")
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    dataset, _ = prepare(open_dataset(config), SPEC, tmp_path / "cache")
    assert len(dataset.clips) == 6
    told = capsys.readouterr().err
    assert told.count("left out:") == 5
    for reason in (
        "empty.wav has no samples",
        "click.wav is shorter than one frame",
        "cut.wav cannot be read",
        "zero.wav cannot be read",
        "gone.wav cannot be read",
    ):
        assert reason in told


@pytest.mark.usefixtures("no_ffmpeg")
def test_a_label_of_bad_recordings_alone_is_refused(folders: Path, tmp_path: Path) -> None:
    """What is left must still be there in two folds."""
    for take in range(3):
        (folders / "owl" / f"{take}.wav").write_bytes(b"RIFF")
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    with pytest.raises(DatasetError, match="nothing is left of: owl"):
        prepare(open_dataset(config), SPEC, tmp_path / "cache")


FULL_DISK = """
import resource, sys
from pathlib import Path
from soundpost.features import FeatureSpec
from soundpost_training.experiment.data import DataConfig
from soundpost_training.dataset import open_dataset
from soundpost_training.dataset import prepare
from soundpost_training.errors import DatasetError
folder, cache = sys.argv[1:]
dataset = open_dataset(DataConfig(kind="folders", folder=folder, folds=2))
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    prepare(dataset, FeatureSpec(), Path(cache))
except DatasetError as error:
    print(error, error.hint, sep="|")
"""


def test_a_disk_that_is_full_in_the_middle_leaves_no_cache(folders: Path, tmp_path: Path) -> None:
    """The kernel refuses the cache's file half way: one clear error, and no file."""
    cache = tmp_path / "cache"
    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folders), str(cache)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "the features cannot be kept at" in told
    assert "File too large|make room" in told
    assert not list(cache.iterdir())


def test_a_cache_that_is_no_folder_is_told(folders: Path, tmp_path: Path) -> None:
    """One clear error, with the flag that names another."""
    (tmp_path / "cache").touch()
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    with pytest.raises(DatasetError, match="cannot be kept") as caught:
        prepare(open_dataset(config), SPEC, tmp_path / "cache")
    assert "--cache" in caught.value.hint


def test_two_labels_that_differ_by_case_are_refused(folders: Path) -> None:
    """A topic can tell them apart, a file name on some machines cannot."""
    record(folders / "Fox" / "0.wav")
    with pytest.raises(DatasetError, match="'Fox' cannot be a label"):
        open_dataset(DataConfig(kind="folders", folder=str(folders), folds=2))
