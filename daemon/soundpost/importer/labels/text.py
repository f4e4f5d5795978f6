"""The text of a label file, as lines: its encoding, its line ends, its size."""

import re
from pathlib import Path

from soundpost.errors import BundleImportError
from soundpost.system.regular_file import read_regular

LARGEST_BYTES = 4_000_000
"""Ten times the label file of BirdNET, which has 6,522 species with both names."""

_LINE_END = re.compile(r"\r\n|\n|\r")
"""Not `str.splitlines`, which also splits at characters that a name may have, such as U+2028."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_label_file(
    path: Path, hint: str = "give a text file with a label in each line, or a CSV file"
) -> list[str]:
    """Returns the lines of a file of labels or groups; see `text_lines`.

    Args:
        path: The file.
        hint: The hint of the error if it cannot be read.

    Raises:
        BundleImportError: It cannot be read, or is not text.
    """
    try:
        content = read_regular(path, LARGEST_BYTES)
    except OSError as error:
        raise BundleImportError(
            f"{path} cannot be read: {error.strerror}",
            hint=hint,
        ) from error
    return text_lines(content, str(path))


def text_lines(content: bytes, where: str) -> list[str]:
    """Returns the lines of a text, without their ends and without blank lines at its end.

    Lines end with LF, CRLF or CR; a byte order mark is left out.

    Args:
        content: UTF-8, or UTF-16 with a byte order mark.
        where: The name of the file, for errors.

    Raises:
        BundleImportError: It has no line, is in another encoding, or holds control characters.
    """
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BundleImportError(
            f"{where}: expected UTF-8 text, got byte {content[error.start]:#04x} at {error.start}",
            hint="convert it: iconv -f WINDOWS-1252 -t UTF-8",
        ) from error
    lines = _LINE_END.split(text)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise BundleImportError(
            f"{where}: expected a label in each line, got an empty file",
            hint="give the label file that belongs to the model",
        )
    for number, line in enumerate(lines, 1):
        if control := _CONTROL.search(line):
            raise BundleImportError(
                f"{where}: expected text, got the control character {control[0]!r} in line "
                f"{number}",
                hint="give the label file that belongs to the model",
            )
    return lines
