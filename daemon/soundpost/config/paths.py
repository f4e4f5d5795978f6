"""Paths in the configuration: which keys hold one, and which texts can be one."""

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

PATH_KEYS = (
    "capture.source",
    "capture.password_file",
    "classify.bundle",
    "heads.folder",
    "evidence.folder",
    "mqtt.password_file",
    "mqtt.ca_file",
    "mqtt.cert_file",
    "mqtt.key_file",
    "mqtt.outbox",
    "metrics.textfile",
)
"""Keys that hold a path, by their full names; `capture.source` only after `wav:`."""
LISTED_PATH_KEYS = ("models.bundle",)
"""Keys that hold a path in each table of a list."""
_OF_A_SOURCE = ("capture", "classify")
"""Tables whose keys a table `[[sources]]` may have, under the same names."""

LONGEST_NAME_BYTES = 255
"""NAME_MAX of Linux: no file system of a node has longer names."""
LONGEST_PATH_BYTES = 4_095
"""PATH_MAX of Linux, less the zero byte at its end."""

_SOURCE, _FILE_SOURCE = "source", "wav:"


class WrongPath(NamedTuple):
    """A text that cannot be a path: the key, the text, what was expected, and the remedy."""

    key: str
    text: str
    expected: str
    hint: str


def expand_paths(tables: dict[str, Any]) -> Iterator[WrongPath]:
    """Replaces a leading `~` in every path, and yields the texts that cannot be a path.

    Args:
        tables: Values by table and key, each of a valid type; changed in place.
    """
    for name, table, key in _paths(tables):
        text = table.get(key)
        has_prefix = key == _SOURCE
        if text is None or (has_prefix and not text.startswith(_FILE_SOURCE)):
            continue
        prefix = _FILE_SOURCE if has_prefix else ""
        path = text.removeprefix(prefix)
        if "\0" not in path:  # expanduser raises for it; _fault gives the error
            path = os.path.expanduser(path)  # noqa: PTH111 - Path raises without a home
        table[key] = prefix + path
        if wrong := _fault(path):
            yield WrongPath(name, table[key], *wrong)


def _paths(tables: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yields the full name, the table and the key of each value that may be a path."""
    for name in PATH_KEYS:
        table, _, key = name.partition(".")
        yield name, tables.get(table, {}), key
        if table in _OF_A_SOURCE:
            for number, source in enumerate(tables.get("sources", [])):
                yield f"sources[{number}].{key}", source, key
    for name in LISTED_PATH_KEYS:
        table, _, key = name.partition(".")
        for number, listed in enumerate(tables.get(table, [])):
            yield f"{table}[{number}].{key}", listed, key


def _fault(path: str) -> tuple[str, str] | None:
    """Returns what is expected of a path and the remedy; None for a possible path."""
    if re.search(r"[\x00-\x1f\x7f]", path):
        return "a path without control characters", "retype the path"
    if path.startswith("~"):
        user = path.split("/", maxsplit=1)[0]
        return "a path below a folder that exists", f"there is no home folder of {user}"
    if path != path.strip():
        return "a path without blanks at its ends", "remove the blank next to the quotes"
    try:
        encoded = os.fsencode(path)
    except UnicodeEncodeError:
        return "a path in UTF-8", "retype the path"
    longest = max(map(len, encoded.split(b"/")))
    if longest > LONGEST_NAME_BYTES or len(encoded) > LONGEST_PATH_BYTES:
        return (
            f"a path of at most {LONGEST_PATH_BYTES} bytes, {LONGEST_NAME_BYTES} in each name",
            "no file can have such a name",
        )
    return None
