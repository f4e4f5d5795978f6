"""Names of labels: parts of MQTT topics and of file names, so their alphabet is small."""

import re

from soundpost_training.errors import DatasetError

GOOD = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")


def refuse_bad_labels(labels: set[str], where: str) -> None:
    """Returns when every label can be told over MQTT.

    Args:
        labels: As the recordings' folders or table spell them.
        where: Which folder or table, for the error.

    Raises:
        DatasetError: A label has other characters than lower-case letters, digits and
            underscores; two labels that differ by case only are among these.
    """
    bad = sorted(label for label in labels if not GOOD.fullmatch(label))
    if bad:
        raise DatasetError(
            f"{where}: {', '.join(map(repr, bad))} cannot be a label",
            hint=f"rename to lower-case letters, digits and underscores, such as {mended(bad[0])}",
        )


def mended(label: str) -> str:
    """A name as near to the given one as can be told over MQTT."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:64] or "my_label"
