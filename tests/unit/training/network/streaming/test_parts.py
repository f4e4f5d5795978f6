"""Parts of a network give, to the bit, what its graph of the whole window gives."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming_networks import BANDS, SHAPES, bundle, tflite

from soundpost.classify import Classifier
from soundpost.classify.network.embeddings import embeddings_of
from soundpost.classify.quantization import Quantizer
from soundpost.events import Window
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.streaming.body import find_body
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
        use_plain_kernels(monkeypatch)


def use_plain_kernels(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - the runtime publishes no types
    """Runs models by the kernels that every runtime has, and returns the class that does."""
    runtime = pytest.importorskip("ai_edge_litert.interpreter", reason="armv7l has none")
    plain = runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    without = partial(runtime.Interpreter, experimental_op_resolver_type=plain)
    monkeypatch.setattr("soundpost.classify.interpreter._load_runtime", lambda: without)
    return without


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


def test_parts_of_another_stride_are_replaced() -> None:
    """Nothing of them is left."""
    bare = tflite("everyday")
    assert with_streaming(with_streaming(bare, 48), 24) == with_streaming(bare, 24)


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


def test_the_activations_of_a_step_are_those_of_whole_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The embedding has their means, maxima and peaks, to the rounding of float32."""
    name, interpreter = "everyday", use_plain_kernels(monkeypatch)
    model = with_streaming(tflite(name), SHAPES[name].stride_frames)
    network = bundle(name, model, streaming_of(model))
    classifier = Classifier(network, embeds=True)
    positions, state, activation = 2 * 16, 16, 8
    assert classifier.embedding_size == positions + 3 * (state + activation)
    stretch = windows(name, 3)[:12]
    embedded = [each.embedded for each in classifier.classify_all(stretch)]
    embeddings = embeddings_of([each for each in embedded if each is not None])
    embeddings = embeddings[:, positions:].reshape(len(stretch), 3, -1)[:, :, state:]
    body = find_body(read_graph(model, name))
    assert body is not None
    runtime = interpreter(model_content=model, experimental_preserve_all_tensors=True)
    runtime.allocate_tensors()
    tensor = body.operators[5].outputs[0]
    quantize = Quantizer(*runtime.get_input_details()[0]["quantization"]).quantize
    for window, embedding in zip(stretch, embeddings, strict=True):
        entry = quantize(window.log_mel)[None, ..., None]
        runtime.set_tensor(runtime.get_input_details()[0]["index"], entry)
        runtime.invoke()
        scale, zero_point = runtime._get_tensor_details(tensor, 0)["quantization"]  # noqa: SLF001 - the public one lists the whole graph
        values = (runtime.get_tensor(tensor)[0].astype(np.float64) - zero_point) * scale
        steps = values.reshape(8, -1, values.shape[-1])
        expected = [steps.mean((0, 1)), steps.max((0, 1)), steps.mean(1).max(0)]
        np.testing.assert_allclose(embedding, expected, rtol=1e-5, atol=1e-6)


def test_a_stretch_is_some_seconds_long() -> None:
    """With the stride of everyday, 0.24 s."""
    assert 4.0 < STRETCH_POSITIONS * 0.24 < 10.0
