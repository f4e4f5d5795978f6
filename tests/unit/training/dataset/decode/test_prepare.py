"""Features of a data set: cached, and without the recordings that cannot be read."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from noise_recordings import record, record_memo

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

SPEC = FeatureSpec()
FULL_DISK = """
import resource, sys
from pathlib import Path
from soundpost.features import FeatureSpec
from soundpost_training.experiment.data import DataConfig
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.errors import DatasetError
folder, cache = sys.argv[1:]
dataset = open_dataset(DataConfig(kind="folders", folder=folder, folds=2))
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    prepare(dataset, FeatureSpec(), Path(cache))
except DatasetError as error:
    print(error, error.hint, sep="|")
"""


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Provides a data set of two labels."""
    folder = tmp_path / "mine"
    for label in ("fox", "owl"):
        for take in range(3):
            record(folder / label / f"{take}.wav")
    return folder


def test_features_are_those_of_the_daemon(tones: Path, tmp_path: Path) -> None:
    """Computed or cached, a clip's features equal what the daemon computes from its samples."""
    dataset = read_esc50(tones)
    fresh, cached = (prepare(dataset, SPEC, tmp_path)[1] for _ in range(2))
    for index in (0, len(dataset.clips) - 1):
        expected = LogMel(SPEC).compute(read_pcm(dataset.clips[index].path, 16_000))
        assert np.array_equal(fresh.clip(index), expected)
        assert np.array_equal(cached.clip(index), expected)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_bad_clip_leaves_no_partial_cache(tones: Path, tmp_path: Path) -> None:
    """The cache is written completely or not at all."""
    dataset = read_esc50(tones)
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    bad = dataclasses.replace(dataset.clips[-1], path=broken)
    cache = tmp_path / "cache"
    with pytest.raises(DatasetError, match=r"broken\.wav"):
        prepare(dataclasses.replace(dataset, clips=(*dataset.clips[:-1], bad)), SPEC, cache)
    assert not cache.exists() or not list(cache.iterdir())


def test_recordings_are_tried_again_once_ffmpeg_is_installed(
    folders: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The cache stores that recordings were left out while there was no ffmpeg."""
    record_memo(folders / "fox" / "memo.m4a")
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path / "nowhere"))
        assert len(prepare(open_dataset(config), SPEC, tmp_path / "cache")[0].clips) == 6
    request.getfixturevalue("fake_ffmpeg")
    assert len(prepare(open_dataset(config), SPEC, tmp_path / "cache")[0].clips) == 7


@pytest.mark.usefixtures("no_ffmpeg")
def test_bad_files_are_left_out_each_with_its_reason(
    folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Empty, truncated, too short, foreign and missing files are left out; the rest is used."""
    record(folders / "fox" / "empty.wav", np.zeros(0))
    record(folders / "fox" / "click.wav", np.zeros(100))
    (folders / "fox" / "cut.wav").write_bytes(b"RIFF")
    (folders / "owl" / "zero.wav").touch()
    (folders / "owl" / "gone.wav").symlink_to(tmp_path / "elsewhere.wav")
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    dataset, _ = prepare(open_dataset(config), SPEC, tmp_path / "cache")
    assert len(dataset.clips) == 6
    warnings = capsys.readouterr().err
    assert warnings.count("left out:") == 5
    for reason in (
        "empty.wav has no samples",
        "click.wav is shorter than one frame",
        "cut.wav cannot be read",
        "zero.wav cannot be read",
        "gone.wav cannot be read",
    ):
        assert reason in warnings


@pytest.mark.usefixtures("no_ffmpeg")
def test_a_label_without_readable_recordings_is_refused(folders: Path, tmp_path: Path) -> None:
    """The readable recordings of a label must be in two folds."""
    for take in range(3):
        (folders / "owl" / f"{take}.wav").write_bytes(b"RIFF")
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    with pytest.raises(DatasetError, match="there are no clips of: owl"):
        prepare(open_dataset(config), SPEC, tmp_path / "cache")


def test_a_disk_that_gets_full_leaves_no_partial_cache(folders: Path, tmp_path: Path) -> None:
    """A write that the kernel refuses half way gives one clear error and no file."""
    cache = tmp_path / "cache"
    printed = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folders), str(cache)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ".npz cannot be written: " in printed
    assert "File too large|make room" in printed
    assert not list(cache.iterdir())


def test_a_cache_that_is_not_a_folder_is_refused(folders: Path, tmp_path: Path) -> None:
    """The hint names the option for another folder."""
    (tmp_path / "cache").touch()
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    with pytest.raises(DatasetError, match="cannot be written") as caught:
        prepare(open_dataset(config), SPEC, tmp_path / "cache")
    assert "--cache" in caught.value.hint


def test_damaged_recordings_are_used_and_reported(
    folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cut short, with a header that lies, and under another suffix: computed or cached."""
    whole = record(folders / "fox" / "whole.wav").read_bytes()
    (folders / "fox" / "cut.wav").write_bytes(whole[: len(whole) // 2])
    other = record(tmp_path / "other.wav").read_bytes()
    (folders / "owl" / "killed.raw").write_bytes(other[:40] + bytes(4) + other[44:])
    (folders / "owl" / os.fsdecode(b"caf\xe9.flac")).write_bytes(other)
    config = DataConfig(kind="folders", folder=str(folders), folds=2)
    for _ in range(2):
        dataset, _ = prepare(open_dataset(config), SPEC, tmp_path / "cache")
        assert len(dataset.clips) == 10
        warnings = capsys.readouterr().err
        assert warnings.count("damaged, used:") == 2
        assert "cut.wav: it is cut short: it holds 0.2 s of 0.5 s" in warnings
        assert "killed.raw: its header gives no length" in warnings
