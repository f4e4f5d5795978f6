"""The problems that a short recording shows, for `check` and `devices`."""

from collections.abc import Sequence

import numpy as np

from soundpost.audio import Chunk
from soundpost.health import Problem
from soundpost.monitor.measures import measure, with_source
from soundpost.monitor.thresholds import CLIPPING, DC_OFFSET


def problems_of_recording(chunks: Sequence[Chunk]) -> list[Problem]:
    """Returns the problems of a short recording, which may pass by themselves.

    The monitor raises a problem only after it lasted; the thresholds are the same.

    Args:
        chunks: At least one.
    """
    samples = np.concatenate([chunk.samples for chunk in chunks])
    stats = with_source(measure(samples), [chunk.source for chunk in chunks])
    if stats.is_constant:
        return [Problem.STUCK_VALUE if stats.offset else Problem.DIGITAL_SILENCE]
    present = {
        Problem.DC_OFFSET: abs(stats.offset) >= DC_OFFSET.raise_at,
        Problem.CLIPPING: stats.clipped >= CLIPPING.raise_at,
        Problem.ANTIPHASE: stats.is_antiphase,
    }
    return [problem for problem, is_present in present.items() if is_present]
