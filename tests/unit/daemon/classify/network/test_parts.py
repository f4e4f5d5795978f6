"""Parts of a model that do not fit each other or the manifest are refused."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from streaming_bundle import streaming_bundle

from soundpost.classify import load_bundle
from soundpost.classify.bundle import Bundle
from soundpost.classify.network import parts as parts_module
from soundpost.classify.network.parts import Parts
from soundpost.classify.network.signatures import Signature, SignatureInterpreter
from soundpost.errors import BundleError
from soundpost.manifest import Streaming

if TYPE_CHECKING:
    from soundpost.classify.runtime import TensorInfo

change = msgspec.structs.replace


def bundle_with(**fields: Any) -> Bundle:  # noqa: ANN401 - fields of a manifest
    """Returns the bundle under another manifest."""
    bundle = streaming_bundle()
    return replace(bundle, manifest=change(bundle.manifest, **fields))


def test_the_steps_of_everyday() -> None:
    """A position every 24 frames, six of them in a window, and 32 windows in a stretch."""
    steps = Parts(streaming_bundle(), 1).steps
    assert (steps.stride_frames, steps.used_frames, steps.window_positions) == (24, 197, 6)
    assert (steps.new_positions, steps.stretch_windows) == (1, 32)
    assert 0 < steps.overlap_frames < steps.stride_frames
    assert steps.steps_of_window == 8


def test_a_model_without_parts_is_refused() -> None:
    """The manifest promises them."""
    whole = load_bundle(streaming_bundle().folder.with_name("esc10"))
    with pytest.raises(BundleError, match="the model has no signature 'advance'"):
        Parts(replace(streaming_bundle(), model=whole.model), 1)


def test_a_stride_of_other_windows_is_refused() -> None:
    """The parts were made for one stride."""
    model_input = streaming_bundle().manifest.input
    with pytest.raises(BundleError, match="the parts of the model do not fit: frames of a"):
        Parts(bundle_with(input=change(model_input, stride_frames=48)), 1)


@pytest.mark.parametrize(("stride", "receptive"), [(24, 101), (8, 77), (12, 77), (24, 5)])
def test_positions_of_another_network_are_refused_or_give_other_frames(
    stride: int, receptive: int
) -> None:
    """A window must have all frames that its positions depend on, and their number must agree."""
    streaming = Streaming(stride_frames=stride, receptive_frames=receptive)
    bundle = bundle_with(streaming=streaming)
    if (stride, receptive) == (24, 5):  # fits the tensors: the golden vectors refuse it
        assert Parts(bundle, 1).steps.used_frames != Parts(streaming_bundle(), 1).steps.used_frames
        return
    with pytest.raises(BundleError, match="the parts of the model do not fit"):
        Parts(bundle, 1)


def test_another_scale_of_the_input_is_refused() -> None:
    """As for a model of whole windows."""
    model_input = streaming_bundle().manifest.input
    tensor = change(model_input.tensor, scale=0.5)
    with pytest.raises(BundleError, match=r"advance input scale is 0\.0486"):
        Parts(bundle_with(input=change(model_input, tensor=tensor)), 1)


def test_other_logits_are_refused() -> None:
    """As for a model of whole windows."""
    output = streaming_bundle().manifest.output
    tensor = change(output.tensor, zero_point=3)
    with pytest.raises(
        BundleError, match=f"advance output zero point is {output.tensor.zero_point}, .* says 3"
    ):
        Parts(bundle_with(output=change(output, tensor=tensor)), 1)


@pytest.mark.parametrize(
    ("signature", "side", "name", "shape"),
    [
        ("advance", "inputs", "positions", (1, 4, 2, 208)),
        ("advance", "outputs", "positions", (1, 5, 2, 200)),
        ("stretch", "outputs", "positions", (1, 31, 2, 208)),
        ("stretch", "inputs", "frames", (1, 100, 64, 1)),
        ("stretch", "inputs", "state_10", (1, 1, 6, 96)),
        ("head", "outputs", "logits", (32, 68)),
        ("head", "inputs", "positions", (32,)),
        ("advance", "inputs", "frames", ()),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(
    monkeypatch: pytest.MonkeyPatch, signature: str, side: str, name: str, shape: tuple[int, ...]
) -> None:
    """A damaged or foreign model is an error at the start, not in the middle of the night."""

    class Damaged(SignatureInterpreter):
        """Reports one tensor with another shape."""

        def signature(self, wanted: str) -> Signature:
            """Returns a signature."""
            found = super().signature(wanted)
            if wanted == signature:
                tensors: dict[str, TensorInfo] = getattr(found, side)
                tensors[name] = replace(tensors[name], shape=shape)
            return found

    monkeypatch.setattr(parts_module, "SignatureInterpreter", Damaged)
    with pytest.raises(BundleError, match="model"):
        Parts(streaming_bundle(), 1)
