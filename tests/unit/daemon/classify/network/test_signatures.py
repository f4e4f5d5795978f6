"""Signatures of a TFLite file."""

import numpy as np
import pytest
from streaming_bundle import streaming_bundle

from soundpost.classify.network.signatures import SignatureInterpreter
from soundpost.errors import BundleError


def test_a_signature_has_its_tensors_by_name() -> None:
    """With type, shape and scale, as the file states them."""
    head = SignatureInterpreter(streaming_bundle().model, 1).signature("head")
    assert head.inputs["positions"].shape == (32, 6, 2, 208)
    assert head.inputs["positions"].dtype == "int8"
    assert set(head.outputs) == {"logits"}
    assert head.outputs["logits"].zero_point == 44


def test_a_signature_computes_all_outputs() -> None:
    """Copied out of the runtime, so that the next run does not change them."""
    head = SignatureInterpreter(streaming_bundle().model, 1).signature("head")
    low, high = (np.full(head.inputs["positions"].shape, value, np.int8) for value in (-128, 100))
    first = head.run({"positions": low})["logits"]
    kept = first.copy()
    assert not np.array_equal(head.run({"positions": high})["logits"], kept)
    assert np.array_equal(first, kept)


def test_a_model_that_is_none_is_refused() -> None:
    """With the reason of the runtime."""
    with pytest.raises(BundleError, match="the TFLite runtime refuses the model"):
        SignatureInterpreter(b"no model", 1)


def test_a_failing_run_is_explained() -> None:
    """The runtime's exception becomes an error of the bundle."""
    head = SignatureInterpreter(streaming_bundle().model, 1).signature("head")
    with pytest.raises(BundleError, match="fails to run the model"):
        head.run({})
