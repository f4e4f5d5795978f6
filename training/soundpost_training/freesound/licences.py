"""Names of Creative Commons licences: on the command line, in the API's filter, in tables."""

import re

FILTER_NAMES = {
    "cc0": ("Creative Commons 0",),
    "by": ("Attribution",),
    "by-nc": ("Attribution NonCommercial", "Attribution Noncommercial"),
}
"""The names of each choice in the API's filter; the spelling of one changed over the years."""

ADDRESS = re.compile(r"//creativecommons\.org/(publicdomain/zero|licenses/[a-z+-]+)/(\d\.\d)")


def licence_filter(choices: tuple[str, ...]) -> str:
    """Returns the API's filter for sounds under any of these licences."""
    names = [f'"{name}"' for choice in choices for name in FILTER_NAMES[choice]]
    return f"license:({' OR '.join(names)})"


def short_name(url: str) -> str | None:
    """Returns the name of a licence by its address, such as `CC BY 4.0`; None for another one."""
    match = ADDRESS.search(url)
    if match is None:
        return None
    kind, version = match.groups()
    if kind.startswith("publicdomain"):
        return f"CC0 {version}"
    return f"CC {kind.removeprefix('licenses/').upper()} {version}"


def is_chosen(name: str, choices: tuple[str, ...]) -> bool:
    """Returns whether a licence, by its short name, is one of the choices."""
    kind = name.rpartition(" ")[0].removeprefix("CC ").lower()
    return kind in choices
