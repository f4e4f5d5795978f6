"""Each frame once: the scores are those of whole windows, to the bit."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_bundle import changing_sound, streaming_bundle, whole_bundle, whole_classifier

from soundpost.audio import Chunk
from soundpost.classify import Classifier
from soundpost.classify.network.streaming import StreamingNetwork
from soundpost.events import Window
from soundpost.manifest import log_mel_input

INPUT = log_mel_input(streaming_bundle().manifest, "this test")


@cache
def classifier() -> Classifier:
    """Returns a classifier that all tests share: nothing that was run before may matter."""
    return Classifier(streaming_bundle())


@cache
def windows(seed: int, seconds: float = 14.0) -> tuple[Window, ...]:
    """Returns the windows of an unbroken stretch, with the padded one at its end."""
    windower = INPUT.windower()
    cut = list(windower.window(Chunk(0, changing_sound(seconds, seed), 0)))
    return (*cut, *windower.flush())


@cache
def expected(seed: int, seconds: float = 14.0) -> tuple[bytes, ...]:
    """Returns the scores of the same windows, each as a whole."""
    return tuple(
        whole_classifier().scores(window.log_mel).tobytes() for window in windows(seed, seconds)
    )


def scored(parts: Sequence[Sequence[Window]]) -> list[bytes]:
    """Returns the scores of windows that are given in parts."""
    return [scores.values.tobytes() for part in parts for scores in classifier().classify_all(part)]


def test_successive_windows_have_the_scores_of_whole_windows() -> None:
    """One window after the other, as live sound brings them."""
    for window, whole in zip(windows(0), expected(0), strict=True):
        assert classifier().classify(window).values.tobytes() == whole


@settings(max_examples=25)
@given(st.lists(st.integers(1, 45), min_size=1, max_size=8))
def test_any_number_of_windows_at_once_gives_the_same(sizes: Sequence[int]) -> None:
    """Alone, by the dozen or as a stretch of seconds."""
    left, parts = list(windows(1)), []
    for size in [*sizes, len(left)]:
        parts.append(left[:size])
        left = left[size:]
    assert scored(parts) == list(expected(1))


@settings(max_examples=25)
@given(st.data())
def test_windows_in_any_order_have_the_scores_of_whole_windows(data: st.DataObject) -> None:
    """Two streams, gaps and repeats: a window never gets the state of another one."""
    both = [(seed, place) for seed in (2, 3) for place in range(len(windows(seed, 4.0)))]
    order = data.draw(st.lists(st.sampled_from(both), min_size=1, max_size=30))
    order = [near for seed, place in order for near in ((seed, place), (seed, place + 1))]
    order = [(seed, place) for seed, place in order if place < len(windows(seed, 4.0))]
    together = [windows(seed, 4.0)[place] for seed, place in order]
    cut = data.draw(st.integers(0, len(together)))
    assert scored([together[:cut], together[cut:]]) == [
        expected(seed, 4.0)[place] for seed, place in order
    ]


def test_a_window_of_another_stretch_does_not_continue_at_the_same_place() -> None:
    """The self-test shares the classifier of a live pipeline, and may have the same positions."""
    first, second = windows(4, 4.0), windows(5, 4.0)
    for place in range(3):
        assert scored([[first[place]]]) == [expected(4, 4.0)[place]]
    assert scored([[second[3]]]) == [expected(5, 4.0)[3]]
    assert scored([[first[3]]]) == [expected(4, 4.0)[3]]


def test_a_single_content_is_computed_from_its_own_frames() -> None:
    """Golden vectors are such windows; they end the stretch before them."""
    stretch = windows(6, 4.0)
    assert scored([stretch[:2]]) == list(expected(6, 4.0)[:2])
    assert classifier().scores(stretch[5].log_mel).tobytes() == expected(6, 4.0)[5]
    assert scored([[stretch[2]]]) == [expected(6, 4.0)[2]]


def test_no_window_has_no_scores() -> None:
    """A chunk that completes no window is the usual one."""
    assert classifier().classify_all([]) == []


def test_a_stretch_costs_a_fraction_of_the_frames_of_whole_windows() -> None:
    """Every frame passes the body once, but for the overlap of its first layer."""
    network = StreamingNetwork(streaming_bundle(), 1)
    frames = 0
    run = network._parts.advance.run  # noqa: SLF001 - counts what is computed

    def counted(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        nonlocal frames
        frames += values["frames"].shape[1]
        return run(values)

    network._parts.advance.run = counted  # type: ignore[method-assign,assignment] # noqa: SLF001 - as above
    network.run([windows(7)[0]])
    frames = 0
    for window in windows(7)[1:20]:
        network.run([window])
    assert frames <= 1.4 * 19 * INPUT.stride_frames


def test_after_an_error_the_next_window_is_computed_anew() -> None:
    """States may be half done then."""
    stretch = windows(8, 4.0)
    assert scored([stretch[:3]]) == list(expected(8, 4.0)[:3])
    broken = stretch[3].log_mel.copy()
    broken[-1, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        scored([[Window(stretch[3].start_sample, 0, broken, 0.0, 0, stretch[3].stretch)]])
    assert scored([stretch[4:6]]) == list(expected(8, 4.0)[4:6])


def test_log_mel_of_another_shape_is_refused() -> None:
    """The manifest says what a window is."""
    with pytest.raises(ValueError, match=r"expected log-mel of shape \(197, 64\), got \(3, 64\)"):
        classifier().scores(np.zeros((3, 64), np.float32))


def embedded(parts: Sequence[Sequence[Window]]) -> list[tuple[bytes, bytes]]:
    """Returns the scores and the embeddings of windows that are given in parts."""
    embedding_classifier = Classifier(streaming_bundle(), embeds=True)
    return [
        (scores.values.tobytes(), b"" if scores.embedding is None else scores.embedding.tobytes())
        for part in parts
        for scores in embedding_classifier.classify_all(part)
    ]


@cache
def expected_embeddings() -> tuple[bytes, ...]:
    """Returns the embeddings of the windows of seed 1, each computed alone."""
    return tuple(classifier().embedding(window.log_mel).tobytes() for window in windows(1))


@settings(max_examples=10)
@given(st.lists(st.integers(1, 45), min_size=1, max_size=8))
def test_embeddings_are_the_same_however_many_windows_are_run_at_once(sizes: Sequence[int]) -> None:
    """Live, from a file and alone, to the bit; so are the scores with and without them."""
    left, parts = list(windows(1)), []
    for size in [*sizes, len(left)]:
        parts.append(left[:size])
        left = left[size:]
    assert embedded(parts) == list(zip(expected(1), expected_embeddings(), strict=True))


def test_the_embedding_of_a_window_differs_from_that_of_another() -> None:
    """Each has the size that the classifier states."""
    assert len(set(expected_embeddings())) == len(windows(1))
    assert {len(each) for each in expected_embeddings()} == {4 * classifier().embedding_size}


def test_no_embedding_is_computed_unless_it_is_requested() -> None:
    """After one window of its own, too."""
    classifier().embedding(windows(0)[0].log_mel)
    assert classifier().classify(windows(0)[0]).embedding is None


def test_the_model_runs_whole_windows_under_a_manifest_without_streaming() -> None:
    """The graph of the whole window is the first one of the file, for every other program."""
    content = windows(0)[4].log_mel
    assert Classifier(whole_bundle()).scores(content).tobytes() == expected(0)[4]
