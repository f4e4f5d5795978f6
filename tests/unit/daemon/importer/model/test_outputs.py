"""The output with a value for each label, among all outputs of a model."""

import pytest

from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleImportError
from soundpost.importer.model.outputs import ChosenOutputs, choose_outputs, with_shapes
from soundpost.importer.options import OutputOptions


def outputs(**shapes: tuple[int, ...]) -> list[TensorInfo]:
    """Returns outputs by their names."""
    return [
        TensorInfo(index, shape, "float32", 0.0, 0, name=name)
        for index, (name, shape) in enumerate(shapes.items())
    ]


PERCH = outputs(embedding=(1, 1_536), spatial=(1, 16, 4, 1_536), label=(1, 14_795), other=(1, 3))


def test_the_output_is_found_by_its_width_and_the_embedding_by_its_name() -> None:
    """In whatever order the model has them."""
    assert choose_outputs(PERCH, 14_795, OutputOptions()) == ChosenOutputs(2, 0)
    assert choose_outputs(PERCH[2:], 3, OutputOptions()) == ChosenOutputs(1, None)


def test_a_model_with_another_number_of_outputs_is_refused() -> None:
    """With both numbers."""
    with pytest.raises(BundleImportError, match=r"^6522 outputs, 6521 labels$"):
        choose_outputs(outputs(scores=(1, 6_522)), 6_521, OutputOptions())
    with pytest.raises(BundleImportError, match=r"label \[1, 14795\], other \[1, 3\]"):
        choose_outputs(PERCH, 4, OutputOptions())


def test_a_tie_is_an_error_that_names_the_outputs() -> None:
    """`--output` decides it, by name or by position."""
    tie = outputs(logits=(1, 3), scores=(1, 3))
    with pytest.raises(BundleImportError, match=r"got 2: logits \[1, 3\], scores \[1, 3\]") as tied:
        choose_outputs(tie, 3, OutputOptions())
    assert "--output" in tied.value.hint
    assert choose_outputs(tie, 3, OutputOptions(scores="scores")).scores == 1
    assert choose_outputs(tie, 3, OutputOptions(scores="1")).scores == 1


def test_an_embedding_as_wide_as_the_labels_is_no_tie() -> None:
    """Its name shows which one it is, or the flag does."""
    named = outputs(embedding=(1, 3), out=(1, 3))
    assert choose_outputs(named, 3, OutputOptions()) == ChosenOutputs(1, 0)
    plain = outputs(a=(1, 3), b=(1, 3))
    assert choose_outputs(plain, 3, OutputOptions(embedding="b")) == ChosenOutputs(0, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (OutputOptions(scores="lable"), "--output: expected an output of the model, got 'lable'"),
        (OutputOptions(scores="9"), "got '9'"),
        (OutputOptions(scores="other"), "^3 outputs, 14795 labels$"),
        (OutputOptions(embedding="nothing"), "--embedding: expected an output"),
        (OutputOptions(embedding="spatial"), r"expected an embedding of \[1, n\]"),
    ],
)
def test_a_named_output_must_exist_and_fit(options: OutputOptions, message: str) -> None:
    """The hint lists what there is."""
    with pytest.raises(BundleImportError, match=message):
        choose_outputs(PERCH, 14_795, options)


def test_shapes_are_those_of_a_run() -> None:
    """A file may leave sizes open."""
    (tensor,) = with_shapes(outputs(scores=(-1, -1)), [(1, 3)])
    assert (tensor.shape, tensor.name) == ((1, 3), "scores")
