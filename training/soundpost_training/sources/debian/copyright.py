"""Licences and authors of a package's files, from its copyright file.

The machine-readable format is DEP-5:
https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

MACHINE_READABLE = re.compile(
    r"\A\s*Format(-Specification)?:\s*\S*(copyright-format|dep5|DEP5)", re.IGNORECASE
)

FIELD = re.compile(r"([A-Za-z][A-Za-z-]*):(.*)")

SHORT_NAMES = (
    (r"CC0|Creative Commons Zero", "CC0-1.0"),
    (r"Attribution[- ]Share ?Alike|CC[- ]BY[- ]SA", "CC-BY-SA"),
    (r"Creative Commons Attribution(?![- ]Share)|CC[- ]BY(?![- ]SA)", "CC-BY"),
    (r"common-licenses/LGPL|Lesser General Public|Library General Public", "LGPL"),
    (r"common-licenses/GPL-3|General Public Licen[cs]e.{0,60}version 3", "GPL-3"),
    (r"common-licenses/GPL(-2)?\b|General Public Licen[cs]e", "GPL-2+"),
    (r"common-licenses/Artistic|Artistic Licen[cs]e", "Artistic"),
    (r"Permission is hereby granted, free of charge", "Expat"),
    (r"Redistribution and use in source and binary forms", "BSD"),
    (r"public domain", "public-domain"),
)
"""Licences in the text of a file that is not machine-readable; several may be found."""

UNNAMED = "free software (Debian main)"
"""The licence where the text has none of these names; Debian main has only free ones."""

MOST_HOLDERS = 5
"""Copyright holders that an attribution names; the file has the rest."""


class Rights(NamedTuple):
    """The licence of a file, and the holders of its copyright."""

    licence: str
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A `Files` paragraph: its patterns as they are and as regular expressions, and its rights."""

    patterns: tuple[str, ...]
    expressions: tuple[re.Pattern[str], ...]
    rights: Rights


class Copyright:
    """The rights in the files of a package.

    Args:
        text: The copyright file.
    """

    def __init__(self, text: str) -> None:
        self._paragraphs: list[_Paragraph] = []
        if MACHINE_READABLE.match(text):
            fields = map(_fields, re.split(r"\n(?:[ \t]*\n)+", text.replace("\r\n", "\n")))
            self._paragraphs = [_paragraph(each) for each in fields if each.get("files")]
        self._text_rights = Rights(*_read_text(text))

    @property
    def is_machine_readable(self) -> bool:
        """True if the file has paragraphs for patterns of files."""
        return bool(self._paragraphs)

    def rights(self, path: str, pattern: str = "") -> Rights:
        """Returns the rights in a file; of several paragraphs for it the last one holds.

        The patterns are for paths in the source, and a package installs its files elsewhere, so a
        pattern may match any end of the path that begins at a folder.

        Args:
            path: The path in the package.
            pattern: The pattern of the paragraph to use, where it is known.
        """
        for paragraph in reversed(self._paragraphs):
            if pattern and pattern in paragraph.patterns:
                return paragraph.rights
            if not pattern and any(each.search(path) for each in paragraph.expressions):
                return paragraph.rights
        return self._text_rights


def _fields(paragraph: str) -> dict[str, str]:
    """Returns the fields of a paragraph by their names in lower case; lines stay lines."""
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.splitlines():
        match = None if line[:1] in {" ", "\t", "#"} else FIELD.fullmatch(line)
        if match:
            name = match[1].lower()
            fields[name] = match[2].strip()
        elif name and not line.startswith("#"):
            fields[name] += f"\n{line.strip()}"
    return fields


def _paragraph(fields: dict[str, str]) -> _Paragraph:
    patterns = tuple(fields["files"].replace(",", " ").split())
    licence = fields.get("license", "").partition("\n")[0].strip()
    lines = [line.strip(" .") for line in fields.get("copyright", "").splitlines()]
    holders = tuple(line for line in lines if line)
    rights = Rights(licence or UNNAMED, holders)
    return _Paragraph(patterns, tuple(map(_expression, patterns)), rights)


def _expression(pattern: str) -> re.Pattern[str]:
    r"""Returns the regular expression of a pattern: `*` and `?` also match `/`, `\` quotes."""
    parts = []
    for part in re.findall(r"\\.|[*?]|[^*?\\]+|\\", pattern.removeprefix("./")):
        match part:
            case "*":
                parts.append(".*")
            case "?":
                parts.append(".")
            case _:
                parts.append(re.escape(part.removeprefix("\\")))
    return re.compile(f"(?:^|/){''.join(parts)}$", re.DOTALL)


def _read_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Returns the names of licences in a text, and its lines of copyright."""
    names = [
        name for pattern, name in SHORT_NAMES if re.search(pattern, text, re.IGNORECASE | re.DOTALL)
    ]
    lines = re.findall(r"^.*(?:copyright (?:\(c\)|©|\d)|©).*$", text, re.IGNORECASE | re.MULTILINE)
    holders = dict.fromkeys(line.strip(" *#.\t") for line in lines)
    return " or ".join(names) or UNNAMED, tuple(holders)


def attribution(package: str, version: str, rights: Rights) -> str:
    """Returns the attribution of a file: package, holders, and where the licence stands."""
    holders = "; ".join(rights.holders[:MOST_HOLDERS])
    more = " and others" if len(rights.holders) > MOST_HOLDERS else ""
    authors = f": {holders}{more}" if holders else ""
    return f"Debian package {package} {version}, its file copyright{authors}"
