"""Parts of a network give, to the bit, what its graph of the whole window gives."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_networks import BANDS, SHAPES, bundle, tflite

from soundpost.classify import Classifier
from soundpost.events import Window
from soundpost_training.network.streaming.describe import streaming_of
from soundpost_training.network.streaming.parts import STRETCH_POSITIONS, with_streaming

pytestmark = pytest.mark.training

MODELS = Path(__file__).resolve().parents[5] / "models"
WINDOWS = 45
"""More than a stretch has."""


@pytest.fixture(params=[True, False], ids=["XNNPACK", "without XNNPACK"])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs models by LiteRT's fast kernels, and by those that every runtime has."""
    if not request.param:
        runtime = pytest.importorskip("ai_edge_litert.interpreter", reason="armv7l has none")
        plain = runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        without = partial(runtime.Interpreter, experimental_op_resolver_type=plain)
        monkeypatch.setattr("soundpost.classify.interpreter._load_runtime", lambda: without)


def windows(name: str, seed: int) -> list[Window]:
    """Returns windows of one stretch of random log-mel."""
    shape, stretch = SHAPES[name], object()
    rng = np.random.default_rng(seed)
    frames = shape.frames + (WINDOWS - 1) * shape.stride_frames
    log_mel = rng.uniform(-7.5, 4.0, (frames, BANDS)).astype(np.float32)
    samples = 160 * shape.stride_frames
    starts = range(0, frames - shape.frames + 1, shape.stride_frames)
    return [
        Window(place * samples, 0, log_mel[start : start + shape.frames], -20.0, 0, stretch)
        for place, start in enumerate(starts)
    ]


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize("name", SHAPES)
def test_the_scores_are_those_of_whole_windows(name: str) -> None:
    """Of windows one by one and of many at once, by the kernels of either runtime."""
    model = with_streaming(tflite(name), SHAPES[name].stride_frames)
    whole = Classifier(bundle(name, model, None))
    each_once = Classifier(bundle(name, model, streaming_of(model)))
    stretch = windows(name, 8)
    expected = np.stack([whole.scores(window.log_mel) for window in stretch])
    assert len(np.unique(expected)) > 20
    one_by_one = np.stack([each_once.classify(window).values for window in stretch])
    assert np.array_equal(one_by_one, expected)
    at_once = np.stack([scores.values for scores in each_once.classify_all(stretch)])
    assert np.array_equal(at_once, expected)


@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_any_number_of_windows_at_once_gives_the_same(
    name: str, seed: int, sizes: list[int]
) -> None:
    """For any sound."""
    model = with_streaming(tflite(name), SHAPES[name].stride_frames)
    whole = Classifier(bundle(name, model, None))
    each_once = Classifier(bundle(name, model, streaming_of(model)))
    left = windows(name, seed)
    expected = [whole.scores(window.log_mel).tobytes() for window in left]
    scores = []
    for size in [*sizes, len(left)]:
        scores += [each.values.tobytes() for each in each_once.classify_all(left[:size])]
        left = left[size:]
    assert scores == expected


@pytest.mark.parametrize("name", SHAPES)
def test_the_whole_window_stays_as_it_is_and_weights_are_not_repeated(name: str) -> None:
    """The first graph of the file is what every other program runs."""
    before = tflite(name)
    after = with_streaming(before, SHAPES[name].stride_frames)
    assert len(before) < len(after) < len(before) + 20_000
    content = windows(name, 9)[0].log_mel
    was = Classifier(bundle(name, before, None)).scores(content)
    assert np.array_equal(Classifier(bundle(name, after, None)).scores(content), was)
    assert with_streaming(after, SHAPES[name].stride_frames) == after


@pytest.mark.parametrize("name", SHAPES)
def test_the_description_is_that_of_the_architecture(name: str) -> None:
    """The frames between two positions, and those that one depends on."""
    shape = SHAPES[name]
    assert streaming_of(tflite(name)) is None
    streaming = streaming_of(with_streaming(tflite(name), shape.stride_frames))
    assert streaming is not None
    assert shape.stride_frames == shape.new_positions * streaming.stride_frames
    used = streaming.receptive_frames + (shape.positions - 1) * streaming.stride_frames
    assert used == shape.frames - shape.more_frames


@pytest.mark.parametrize("stride", [1, 23, 24 * 6, 24 * 7])
def test_windows_that_share_no_position_stay_whole(stride: int) -> None:
    """The stride of the windows is no multiple of the network's, or too long."""
    model = tflite("everyday")
    assert with_streaming(model, stride) == model


@pytest.mark.parametrize("name", ["esc10", "esc50"])
def test_a_network_that_pads_in_time_stays_whole(name: str) -> None:
    """Its activations depend on the edges of the window."""
    model = (MODELS / name / "model.tflite").read_bytes()
    assert with_streaming(model, 48) == model
    assert streaming_of(model) is None


def test_a_stretch_is_some_seconds_long() -> None:
    """With the stride of everyday, 0.24 s."""
    assert 4.0 < STRETCH_POSITIONS * 0.24 < 10.0
