"""General sounds come with a model, and are read only for that model."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.errors import TeachError
from soundpost.heads import Backbone, EmbeddingInput
from soundpost.teach.sound.general import NEGATIVES_FILE, encode_general, read_general

BACKBONE = Backbone(id="everyday", version="1.1.0", sha256="a" * 64)
INPUT = EmbeddingInput(definition="positions-mean-maximum", size=6)
VALUES = np.random.default_rng(0).uniform(-1.0, 6.0, (50, 6)).astype(np.float32)


def test_values_are_read_to_a_255th_of_their_range(tmp_path: Path) -> None:
    """A value that never changes is kept, too."""
    VALUES[:, 2] = 0.25
    (tmp_path / NEGATIVES_FILE).write_bytes(encode_general(VALUES, BACKBONE, INPUT))
    read = read_general(tmp_path, BACKBONE, INPUT)
    assert read.dtype == np.float32
    assert np.abs(read - VALUES).max() <= 7.0 / 255 / 2 + 1e-6
    assert encode_general(VALUES, BACKBONE, INPUT) == encode_general(VALUES, BACKBONE, INPUT)


def test_a_bundle_may_have_none(tmp_path: Path) -> None:
    """Imported models come without."""
    assert read_general(tmp_path, BACKBONE, INPUT).shape == (0, 6)


def test_those_of_another_model_are_refused(tmp_path: Path) -> None:
    """Its embeddings mean something else."""
    (tmp_path / NEGATIVES_FILE).write_bytes(encode_general(VALUES, BACKBONE, INPUT))
    other = Backbone(id="everyday", version="1.2.0", sha256="b" * 64)
    with pytest.raises(TeachError, match="of another model"):
        read_general(tmp_path, other, INPUT)


@pytest.mark.parametrize("damage", ["cut", "changed", "folder"])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: str) -> None:
    """A head must not be fitted on noise."""
    path = tmp_path / NEGATIVES_FILE
    content = bytearray(encode_general(VALUES, BACKBONE, INPUT))
    if damage == "folder":
        path.mkdir()
    elif damage == "cut":
        path.write_bytes(content[:-100])
    else:
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    with pytest.raises(TeachError, match=NEGATIVES_FILE):
        read_general(tmp_path, BACKBONE, INPUT)
