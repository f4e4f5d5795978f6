"""A long extraction in parts: an interruption costs one part."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset.decode import resumable
from soundpost_training.dataset.decode.resumable import Extracted, extract_all
from soundpost_training.errors import DatasetError


def log_mel(recording: int) -> Extracted:
    """Returns two log-mels of as many frames as the number says; 3 is broken, 4 is damaged."""
    if recording == 3:
        raise DatasetError("3 is broken", hint="drop it")
    log_mels = [np.full((recording + 1, 2), recording, np.float32)] * 2
    return Extracted(log_mels, "4 is cut short" if recording == 4 else "")


@pytest.fixture
def in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes parts of two recordings."""
    monkeypatch.setattr(resumable, "PART", 2)


def test_parts_give_the_same_arrays_as_one_pass(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every array is the same, whatever the size of the parts."""
    whole = extract_all(7, log_mel, title="x", folder=tmp_path / "whole")
    assert not (tmp_path / "whole").exists()
    request.getfixturevalue("in_twos")
    cut = extract_all(7, log_mel, title="x", folder=tmp_path / "cut")
    assert len(list((tmp_path / "cut").iterdir())) == 4
    assert whole.keys() == cut.keys()
    for name, array in whole.items():
        assert np.array_equal(array, cut[name])
        assert array.dtype.kind == cut[name].dtype.kind
    assert whole["clips"].tolist() == [0, 0, 1, 1, 2, 2, 4, 4, 5, 5, 6, 6]
    assert whole["reasons"].tolist() == ["3 is broken (drop it)"]
    assert whole["warnings"].tolist() == ["4 is cut short"]
    assert whole["starts"].tolist()[:4] == [0, 1, 2, 4]


@pytest.mark.usefixtures("in_twos")
def test_an_interrupted_extraction_resumes(tmp_path: Path) -> None:
    """After Ctrl-C in the third part, the next attempt begins with the third part."""
    extracted: list[int] = []

    def interrupted(recording: int) -> Extracted:
        if recording == 5:
            raise KeyboardInterrupt
        return log_mel(recording)

    def again(recording: int) -> Extracted:
        extracted.append(recording)
        return log_mel(recording)

    with pytest.raises(KeyboardInterrupt):
        extract_all(7, interrupted, title="x", folder=tmp_path)
    arrays = extract_all(7, again, title="x", folder=tmp_path)
    assert extracted == [4, 5, 6]
    assert len(arrays["frames"]) == 12


@pytest.mark.usefixtures("in_twos")
def test_a_part_without_readable_recordings_is_skipped(tmp_path: Path) -> None:
    """Its reasons are kept, and the other parts are unchanged."""

    def first_two_broken(recording: int) -> Extracted:
        return log_mel(3 if recording < 2 else 0)

    arrays = extract_all(4, first_two_broken, title="x", folder=tmp_path)
    assert arrays["log_mel"].shape == (4, 2)
    assert len(arrays["reasons"]) == 2


def test_an_unreadable_recording_is_an_error_when_strict(tmp_path: Path) -> None:
    """A published data set is complete or refused."""
    with pytest.raises(DatasetError, match="3 is broken"):
        extract_all(7, log_mel, title="x", folder=tmp_path, strict=True)
