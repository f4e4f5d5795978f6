"""What the tests of evidence are given."""

from pathlib import Path

import numpy as np
import pytest
from listening_post import RATE_HZ

from soundpost.audio import Pcm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "evidence" / "clips"


@pytest.fixture(scope="session")
def noise() -> Pcm:
    """Ten seconds of noise, every sample of which can be told from its neighbours."""
    return np.random.default_rng(3).integers(-3000, 3000, 10 * RATE_HZ).astype(np.int16)
