"""The labels of a training folder: those that training accepts."""

import hashlib
import re

BACKGROUND = "background"
"""The label of sounds that are none of the labels; the experiment names it in `data.background`."""

LONGEST_LABEL = 64
_HASH_DIGITS = 8


def training_label(label: str) -> str:
    """Returns the label as training takes it: `[a-z0-9][a-z0-9_]{0,63}`.

    A label with none of these characters becomes a hash.
    """
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:LONGEST_LABEL].strip("_")
    digest = hashlib.sha256(label.encode(errors="surrogatepass")).hexdigest()[:_HASH_DIGITS]
    return plain or f"label_{digest}"
