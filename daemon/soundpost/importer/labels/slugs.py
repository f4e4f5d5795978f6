"""Label names that MQTT topics and files can have, made from the names that people use."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from soundpost.events import ANY, UNKNOWN

LONGEST = 64
"""Characters of a label name in a manifest."""

_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "\u0131": "i",
        "ħ": "h",
    }
)
"""Latin letters that Unicode does not decompose into a letter of ASCII and a mark."""

_DROPPED = re.compile("['`.\u2019\u02bc\u02bb\u00b4]")
"""Apostrophes of all kinds, and full stops, within a word: `Wilson's` becomes `wilsons`."""
_NOT_ALLOWED = re.compile(r"[^a-z0-9]+")


class Names(NamedTuple):
    """The names of a label as its label file has them; at least one is given."""

    common: str | None
    scientific: str | None


def slug(text: str) -> str:
    """Returns a name of lower-case letters, digits and underscores; empty if nothing is left.

    Accents are dropped, other Latin letters are written with those of ASCII, words are joined by
    underscores. Letters of other scripts are left out.
    """
    plain = _DROPPED.sub("", _ascii(text))
    return _cut(_NOT_ALLOWED.sub("_", plain).strip("_"))


def unique_slugs(names: Sequence[Names]) -> list[str]:
    """Returns a slug for each label, in the same order; each is a legal label name, used once.

    It is made from the common name; from the scientific one where the common name is absent or has
    letters that ASCII cannot write; from the position where neither gives one. Labels that would
    share a slug get their scientific names appended, then numbers.
    """
    first = [_first_choice(label, position) for position, label in enumerate(names)]
    shared = {name for name, count in Counter(first).items() if count > 1}
    second = [
        _joined(name, slug(label.scientific or "")) if name in shared else name
        for name, label in zip(first, names, strict=True)
    ]
    taken: set[str] = set()
    counts = Counter(second)
    slugs = []
    for name in second:
        free, number = name, 1
        while free in taken or (number > 1 and free in counts):
            number += 1
            free = _joined(name, str(number))
        taken.add(free)
        slugs.append(free)
    return slugs


def _first_choice(label: Names, position: int) -> str:
    common, scientific = label.common or "", label.scientific or ""
    candidates = [slug(scientific), slug(common)]
    if _is_latin(common):
        candidates.reverse()
    name = next(filter(None, candidates), f"label_{position}")
    return f"{name}_sound" if name in {ANY, UNKNOWN} else name  # both are reserved


def _ascii(text: str) -> str:
    """Returns the text in lower case, with the letters of ASCII where it has Latin ones."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _is_latin(text: str) -> bool:
    """Returns whether ASCII can write all letters of a text."""
    return all(char.isascii() for char in _ascii(text) if char.isalpha())


def _joined(name: str, suffix: str) -> str:
    """Returns both parts with an underscore; the first is cut so that the second fits."""
    if not suffix or name == suffix:
        return name
    suffix = suffix[: LONGEST // 2].strip("_")
    return f"{_cut(name, LONGEST - len(suffix) - 1)}_{suffix}"


def _cut(name: str, longest: int = LONGEST) -> str:
    """Returns a name without the words that are too many, or cut within its only word."""
    if len(name) <= longest:
        return name
    whole_words = name[: longest + 1].rpartition("_")[0]
    return whole_words if len(whole_words) > longest // 2 else name[:longest].strip("_")
