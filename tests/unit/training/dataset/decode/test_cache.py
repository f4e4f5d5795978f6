"""The files of the cache: complete, or made anew."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset.decode.cache import load_arrays, save_arrays


@pytest.mark.parametrize("content", [b"", b"PK", b"not numpy at all" * 100])
def test_a_damaged_file_is_reported_and_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    """A file that a power cut damaged gives a warning, not a traceback."""
    path = tmp_path / "kept.npz"
    save_arrays(path, {"some": np.arange(3)})
    again = load_arrays(path)
    assert again is not None
    assert np.array_equal(again["some"], np.arange(3))
    path.write_bytes(content)
    assert load_arrays(path) is None
    assert "damaged" in capsys.readouterr().err


def test_a_flipped_bit_is_detected(tmp_path: Path) -> None:
    """The archive has a checksum of each array."""
    path = tmp_path / "kept.npz"
    save_arrays(path, {"some": np.zeros(10_000)})
    content = bytearray(path.read_bytes())
    content[40_000] ^= 1
    path.write_bytes(content)
    assert load_arrays(path) is None
