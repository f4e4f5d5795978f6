"""Embeddings of sound are those that the daemon computes for a head."""

from pathlib import Path

import numpy as np
import pytest
from streaming_bundle import changing_sound, streaming_bundle

from soundpost.audio import Chunk
from soundpost.classify import Classifier, load_bundle
from soundpost.errors import TeachError
from soundpost.manifest import log_mel_input
from soundpost.teach.sound.embed import Embedder

GOLDEN = Path(__file__).resolve().parents[4] / "golden"


def test_windows_and_embeddings_are_those_of_the_daemon() -> None:
    """To the bit, however the sound is cut into blocks."""
    embedder = Embedder(streaming_bundle())
    sound = changing_sound(14.0, 3)
    windower = log_mel_input(streaming_bundle().manifest, "the test").windower()
    windows = list(windower.window(Chunk(0, sound, 0)))
    scores = Classifier(streaming_bundle(), embeds=True).classify_all(windows)
    expected = np.stack([each.embedding for each in scores if each.embedding is not None])
    whole = embedder.embed(sound)
    assert np.array_equal(whole.embeddings, expected)
    assert whole.starts.tolist() == [window.start_sample for window in windows]
    blocks = np.array_split(sound, [1, 700, 40_000, 90_001])
    parts = list(embedder.stream(blocks))
    assert np.array_equal(np.concatenate([part.embeddings for part in parts]), expected)
    assert embedder.stride_seconds == pytest.approx(0.24)
    assert embedder.input.size == expected.shape[1]
    assert embedder.backbone.sha256 == streaming_bundle().manifest.model.sha256


def test_a_model_of_waveforms_has_its_own_embedding() -> None:
    """As an imported one."""
    embedder = Embedder(load_bundle(GOLDEN / "tiny-two-outputs"))
    windows = embedder.embed(changing_sound(3.0, 1))
    assert windows.embeddings.shape[1] == embedder.input.size


def test_a_model_without_embedding_is_refused() -> None:
    """With the way to have one."""
    with pytest.raises(TeachError, match="has no embedding") as error:
        Embedder(load_bundle(GOLDEN / "tiny-int8"))
    assert "--embedding" in error.value.hint
