"""Messages between the importer and the process of the model: MessagePack with a length."""

import struct
from collections.abc import Sequence
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.runtime import TensorInfo
from soundpost.importer.runtime.model_file import RuntimeName

LENGTH = struct.Struct("<Q")
LARGEST_MESSAGE = 600_000_000
"""Bytes: more than the largest model, and than the largest tensors that a runtime may have."""


class ArrayMessage(msgspec.Struct, frozen=True, array_like=True):
    """An array: its numpy dtype, its shape, its bytes in C order."""

    dtype: str
    shape: list[int]
    content: bytes

    def array(self) -> NDArray[Any]:
        """Returns the array, read-only."""
        return np.frombuffer(self.content, self.dtype).reshape(self.shape)


class LoadRequest(msgspec.Struct, frozen=True, tag="load"):
    """Requests that the model is loaded; `input_shape` sets sizes that the file leaves open."""

    runtime: RuntimeName
    model: bytes
    input_shape: list[int] | None


class RunRequest(msgspec.Struct, frozen=True, tag="run"):
    """Requests the outputs at some positions for an input."""

    values: ArrayMessage
    positions: list[int]


Request = LoadRequest | RunRequest


class Reply(msgspec.Struct, frozen=True):
    """The answer to a request.

    Attributes:
        error: The reason for which the runtime refused or failed; empty if it did not.
        hint: The remedy.
        tensors: The input and the outputs of the model, after it was loaded.
        arrays: The outputs, after it was run.
    """

    error: str = ""
    hint: str = ""
    tensors: list[TensorInfo] = []
    arrays: list[ArrayMessage] = []


def array_message(array: NDArray[Any]) -> ArrayMessage:
    """Returns the message of an array."""
    return ArrayMessage(array.dtype.str, list(array.shape), np.ascontiguousarray(array).tobytes())


def array_messages(arrays: Sequence[NDArray[Any]]) -> list[ArrayMessage]:
    """Returns the messages of arrays."""
    return [array_message(array) for array in arrays]


def framed(message: Request | Reply) -> bytes:
    """Returns the bytes of a message, with its length before it."""
    content = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(content)) + content


def read_message(stream: IO[bytes]) -> bytes | None:
    """Returns the content of the next message; None at the end of the stream."""
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    return stream.read(LENGTH.unpack(header)[0])
