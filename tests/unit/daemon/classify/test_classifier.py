"""The classifier, with real models of a few kilobytes."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.errors import BundleError
from soundpost.events import Window
from soundpost.manifest import Manifest, Tensor

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
BUNDLES = {name: load_bundle(GOLDEN / name) for name in ("tiny-int8", "tiny-float")}
SILENCE = np.full((16, 64), np.log(0.001), np.float32)
LOG_MEL = arrays(np.float32, (16, 64), elements=st.floats(-7.0, 8.0, width=32))
replace = msgspec.structs.replace


def with_manifest(bundle: Bundle, change: Callable[[Manifest], Manifest]) -> Bundle:
    """Returns the same model with a changed manifest."""
    return Bundle(bundle.folder, change(bundle.manifest), bundle.model)


def with_input(bundle: Bundle, change: Callable[[Tensor], Tensor]) -> Bundle:
    """Returns the same model with a changed input tensor in its manifest."""
    return with_manifest(
        bundle,
        lambda manifest: replace(
            manifest, input=replace(manifest.input, tensor=change(manifest.input.tensor))
        ),
    )


def with_output(bundle: Bundle, change: Callable[[Tensor], Tensor]) -> Bundle:
    """Returns the same model with a changed output tensor in its manifest."""
    return with_manifest(
        bundle,
        lambda manifest: replace(
            manifest, output=replace(manifest.output, tensor=change(manifest.output.tensor))
        ),
    )


@pytest.mark.parametrize("name", BUNDLES)
@given(log_mel=LOG_MEL)
def test_scores_are_between_0_and_1(name: str, log_mel: NDArray[np.float32]) -> None:
    """Any input gives float32[labels] in [0, 1]."""
    scores = Classifier(BUNDLES[name]).scores(log_mel)
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    assert ((scores >= 0.0) & (scores <= 1.0)).all()


@given(log_mel=LOG_MEL)
def test_softmax_scores_sum_to_one(log_mel: NDArray[np.float32]) -> None:
    """Scores of a softmax bundle sum to one."""
    assert Classifier(BUNDLES["tiny-int8"]).scores(log_mel).sum() == pytest.approx(1.0, abs=1e-5)


def test_int8_and_float_agree_on_the_logits() -> None:
    """One network converted twice gives nearly the same logits with and without quantisation.

    Both are read as sigmoid scores at the same temperature. The int8 model's output step is
    0.0047, and a few roundings inside it add up to a few such steps.
    """
    as_sigmoid = with_manifest(
        BUNDLES["tiny-int8"],
        lambda manifest: replace(manifest, output=replace(manifest.output, activation="sigmoid")),
    )
    quantised, exact = Classifier(as_sigmoid), Classifier(BUNDLES["tiny-float"])
    with np.load(GOLDEN / "tiny-float" / "golden.npz") as golden:
        for log_mel in golden["log_mel"]:
            assert quantised.scores(log_mel) == pytest.approx(exact.scores(log_mel), abs=0.02)


def test_temperature_softens_the_scores() -> None:
    """A higher temperature gives more even scores, and keeps the order of labels."""

    def at(temperature: float) -> NDArray[np.float32]:
        bundle = with_manifest(
            BUNDLES["tiny-int8"],
            lambda m: replace(m, output=replace(m.output, temperature=temperature)),
        )
        return Classifier(bundle).scores(SILENCE)

    cold, hot = at(0.1), at(10.0)
    assert cold.max() > hot.max()
    assert np.array_equal(np.argsort(cold), np.argsort(hot))


def test_scores_do_not_depend_on_the_window_before() -> None:
    """The interpreter keeps no state from one window to the next."""
    classifier = Classifier(BUNDLES["tiny-int8"])
    before = classifier.scores(SILENCE)
    classifier.scores(-SILENCE)
    assert np.array_equal(classifier.scores(SILENCE), before)


def test_scores_do_not_change_later() -> None:
    """A later window does not change the scores of an earlier one."""
    classifier = Classifier(BUNDLES["tiny-float"])
    first = classifier.scores(SILENCE)
    copied = first.copy()
    classifier.scores(-SILENCE)
    assert np.array_equal(first, copied)


def test_scores_carry_their_window() -> None:
    """The window goes on to the decision with its scores."""
    classifier = Classifier(BUNDLES["tiny-int8"])
    window = Window(800, 3_600, SILENCE, -60.0, 50_000_000)
    scores = classifier.classify(window)
    assert scores.window is window
    assert np.array_equal(scores.values, classifier.scores(SILENCE))


@pytest.mark.parametrize("shape", [(64, 16), (16, 63), (17, 64), (1, 16, 64), (1024,)])
def test_log_mel_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """Another shape is refused, even one with as many values, such as 64 frames of 16 bands."""
    with pytest.raises(ValueError, match="expected log-mel of shape"):
        Classifier(BUNDLES["tiny-int8"]).scores(np.zeros(shape, np.float32))


def test_nan_is_refused_by_an_int8_model() -> None:
    """NaN, which quantisation would turn into a number, is refused."""
    with pytest.raises(ValueError, match="NaN"):
        Classifier(BUNDLES["tiny-int8"]).scores(np.full((16, 64), np.nan, np.float32))


def test_logits_that_are_not_finite_are_refused() -> None:
    """NaN from a float model is an error, never a score."""
    with pytest.raises(BundleError, match="logits that are not finite"):
        Classifier(BUNDLES["tiny-float"]).scores(np.full((16, 64), np.nan, np.float32))


NEXT_SCALE = float(np.nextafter(np.float32(0.04453730955719948), np.float32(1.0)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensor: replace(tensor, scale=NEXT_SCALE), "input scale"),
        (lambda tensor: replace(tensor, zero_point=26), "input zero point is 27, .* says 26"),
        (lambda tensor: replace(tensor, dtype="float32", scale=0.0, zero_point=0), "input dtype"),
    ],
)
def test_an_input_tensor_other_than_the_manifests_is_refused(
    change: Callable[[Tensor], Tensor], message: str
) -> None:
    """A difference of one float32 step in the scale is refused."""
    with pytest.raises(BundleError, match=message):
        Classifier(with_input(BUNDLES["tiny-int8"], change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensor: replace(tensor, scale=tensor.scale * 1.001), "output scale"),
        (lambda tensor: replace(tensor, zero_point=0), "output zero point"),
    ],
)
def test_an_output_tensor_other_than_the_manifests_is_refused(
    change: Callable[[Tensor], Tensor], message: str
) -> None:
    """Another scale or zero point, which would change the scores, is refused."""
    with pytest.raises(BundleError, match=message):
        Classifier(with_output(BUNDLES["tiny-int8"], change))


def test_a_number_of_labels_other_than_the_manifests_is_refused() -> None:
    """A consistent manifest with two labels does not fit a model with three outputs."""

    def with_two_labels(manifest: Manifest) -> Manifest:
        tensor = replace(manifest.output.tensor, shape=[1, 2])
        output = replace(manifest.output, tensor=tensor)
        return replace(manifest, output=output, labels=manifest.labels[:2])

    with pytest.raises(BundleError, match=r"output shape is \(1, 3\), its manifest says \(1, 2\)"):
        Classifier(with_manifest(BUNDLES["tiny-int8"], with_two_labels))


def test_a_window_other_than_the_manifests_is_refused() -> None:
    """A consistent manifest with longer windows does not fit the model."""

    def with_longer_windows(manifest: Manifest) -> Manifest:
        tensor = replace(manifest.input.tensor, shape=[1, 20, 64, 1])
        return replace(manifest, input=replace(manifest.input, window_frames=20, tensor=tensor))

    with pytest.raises(BundleError, match="input shape"):
        Classifier(with_manifest(BUNDLES["tiny-int8"], with_longer_windows))


def test_the_scale_is_compared_as_float32() -> None:
    """A manifest may spell the float32 with fewer digits."""
    short = float(str(np.float32(BUNDLES["tiny-int8"].manifest.input.tensor.scale)))
    assert short != BUNDLES["tiny-int8"].manifest.input.tensor.scale
    Classifier(with_input(BUNDLES["tiny-int8"], lambda tensor: replace(tensor, scale=short)))
