"""One recording under several names: one group, one fold, one label."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from noise_recordings import RATE_HZ, noise_of, record

from soundpost.features import FeatureSpec
from soundpost_training.dataset import Dataset, open_dataset, prepare
from soundpost_training.dataset.copies import file_keys, find_copies
from soundpost_training.dataset.features import fingerprint
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


def config(folder: Path, kind: str = "folders", **more: object) -> DataConfig:
    """Returns the data table of an experiment with three folds."""
    return DataConfig(kind=kind, folder=str(folder), folds=3, **more)  # type: ignore[arg-type]  # tests choose kinds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides two labels of six different recordings each."""
    mine = tmp_path / "mine"
    for label in ("fox", "siren"):
        for take in "abcdef":
            record(mine / label / f"{label}{take}.wav")
    return mine


def folds_of(dataset: Dataset, *names: str) -> set[int]:
    """Returns the folds of the recordings of these file names."""
    found = [clip for clip in dataset.recordings if clip.path.name in names]
    assert len(found) >= len(names)
    return {clip.fold for clip in found}


def copy_file(source: Path, target: Path) -> None:
    """Copies the bytes."""
    shutil.copyfile(source, target)


def convert(source: Path, target: Path) -> None:
    """Stores the same samples in 24 bit."""
    samples, rate_hz = soundfile.read(source, dtype="int16")
    soundfile.write(target, samples, rate_hz, subtype="PCM_24")


def double_channel(source: Path, target: Path) -> None:
    """Stores the same samples in both channels."""
    samples, rate_hz = soundfile.read(source, dtype="int16")
    soundfile.write(target, np.stack((samples, samples), axis=1), rate_hz)


COPIES: dict[str, Callable[[Path, Path], None]] = {
    "other.wav": copy_file,
    "linked.wav": lambda source, target: target.symlink_to(source),
    "hard.wav": os.link,
    "other.flac": convert,
    "other.aiff": convert,
    "other.w64": convert,
    "stereo.wav": double_channel,
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_a_label_stay_in_one_fold_and_are_reported(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Copies, links and the same samples in another format have the fold of the original."""
    for take in "abcdef":
        COPIES[name](folder / "siren" / f"siren{take}.wav", folder / "siren" / f"{take}-{name}")
    dataset, _ = prepare(open_dataset(config(folder)), FeatureSpec(), tmp_path / "cache")
    printed = capsys.readouterr().err.replace("\n", "")
    for take in "abcdef":
        assert len(folds_of(dataset, f"siren{take}.wav", f"{take}-{name}")) == 1
        assert f"siren/{take}-{name}" in printed
    assert "the same recording, kept in one fold" in printed
    assert {clip.fold for clip in dataset.clips if clip.label == "siren"} == {1, 2, 3}


@pytest.mark.parametrize("name", COPIES)
def test_a_recording_with_two_labels_is_refused_by_both_names(
    folder: Path, tmp_path: Path, name: str
) -> None:
    """Whichever way the copy was made, the error has both paths and both labels."""
    COPIES[name](folder / "siren" / "sirena.wav", folder / "fox" / name)
    with pytest.raises(DatasetError, match="two labels") as caught:
        prepare(open_dataset(config(folder)), FeatureSpec(), tmp_path / "cache")
    for part in (f"fox/{name} (fox)", "siren/sirena.wav (siren)"):
        assert part in str(caught.value)
    chosen = config(folder, labels=("siren",), background=("fox",))
    with pytest.raises(DatasetError, match="two labels"):
        prepare(open_dataset(chosen), FeatureSpec(), tmp_path / "cache")


def test_copies_among_backgrounds_are_harmless(folder: Path) -> None:
    """Two folders of background may share a recording: it is one group."""
    record(folder / "bark" / "bark0.wav")
    for take in "abcdef":
        record(folder / "bark" / f"bark{take}.wav")
    copy_file(folder / "siren" / "sirena.wav", folder / "fox" / "copied.wav")
    dataset = open_dataset(config(folder, background=("fox", "siren")))
    assert len(folds_of(dataset, "sirena.wav", "copied.wav")) == 1


def test_a_copy_under_a_label_that_is_not_selected_is_no_conflict(folder: Path) -> None:
    """Only labels of the experiment, and its background, count."""
    copy_file(folder / "siren" / "sirena.wav", folder / "fox" / "copied.wav")
    assert open_dataset(config(folder, labels=("siren",))).labels == ("siren",)


def test_paths_to_one_file_are_one_recording(folder: Path) -> None:
    """A table may spell a path in several ways: all of its rows are in one fold."""
    (folder / "linked").symlink_to(folder / "siren")
    spellings = ["siren/sirena.wav", "./siren/sirena.wav", "siren//sirena.wav"]
    spellings += ["siren/../siren/sirena.wav", "linked/sirena.wav", str(folder / spellings[0])]
    rows = [f"{path},siren" for path in spellings]
    rows += [f"siren/siren{take}.wav,siren" for take in "bcdef"]
    rows += [f"fox/fox{take}.wav,fox" for take in "abcdef"]
    (folder / "labels.csv").write_text("\n".join(["path,label", *rows]), encoding="utf-8")
    dataset = open_dataset(config(folder, "csv"))
    assert len(dataset.clips) == 17
    assert len(folds_of(dataset, "sirena.wav")) == 1
    assert any("sirena.wav" in note for note in dataset.notes)
    for row in ("siren/../siren/sirenb.wav,fox", "linked/sirenb.wav,fox"):
        table = "\n".join(["path,label", *rows, row])
        (folder / "labels.csv").write_text(table, encoding="utf-8")
        with pytest.raises(DatasetError, match=r"sirenb\.wav \(siren\) and .*sirenb\.wav \(fox\)"):
            open_dataset(config(folder, "csv"))


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_in_another_given_fold_is_a_leak(folder: Path, tmp_path: Path, name: str) -> None:
    """Folds of a table are never changed: the copy is refused by name."""
    COPIES[name](folder / "siren" / "sirena.wav", folder / "siren" / name)
    rows = ["siren/sirena.wav,siren,1", f"siren/{name},siren,2", "siren/sirenb.wav,siren,2"]
    rows += ["fox/foxa.wav,fox,1", "fox/foxb.wav,fox,2"]
    (folder / "labels.csv").write_text("\n".join(["path,label,fold", *rows]), encoding="utf-8")
    with pytest.raises(DatasetError, match="share a source recording") as caught:
        prepare(open_dataset(config(folder, "csv")), FeatureSpec(), tmp_path / "cache")
    assert name in str(caught.value)


def test_silent_recordings_are_not_copies_of_each_other(folder: Path, tmp_path: Path) -> None:
    """A switched-off microphone under two labels, in two formats, is reported as silence."""
    record(folder / "fox" / "nothing.wav", np.zeros(RATE_HZ))
    record(folder / "siren" / "nothing.flac", np.zeros(RATE_HZ))
    dataset, _ = prepare(open_dataset(config(folder)), FeatureSpec(), tmp_path / "cache")
    assert len(dataset.clips) == 14


def test_recordings_without_copies_keep_their_folds(folder: Path, tmp_path: Path) -> None:
    """A copy changes the group of its own recording only, and no feature."""
    before = open_dataset(config(folder))
    groups = {clip.path.name: clip.group for clip in before.clips}
    assert groups["foxa.wav"] == "fox/foxa.wav"
    record(tmp_path / "elsewhere.wav", noise_of(folder / "siren" / "sirena.wav"))
    copy_file(folder / "siren" / "sirena.wav", folder / "siren" / "other.wav")
    after = open_dataset(config(folder))
    assert {clip.path.name: clip.group for clip in after.clips} == groups | {
        "other.wav": "siren/other.wav",
        "sirena.wav": "siren/other.wav",
    }


def test_a_published_data_set_is_used_as_it_is(tones: Path, tmp_path: Path) -> None:
    """Copies in it change neither folds nor groups, and are not reported."""
    mine = tmp_path / "tones"
    shutil.copytree(tones, mine)
    first, second, *_ = sorted((mine / "audio").iterdir())
    copy_file(first, second)
    dataset = open_dataset(config(mine, "esc50"))
    assert dataset.clips == read_esc50(mine).clips
    assert not dataset.notes
    assert len(fingerprint(dataset, FeatureSpec())) == 16


def test_a_file_that_cannot_be_read_has_no_copies(folder: Path) -> None:
    """Links without a target are different recordings, unless their target is the same."""
    for name, target in (("x", "gone"), ("y", "lost"), ("z", "gone")):
        (folder / "fox" / f"{name}.wav").symlink_to(folder / target)
    clips = open_dataset(config(folder)).clips
    (copies,) = find_copies(clips, file_keys(clips))
    assert [clip.path.name for clip in copies] == ["x.wav", "z.wav"]
