"""The problems that a short recording shows."""

import numpy as np
import pytest

from soundpost.audio import Chunk, SourceState
from soundpost.health import Problem
from soundpost.monitor import problems_of_recording

NOISE = np.random.default_rng(1).normal(0.0, 300.0, 800).astype(np.int16)
LIVE = SourceState(None, is_antiphase=False)
ZERO = SourceState(0.0, is_antiphase=False)
STUCK = SourceState(0.0214, is_antiphase=False)
ANTIPHASE = SourceState(None, is_antiphase=True)


@pytest.mark.parametrize(
    ("samples", "source", "problems"),
    [
        (NOISE, LIVE, []),
        (NOISE, None, []),
        (0 * NOISE, ZERO, [Problem.DIGITAL_SILENCE]),
        (0 * NOISE, None, [Problem.DIGITAL_SILENCE]),
        (0 * NOISE, LIVE, []),
        (0 * NOISE + 7, STUCK, [Problem.STUCK_VALUE]),
        (np.arange(800) % 2 + 7, STUCK, [Problem.STUCK_VALUE]),
        (NOISE, ANTIPHASE, [Problem.ANTIPHASE]),
        (NOISE + 2_000, LIVE, [Problem.DC_OFFSET]),
        (NOISE - 2_000, LIVE, [Problem.DC_OFFSET]),
        (np.clip(NOISE.astype(np.int32) * 200, -32_768, 32_767), LIVE, [Problem.CLIPPING]),
    ],
)
def test_each_problem_is_found(
    samples: np.ndarray[tuple[int], np.dtype[np.int16]],
    source: SourceState | None,
    problems: list[Problem],
) -> None:
    """The state of the source wins over samples that are rounded to 16 bits."""
    half = len(samples) // 2
    parts = samples[:half].astype(np.int16), samples[half:].astype(np.int16)
    chunks = [Chunk(0, parts[0], 0, source), Chunk(half, parts[1], 0, source)]
    assert problems_of_recording(chunks) == problems
