"""Creative Commons licences as people, the API's filter and its answers call them."""

import re

ASKED = {
    "cc0": ("Creative Commons 0",),
    "by": ("Attribution",),
    "by-nc": ("Attribution NonCommercial", "Attribution Noncommercial"),
}
"""What may be asked for, and its names in the filter: the spelling changed over the years."""

DEED = re.compile(r"//creativecommons\.org/(publicdomain/zero|licenses/[a-z+-]+)/(\d\.\d)")


def filter_of(asked: tuple[str, ...]) -> str:
    """The API's filter for sounds under any of these licences."""
    names = [f'"{name}"' for licence in asked for name in ASKED[licence]]
    return f"license:({' OR '.join(names)})"


def short_name(url: str) -> str | None:
    """`CC0 1.0`, `CC BY 4.0` and so on for the address of a licence; none of another address."""
    deed = DEED.search(url)
    if deed is None:
        return None
    kind, version = deed.groups()
    if kind.startswith("publicdomain"):
        return f"CC0 {version}"
    return f"CC {kind.removeprefix('licenses/').upper()} {version}"


def is_asked(name: str, asked: tuple[str, ...]) -> bool:
    """Whether a licence in its short name is one of those that were asked for."""
    kind = name.rpartition(" ")[0].removeprefix("CC ").lower()
    return kind in asked
