"""Reads a form with one file, piece by piece (multipart/form-data, RFC 7578)."""

import logging
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_FILE = "file"
_MOST_FIELDS = 10
_LONGEST_VALUE = 1_000
"""Bytes of a field that is no file, and of the headers of a part."""


# It would log each form that is malformed, as often as a client sends it.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class FormError(Exception):
    """The form is malformed, or none of this page."""


class UploadForm:
    """A form whose fields come first, and then the file.

    Args:
        content_type: The header `Content-Type`.

    Attributes:
        fields: The fields until now.
        file_name: The name of the file; None before it begins.
        is_complete: True once the form has ended.

    Raises:
        FormError: It is no form with files.
    """

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise FormError
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.is_complete = False
        self._name, self._header, self._value = "", b"", b""
        self._disposition = b""
        self._field, self._field_count = b"", 0
        self._file: list[bytes] = []
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin_part,
            "on_header_field": self._add_header,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_content,
            "on_part_data": self._add_content,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], callbacks)
        except FormParserError as error:
            raise FormError from error

    def feed(self, data: bytes) -> bytes:
        """Reads a piece of the body; returns the bytes of the file in it.

        Raises:
            FormError: The form is malformed.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise FormError from error
        content, self._file = b"".join(self._file), []
        return content

    def _begin_part(self) -> None:
        self._header, self._value, self._disposition = b"", b"", b""

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header = _joined(self._header, data[start:end])

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value = _joined(self._value, data[start:end])

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name == _FILE:
            if self.file_name is not None:
                raise FormError
            self.file_name = _unescaped(options.get(b"filename", b"").decode("utf-8", "replace"))
        elif self.file_name is not None or self._field_count >= _MOST_FIELDS:
            raise FormError
        self._field, self._field_count = b"", self._field_count + 1

    def _add_content(self, data: bytes, start: int, end: int) -> None:
        if self._name == _FILE:
            self._file.append(data[start:end])
        else:
            self._field = _joined(self._field, data[start:end])

    def _end_part(self) -> None:
        if self._name != _FILE:
            self.fields[self._name] = self._field.decode("utf-8", "replace")

    def _end(self) -> None:
        self.is_complete = True


def _unescaped(name: str) -> str:
    """Returns a file name without the escapes of browsers (WHATWG HTML, 4.10.21.8)."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _joined(before: bytes, more: bytes) -> bytes:
    if len(before) + len(more) > _LONGEST_VALUE:
        raise FormError
    return before + more
