"""ONNX models that do something odd, made by hand for tests of the import."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tiny_onnx import Node, Sizes, onnx_file

SAMPLES = 800
"""Of the input, 50 ms at 16 kHz."""
SEED = 20_261_130


def weights(columns: int, scale: float = 1.0, offset: float = 0.0) -> NDArray[np.float32]:
    """Returns float32[SAMPLES, columns], the same each time."""
    drawn = np.random.default_rng(SEED).normal(offset, scale / SAMPLES, (SAMPLES, columns))
    return drawn.astype(np.float32)


def linear_model(
    outputs: Mapping[str, int],
    operator: str = "Sigmoid",
    bias: float = -3.0,
    inputs: Mapping[str, Sizes] | None = None,
) -> bytes:
    """Returns a model of an output `operator(x W + bias)` for each name and width.

    Args:
        outputs: Widths by name.
        operator: Of ONNX, with one input.
        bias: Is added to all values.
        inputs: Shapes by name; the first one is multiplied.
    """
    inputs = inputs or {"waveform": ["batch", SAMPLES]}
    first = next(iter(inputs))
    nodes = []
    constants: dict[str, NDArray[np.float32]] = {"bias": np.full(1, bias, np.float32)}
    for name, width in outputs.items():
        constants[f"w_{name}"] = weights(width)
        nodes += [
            Node("MatMul", [first, f"w_{name}"], [f"m_{name}"]),
            Node("Add", [f"m_{name}", "bias"], [f"a_{name}"]),
            Node(operator, [f"a_{name}"], [name]),
        ]
    shapes: dict[str, Sizes] = {name: ["batch", width] for name, width in outputs.items()}
    return onnx_file(nodes, constants, inputs, shapes)


def slow_model(size: int, products: int) -> bytes:
    """Returns a model that multiplies square matrices of its input, one after another."""
    nodes = [Node("Transpose", ["waveform"], ["column"])]
    nodes.append(Node("MatMul", ["column", "waveform"], ["m0"]))
    nodes += [Node("MatMul", [f"m{at}", "m0"], [f"m{at + 1}"]) for at in range(products)]
    sizes: Sequence[int] = [size, size]
    return onnx_file(nodes, {}, {"waveform": [1, size]}, {f"m{products}": sizes})
