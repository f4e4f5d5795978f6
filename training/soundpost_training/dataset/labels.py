"""The alphabet of labels: they are parts of MQTT topics and of file names."""

import re

from soundpost_training.errors import DatasetError

VALID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")


def refuse_bad_labels(labels: set[str], where: str) -> None:
    """Raises an error for labels that cannot be part of an MQTT topic.

    Args:
        labels: As the recordings' folders or table spell them.
        where: The folder or table, for the error.

    Raises:
        DatasetError: A label has other characters than lower-case letters, digits and
            underscores; so two labels never differ by case only.
    """
    bad = sorted(label for label in labels if not VALID.fullmatch(label))
    if bad:
        raise DatasetError(
            f"{where}: {', '.join(map(repr, bad))} cannot be a label",
            hint="rename to lower-case letters, digits and underscores, "
            f"such as {valid_label(bad[0])}",
        )


def valid_label(label: str) -> str:
    """Returns the valid label that is most like a name."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:64] or "my_label"
