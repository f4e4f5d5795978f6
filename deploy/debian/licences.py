"""The licences in `copyright`, Debian's machine-readable lists of them (DEP 5)."""

import re
import sys
from fnmatch import fnmatchcase

from packages import PACKAGES

COPYRIGHTS = [package.control / "copyright" for package in PACKAGES]

# Debian's short names that differ from those of SPDX.
_SPDX = {
    "and": "AND",
    "or": "OR",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "Expat": "MIT",
    "LGPL-2.1+": "LGPL-2.1-or-later",
}


def require_licence(path: str, text: str = "") -> str:
    """Returns the licence of an installed file or folder, as an SPDX expression.

    Args:
        path: The path without its leading slash.
        text: The list of licences; by default those of all packages.

    The process exits with an error if only the paragraph of Soundpost itself (`Files: *`) has it.
    """
    found = ""
    for paragraph in (text or _lists()).split("\n\n"):
        files = re.search(r"^Files: (.+)$", paragraph, re.MULTILINE)
        licence = re.search(r"^License: (.+)$", paragraph, re.MULTILINE)
        if files and licence and files[1] != "*" and _matches(path, files[1].split()):
            found = licence[1]  # of several paragraphs the last one holds
    if not found:
        sys.exit(
            f"deploy/debian/copyright: expected the licence of every packed library and model, "
            f"got none of {path}; add a paragraph for it"
        )
    return " ".join(_SPDX.get(word, word) for word in found.split())


def _lists() -> str:
    return "\n\n".join(path.read_text(encoding="utf-8") for path in COPYRIGHTS)


def _matches(path: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
