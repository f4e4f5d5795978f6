"""The texts of the page, in one file for each language."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).with_name("text")
ENGLISH = "en"


class Catalogue:
    """The texts of a language, by names such as `live.title`.

    Args:
        language: The name of a file in `text`, without its suffix.
    """

    def __init__(self, language: str = ENGLISH) -> None:
        self.language = language
        content = (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
        self._texts = dict(_flat(tomllib.loads(content), ""))

    def __call__(self, name: str, /, **values: object) -> str:
        """Returns a text with values in the place of `{name}`.

        Raises:
            KeyError: There is no such text, or it needs another value.
        """
        return self._texts[name].format(**values)

    def get(self, name: str, otherwise: str) -> str:
        """Returns a text, or another if there is none, as for a problem of a later version."""
        return self._texts.get(name, otherwise)

    @property
    def names(self) -> set[str]:
        """The names of all texts."""
        return set(self._texts)


def _flat(tables: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tables.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", str(value)))
    return found
