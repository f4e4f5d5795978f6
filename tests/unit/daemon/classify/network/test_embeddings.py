"""Embeddings of many windows at once."""

import numpy as np
from streaming_bundle import changing_sound, streaming_bundle

from soundpost.audio import Chunk
from soundpost.classify import Classifier
from soundpost.classify.network.embeddings import OutputEmbedding, embeddings_of
from soundpost.manifest import log_mel_input


def test_many_windows_have_the_bits_of_each_alone() -> None:
    """Of live sound, then of a stretch, then of live sound, as a minute of background may have."""
    windower = log_mel_input(streaming_bundle().manifest, "this test").windower()
    windows = list(windower.window(Chunk(0, changing_sound(14.0, 1), 0)))
    classifier = Classifier(streaming_bundle(), embeds=True)
    scores = [classifier.classify(window) for window in windows[:4]]
    scores += classifier.classify_all(windows[4:45])
    scores += [classifier.classify(window) for window in windows[45:]]
    embedded = [each.embedded for each in scores if each.embedded is not None]
    expected = [Classifier(streaming_bundle()).embedding(window.log_mel) for window in windows]
    assert len(embedded) == len(windows)
    assert embeddings_of(embedded).tobytes() == np.stack(expected).tobytes()


def test_outputs_of_a_model_are_taken_as_they_are() -> None:
    """In the order of the windows."""
    rows = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    assert np.array_equal(embeddings_of([OutputEmbedding(row) for row in rows]), rows)
