"""Reading of .npz files in bounded memory."""

import io
import struct
import tracemalloc
import zipfile
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from soundpost.classify.arrays import (
    LARGEST_ARRAY_BYTES,
    UNREADABLE,
    ArrayMismatchError,
    open_arrays,
)

MOST_BYTES = 8_000_000
"""Far below what the bombs unpack to, far above what reading a small array takes."""
BOMB = bytes(50_000_000)


def npy(array: NDArray[Any]) -> bytes:
    """Returns the bytes of an .npy."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(dtype: str, shape: str) -> bytes:
    """Returns the header of an .npy without its values."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def npz(content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Returns the bytes of an .npz with one array `a`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("a.npy", content)
    return file.getvalue()


def read(
    content: bytes, dtype: DTypeLike = np.int16, shape: tuple[int | None, ...] = (None, 4)
) -> NDArray[Any]:
    """Reads `a`; fails if that takes more than a little memory."""
    tracemalloc.start()
    try:
        with open_arrays(content) as arrays:
            return arrays.read("a", dtype, shape)
    finally:
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < MOST_BYTES


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_read_as_it_was_written(compression: int, order: Any) -> None:  # noqa: ANN401 - a literal of numpy
    """In both orders of memory, stored and deflated."""
    array = np.asarray(np.arange(12, dtype=np.int16).reshape(3, 4), order=order)
    assert (read(npz(npy(array), compression)) == array).all()


def test_values_beyond_the_shape_are_not_unpacked() -> None:
    """The header is right, and 50 MB follow."""
    with pytest.raises(UNREADABLE, match="a has 33 bytes or more, expected 32"):
        read(npz(npy(np.zeros((4, 4), np.int16)) + BOMB))


def test_an_array_of_another_shape_is_not_unpacked() -> None:
    """50 MB of zeros take 50 kB in the file."""
    with pytest.raises(ArrayMismatchError, match=r"got int16\[25000000, 5\]"):
        read(npz(header("<i2", "(25000000, 5)") + BOMB))


@pytest.mark.parametrize("windows", [10**9, 10**18, 2**63])
def test_more_windows_than_any_bundle_has_are_refused(windows: int) -> None:
    """The shape fits, but not the memory."""
    with pytest.raises((ArrayMismatchError, *UNREADABLE)):
        read(npz(header("<i2", f"({windows}, 4)") + BOMB))
    assert windows * 8 > LARGEST_ARRAY_BYTES


def test_a_cut_array_is_refused() -> None:
    """Its header promises more than there is."""
    with pytest.raises(UNREADABLE, match="a has 24 bytes or more, expected 32"):
        read(npz(npy(np.zeros((4, 4), np.int16))[:-8]))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_compression_are_refused(compression: int) -> None:
    """Zipfile unpacks a block of them at once, and a block can be a bomb."""
    with pytest.raises(UNREADABLE, match="compressed in another way"):
        read(npz(npy(np.zeros((4, 4), np.int16)), compression))


def test_a_header_of_four_gigabytes_is_refused() -> None:
    """Versions 2 and 3 have a length of 32 bits, which numpy reads before it checks."""
    content = b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + BOMB
    with pytest.raises(UNREADABLE, match=r"expected an array of version 1\.0"):
        read(npz(content))


def test_a_directory_of_many_files_is_refused() -> None:
    """A million empty files fit into 100 MB, and take a gigabyte as Python's objects."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(17):
            archive.writestr(str(number), b"")
    with pytest.raises(UNREADABLE, match="at most 16 arrays"):
        read(file.getvalue())


@pytest.mark.parametrize("dtype", ["|O", ">i2", "<i4", "<f2", "|S2", "<M8[s]"])
def test_another_type_is_refused(dtype: str) -> None:
    """Objects would be unpickled, which can run code."""
    with pytest.raises((ArrayMismatchError, *UNREADABLE)):
        read(npz(header(dtype, "(4, 4)") + bytes(64)))


def test_declared_sizes_that_lie_are_no_danger() -> None:
    """The directory says 10 bytes; the data unpack to 50 MB."""
    content = bytearray(npz(npy(np.zeros((4, 4), np.int16)) + BOMB))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    with pytest.raises(UNREADABLE):
        read(bytes(content))
