"""Reads tables of a FlatBuffer, such as a TFLite file, without trusting any offset in it.

Format: https://flatbuffers.dev/internals. Only what the metadata of a model needs: tables, text,
numbers, vectors. Only what is read is copied.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_TEXT = 10_000
"""Bytes; descriptions in the metadata of published models have hundreds."""
MOST_ITEMS = 100_000
"""Of a vector of tables; a model has thousands of buffers."""

MALFORMED = (struct.error, IndexError, ValueError)
"""Exceptions that reading raises where an offset or a length leads out of the data."""


class Table(NamedTuple):
    """A table at a position of the data.

    Attributes:
        data: The FlatBuffer.
        position: The offset of the table in it.
    """

    data: bytes | memoryview
    position: int

    def _field(self, number: int) -> int | None:
        """Returns the position of a field's value, counted as in the schema; None if absent."""
        vtable = self.position - _unpack("<i", self.data, self.position)
        if vtable < 0:
            raise ValueError("a table begins before the data")
        if 4 + 2 * number >= _unpack("<H", self.data, vtable):
            return None
        offset = _unpack("<H", self.data, vtable + 4 + 2 * number)
        return self.position + offset if offset else None

    def number(self, field: int, kind: str, default: int = 0) -> int:
        """Returns a whole number, of a type of the struct module such as `<I`."""
        at = self._field(field)
        return default if at is None else _unpack(kind, self.data, at)

    def table(self, field: int) -> "Table | None":
        """Returns the table that a field leads to; None if it is absent."""
        at = self._field(field)
        return None if at is None else _follow(self.data, at)

    def tables(self, field: int) -> Iterator["Table"]:
        """Yields the tables of a vector."""
        start, length = self._vector(field)
        if length > MOST_ITEMS:
            raise ValueError("a vector has too many tables")
        for item in range(length):
            yield _follow(self.data, start + 4 * item)

    def text(self, field: int) -> str:
        """Returns a text; empty if it is absent."""
        return bytes(self.content(field)[:LONGEST_TEXT]).decode("utf-8", "replace")

    def content(self, field: int) -> bytes | memoryview:
        """Returns the bytes of a text or of a vector of bytes; empty if it is absent."""
        start, length = self._vector(field)
        if start + length > len(self.data):
            raise ValueError("a vector ends behind the data")
        return self.data[start : start + length]

    def _vector(self, field: int) -> tuple[int, int]:
        """Returns the position of the first item and the number of items."""
        at = self._field(field)
        if at is None:
            return 0, 0
        start = at + _unpack("<I", self.data, at)
        return start + 4, _unpack("<I", self.data, start)


def root(data: bytes | memoryview) -> Table:
    """Returns the root table of a FlatBuffer.

    Raises:
        MALFORMED: As all methods of a table, if the data is cut or is something else.
    """
    return _follow(data, 0)


def _follow(data: bytes | memoryview, at: int) -> Table:
    return Table(data, at + _unpack("<I", data, at))


def _unpack(kind: str, data: bytes | memoryview, at: int) -> int:
    value: int = struct.unpack_from(kind, data, at)[0]
    return value
