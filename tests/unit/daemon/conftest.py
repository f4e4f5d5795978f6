"""Fixtures of the daemon's unit tests."""

import random
from pathlib import Path

import numpy as np
import pytest
from evidence_harness import RATE_HZ

from soundpost.audio import Pcm
from soundpost.events import Detection, State
from soundpost.messages import MessageBuilder, ModelIdentity, NodeName, Origin

ONSET_NS = 1_795_246_281_480_000_000
"""2026-11-21T07:31:21.480Z."""


@pytest.fixture
def started() -> Detection:
    """An event that has just started."""
    return Detection(
        event=0,
        state=State.STARTED,
        label="glass_breaking",
        score=0.94,
        threshold=0.62,
        onset_sample=16_000,
        offset_sample=None,
        decided_sample=32_000,
        onset_utc_ns=ONSET_NS,
        offset_utc_ns=None,
        level_dbfs=-31.2,
    )


@pytest.fixture
def builder() -> MessageBuilder:
    """A message builder of the node north-gate, with the same ids in every run."""
    return MessageBuilder(
        Origin(
            NodeName("north-gate"), [ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)]
        ),
        sample_rate_hz=16_000,
        clock=lambda: "synced",
        rng=random.Random(7),  # noqa: S311 - the same ids in every run
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "evidence" / "clips"


@pytest.fixture(scope="session")
def noise() -> Pcm:
    """Ten seconds of noise, in which every position is recognisable."""
    return np.random.default_rng(3).integers(-3000, 3000, 10 * RATE_HZ).astype(np.int16)
