"""The outputs of a foreign model: the one with a value for each label, and an embedding."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleImportError
from soundpost.importer.options import OutputOptions

_ROW = 2
"""Dimensions of an output that the daemon reads: [1, values]."""
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class ChosenOutputs:
    """The outputs that the bundle uses, by their positions among all.

    Attributes:
        scores: The output with a value for each label.
        embedding: The output that is kept for heads; None if there is none.
    """

    scores: int
    embedding: int | None


def with_shapes(
    reported: Sequence[TensorInfo], shapes: Sequence[tuple[int, ...]]
) -> list[TensorInfo]:
    """Returns the outputs with the shapes that they had when the model was run."""
    return [replace(tensor, shape=shape) for tensor, shape in zip(reported, shapes, strict=True)]


def choose_outputs(
    outputs: Sequence[TensorInfo], labels: int, options: OutputOptions
) -> ChosenOutputs:
    """Chooses the outputs of a model.

    Args:
        outputs: All outputs, with whole shapes.
        labels: The number of labels.
        options: What the user states.

    Raises:
        BundleImportError: No output has a value for each label, several have, or a named one does
            not exist.
    """
    embedding = _find_embedding(outputs, options)
    if options.scores is not None:
        position = _find(outputs, options.scores, "--output")
        if _width(outputs[position]) != labels:
            raise _wrong_width([outputs[position]], labels)
        return ChosenOutputs(position, embedding)
    fitting = [
        at for at, tensor in enumerate(outputs) if _width(tensor) == labels and at != embedding
    ]
    if not fitting:
        raise _wrong_width(outputs, labels)
    if len(fitting) > 1:
        raise BundleImportError(
            f"expected one output with {labels} values, got {len(fitting)}: "
            f"{_described([outputs[at] for at in fitting])}",
            hint="name the one that has the scores: --output NAME",
        )
    return ChosenOutputs(fitting[0], embedding)


def _find_embedding(outputs: Sequence[TensorInfo], options: OutputOptions) -> int | None:
    if options.embedding is not None:
        position = _find(outputs, options.embedding, "--embedding")
        if _width(outputs[position]) is None:
            raise BundleImportError(
                f"expected an embedding of [1, n], got {_described([outputs[position]])}",
                hint="name an output with one row of values, or leave --embedding out",
            )
        return position
    named = [
        at
        for at, tensor in enumerate(outputs)
        if "embedding" in tensor.name.lower() and _width(tensor) is not None
    ]
    return named[0] if len(named) == 1 else None


def _find(outputs: Sequence[TensorInfo], name: str, flag: str) -> int:
    """Returns the position of the output with a name, or at a position."""
    named = [at for at, tensor in enumerate(outputs) if tensor.name == name]
    if len(named) == 1:
        return named[0]
    if name.isascii() and name.isdecimal() and int(name) < len(outputs):
        return int(name)
    raise BundleImportError(
        f"{flag}: expected an output of the model, got {name!r}",
        hint=f"name one, or its position from 0: {_described(outputs)}",
    )


def _width(tensor: TensorInfo) -> int | None:
    """Returns the values of an output that is one row; None for another shape."""
    return tensor.shape[1] if len(tensor.shape) == _ROW and tensor.shape[0] == 1 else None


def _wrong_width(outputs: Sequence[TensorInfo], labels: int) -> BundleImportError:
    if len(outputs) == 1 and (width := _width(outputs[0])) is not None:
        return BundleImportError(
            f"{width} outputs, {labels} labels",
            hint="give the label file that belongs to this model, with a label for each output",
        )
    return BundleImportError(
        f"expected an output of [1, {labels}], a value for each of {labels} labels, got "
        f"{_described(outputs)}",
        hint="give the label file that belongs to this model, with a label for each output",
    )


def _described(outputs: Sequence[TensorInfo]) -> str:
    texts = [f"{tensor.name or at} {list(tensor.shape)}" for at, tensor in enumerate(outputs)]
    more = len(texts) - _MOST_NAMED
    return ", ".join(texts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
