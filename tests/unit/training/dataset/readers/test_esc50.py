"""ESC-50 and ESC-10, as published and damaged."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset import refuse_leaks
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import DatasetError


def test_esc50_has_the_folds_of_its_publication(shared_data: Path) -> None:
    """ESC-50 has 2000 clips: forty of each of fifty labels, 400 in each of five folds."""
    dataset = refuse_leaks(read_esc50(shared_data / "esc50"))
    assert (len(dataset.clips), len(dataset.labels)) == (2000, 50)
    assert [len(dataset.in_folds([fold])) for fold in dataset.folds] == [400] * 5
    assert np.array_equal(np.bincount(dataset.targets()), [40] * 50)
    assert dataset.labels[:2] == ("dog", "rooster")


def test_esc10_is_the_part_with_a_free_licence(shared_data: Path) -> None:
    """ESC-10 has ten labels, all CC BY, none of them non-commercial."""
    dataset = read_esc50(shared_data / "esc50", esc10=True)
    assert (len(dataset.clips), len(dataset.labels), dataset.licence) == (400, 10, "CC BY 3.0")
    assert "Piczak" in dataset.attribution  # which that licence asks for
    assert "freesound.org" in dataset.attribution


def test_a_missing_clip_is_named(tones: Path, tmp_path: Path) -> None:
    """A table that names a missing recording is refused."""
    folder = tmp_path / "tones"
    shutil.copytree(tones, folder)
    gone = min((folder / "audio").iterdir())
    gone.unlink()
    with pytest.raises(DatasetError, match=gone.name):
        read_esc50(folder)


@pytest.mark.parametrize("table", ["", "filename,fold\nx.wav,1\n", "filename,fold,target,category"])
def test_another_table_is_refused(tones: Path, tmp_path: Path, table: str) -> None:
    """Missing columns are an error, and an empty table is not a data set."""
    folder = tmp_path / "tones"
    shutil.copytree(tones, folder)
    (folder / "esc50.csv").write_text(table, encoding="utf-8")
    with pytest.raises(DatasetError):
        refuse_leaks(read_esc50(folder))


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    """The error names the missing file."""
    with pytest.raises(DatasetError, match=str(tmp_path)) as caught:
        read_esc50(tmp_path)
    assert "SOUNDPOST_DATA" in caught.value.hint
