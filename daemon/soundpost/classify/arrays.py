"""Reads arrays of known types and shapes from an .npz file, in bounded memory; writes them."""

import io
import lzma
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGEST_ARRAY_BYTES = 64_000_000
"""Of one array: thousands of windows at the default size, of which a bundle has six."""

_MOST_MEMBERS = 16
"""An .npz of golden vectors has three. zipfile takes memory for each entry of the directory."""

_ENTRY = b"PK\x01\x02"
"""Begins each entry of the directory of a zip file (APPNOTE.TXT, 4.3.12)."""

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of every member of an archive, so that equal arrays give equal bytes."""

UNREADABLE = (
    *(OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(RuntimeError, MemoryError),  # encrypted, of an unknown zip version; an impossible shape
    *(ValueError, SyntaxError, tokenize.TokenError),  # an invalid array header
)
"""Exceptions of zipfile and numpy for files that are not arrays, found by fuzzing."""


class ArrayMismatchError(Exception):
    """An array has another type or shape than expected."""


class Arrays:
    """The arrays of an open .npz file.

    Args:
        archive: The file.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def read(self, name: str, dtype: DTypeLike, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """Reads an array; no object in it is ever unpickled.

        Args:
            name: Its name.
            dtype: Its type.
            shape: Its sizes; None for one of any size above 0.

        Returns:
            The array, read-only.

        Raises:
            ArrayMismatchError: It has another type or shape, or is too large.
            UNREADABLE: It is absent or damaged.
        """
        info = self._archive.getinfo(f"{name}.npy")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # zipfile unpacks the others block by block, however large a block becomes.
            raise ValueError(f"{name} is compressed in another way than numpy does")
        with self._archive.open(info) as file:
            found_shape, is_fortran, found_dtype = _read_header(file)
            if found_dtype.hasobject:
                raise ValueError(f"{name} contains objects")
            size_bytes = prod(found_shape) * found_dtype.itemsize
            if not _agree(found_dtype, found_shape, dtype, shape):
                raise ArrayMismatchError(
                    f"expected {name} to be {_described(np.dtype(dtype), shape)}, got "
                    f"{_described(found_dtype, found_shape)}"
                )
            if size_bytes > LARGEST_ARRAY_BYTES:
                raise ArrayMismatchError(
                    f"expected {name} to have at most {LARGEST_ARRAY_BYTES} bytes, got {size_bytes}"
                )
            content = file.read(size_bytes + 1)  # one more, so that the checksum is verified
        if len(content) != size_bytes:
            raise ValueError(f"{name} has {len(content)} bytes or more, expected {size_bytes}")
        array = np.frombuffer(content, found_dtype)
        return array.reshape(found_shape, order="F" if is_fortran else "C")


@contextmanager
def open_arrays(content: bytes) -> Iterator[Arrays]:
    """Opens an .npz file.

    Raises:
        UNREADABLE: It is none.
    """
    if content.count(_ENTRY) > _MOST_MEMBERS:
        raise ValueError(f"expected at most {_MOST_MEMBERS} arrays")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield Arrays(archive)


def arrays_archive(arrays: Mapping[str, NDArray[Any]], *, is_compressed: bool = True) -> bytes:
    """Returns the bytes of an .npz file; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", ZIP_EPOCH), member.getvalue(), method)
    return buffer.getvalue()


def _read_header(file: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:  # noqa: ANN401 - as in numpy
    """Reads a header of version 1, of at most 64 kB; later ones can claim 4 GB."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("expected an array of version 1.0")
    header: tuple[tuple[int, ...], bool, np.dtype[Any]] = np.lib.format.read_array_header_1_0(file)
    return header


def _agree(
    found_dtype: np.dtype[Any],
    found: tuple[int, ...],
    dtype: DTypeLike,
    expected: tuple[int | None, ...],
) -> bool:
    return (
        found_dtype == dtype
        and len(found) == len(expected)
        and all(
            size > 0 if wanted is None else size == wanted
            for size, wanted in zip(found, expected, strict=True)
        )
    )


def _described(dtype: np.dtype[Any], shape: tuple[int | None, ...]) -> str:
    sizes = ", ".join("windows" if size is None else str(size) for size in shape)
    return f"{dtype.name}[{sizes}]"
