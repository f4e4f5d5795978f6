"""General sounds are chosen in turns, and are embeddings of loud parts."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from made_clips import doorbell
from streaming_bundle import streaming_bundle

from soundpost.teach.sound.embed import Embedder
from soundpost_training.heads.negatives import in_turns, window_row
from soundpost_training.sources.recording import SourceRecording

pytestmark = pytest.mark.training


def recordings(source: str, count: int, *labels: str) -> list[SourceRecording]:
    """Returns recordings of a source."""
    return [
        SourceRecording(
            Path(f"{source}-{number}.wav"), source, source, labels, "CC0-1.0", "", held_out=False
        )
        for number in range(count)
    ]


def test_a_source_with_many_recordings_is_no_larger_part() -> None:
    """Sources and their labels take turns, until one has none left."""
    every = [*recordings("words", 500, "speech"), *recordings("bells", 5, "bell")]
    chosen = list(in_turns(every, np.random.default_rng(0)))
    assert Counter(each.source for each in chosen[:10]) == {"words": 5, "bells": 5}
    assert sorted(each.path for each in chosen) == sorted(each.path for each in every)


def test_a_row_is_the_embedding_of_a_window_of_the_loud_part() -> None:
    """Of a sound of any length; silence has none."""
    embedder = Embedder(streaming_bundle())
    rng = np.random.default_rng(0)
    row = window_row(doorbell(1, 0.8), embedder, rng)
    assert row is not None
    assert row.shape == (embedder.input.size,)
    assert window_row(np.zeros(16_000, np.int16), embedder, rng) is None
