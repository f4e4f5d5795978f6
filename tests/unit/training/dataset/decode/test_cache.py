"""What is kept of a long listening: whole files only, and an interruption costs one part."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset.decode import resumable as parts
from soundpost_training.dataset.decode.cache import keep, kept
from soundpost_training.dataset.decode.resumable import extract_all
from soundpost_training.errors import DatasetError


def log_mel(of: int) -> list[np.ndarray]:
    """Two log-mels of a recording, as long as its number says; the fourth cannot be heard."""
    if of == 3:
        raise DatasetError("3 is broken", hint="drop it")
    return [np.full((of + 1, 2), of, np.float32)] * 2


@pytest.fixture
def in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two recordings."""
    monkeypatch.setattr(parts, "PART", 2)


def test_parts_make_the_same_as_the_whole(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """However it is cut, every array is the same."""
    whole = extract_all(7, log_mel, what="x", folder=tmp_path / "whole")
    assert not (tmp_path / "whole").exists()
    request.getfixturevalue("in_twos")
    cut = extract_all(7, log_mel, what="x", folder=tmp_path / "cut")
    assert len(list((tmp_path / "cut").iterdir())) == 4
    assert whole.keys() == cut.keys()
    for name, array in whole.items():
        assert np.array_equal(array, cut[name])
        assert array.dtype.kind == cut[name].dtype.kind
    assert whole["clips"].tolist() == [0, 0, 1, 1, 2, 2, 4, 4, 5, 5, 6, 6]
    assert whole["reasons"].tolist() == ["3 is broken (drop it)"]
    assert whole["starts"].tolist()[:4] == [0, 1, 2, 4]


@pytest.mark.usefixtures("in_twos")
def test_what_was_heard_before_an_interruption_is_not_heard_again(tmp_path: Path) -> None:
    """Ctrl-C in the third part leaves two, and the next attempt begins with the third."""
    asked: list[int] = []

    def interrupted(of: int) -> list[np.ndarray]:
        if of == 5:
            raise KeyboardInterrupt
        return log_mel(of)

    def again(of: int) -> list[np.ndarray]:
        asked.append(of)
        return log_mel(of)

    with pytest.raises(KeyboardInterrupt):
        extract_all(7, interrupted, what="x", folder=tmp_path)
    heard = extract_all(7, again, what="x", folder=tmp_path)
    assert asked == [4, 5, 6]
    assert len(heard["frames"]) == 12


@pytest.mark.usefixtures("in_twos")
def test_a_part_in_which_nothing_can_be_heard_is_no_harm(tmp_path: Path) -> None:
    """Its reasons are told, and the rest is as it is."""

    def first_two_broken(of: int) -> list[np.ndarray]:
        return log_mel(3 if of < 2 else 0)

    heard = extract_all(4, first_two_broken, what="x", folder=tmp_path)
    assert heard["log_mel"].shape == (4, 2)
    assert len(heard["reasons"]) == 2


def test_strictly_one_that_cannot_be_heard_is_an_error(tmp_path: Path) -> None:
    """A published data set is whole or refused."""
    with pytest.raises(DatasetError, match="3 is broken"):
        extract_all(7, log_mel, what="x", folder=tmp_path, strict=True)


@pytest.mark.parametrize("harm", [b"", b"PK", b"not numpy at all" * 100])
def test_a_damaged_file_is_told_and_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: bytes
) -> None:
    """What a power cut left behind is no reason for a traceback."""
    path = tmp_path / "kept.npz"
    keep(path, {"some": np.arange(3)})
    again = kept(path)
    assert again is not None
    assert np.array_equal(again["some"], np.arange(3))
    path.write_bytes(harm)
    assert kept(path) is None
    assert "damaged" in capsys.readouterr().err


def test_a_flipped_bit_is_seen(tmp_path: Path) -> None:
    """The archive has a checksum of each array."""
    path = tmp_path / "kept.npz"
    keep(path, {"some": np.zeros(10_000)})
    content = bytearray(path.read_bytes())
    content[40_000] ^= 1
    path.write_bytes(content)
    assert kept(path) is None
