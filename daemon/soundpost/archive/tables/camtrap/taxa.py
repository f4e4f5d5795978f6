"""The species of a package, with their common names in the language of the bundle."""

from soundpost.archive.row import Row
from soundpost.manifest import Manifest
from soundpost.system.printable import printable

_ISO_639_3 = {
    "af": "afr",
    "ar": "ara",
    "bg": "bul",
    "bn": "ben",
    "ca": "cat",
    "cs": "ces",
    "cy": "cym",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "et": "est",
    "eu": "eus",
    "fa": "fas",
    "fi": "fin",
    "fr": "fra",
    "ga": "gle",
    "gl": "glg",
    "he": "heb",
    "hi": "hin",
    "hr": "hrv",
    "hu": "hun",
    "id": "ind",
    "is": "isl",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "lt": "lit",
    "lv": "lav",
    "ml": "mal",
    "mr": "mar",
    "nl": "nld",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sk": "slk",
    "sl": "slv",
    "sr": "srp",
    "sv": "swe",
    "sw": "swa",
    "ta": "tam",
    "th": "tha",
    "tr": "tur",
    "uk": "ukr",
    "ur": "urd",
    "vi": "vie",
    "zh": "zho",
}
"""The codes of three letters that the standard wants, by those of two letters that BCP 47 has. A
language that is not here has its names in the tags of the observations only."""
_LETTERS = 3


class Taxa:
    """Collects the species of the observations."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, str]] = {}

    def add(self, row: Row, manifest: Manifest | None) -> None:
        """Adds the species of an event; a sound that is of none has no scientific name.

        Args:
            row: The event.
            manifest: Of its model; None if that is not at hand.
        """
        if not row.scientific_name:
            return
        names = self._names.setdefault(printable(row.scientific_name), {})
        language = _language(manifest)
        if language and row.common_name:
            names.setdefault(language, row.common_name)

    def descriptions(self) -> list[dict[str, object]]:
        """Returns the species by their names, as `taxonomic` in `datapackage.json` has them."""
        return [
            {"scientificName": species, **({"vernacularNames": names} if names else {})}
            for species, names in sorted(self._names.items())
        ]


def _language(manifest: Manifest | None) -> str | None:
    """Returns the language of a bundle's common names, as ISO 639-3."""
    if manifest is None or manifest.language is None:
        return None
    code = manifest.language.partition("-")[0].lower()
    return code if len(code) == _LETTERS else _ISO_639_3.get(code)
