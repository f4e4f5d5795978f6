"""The experiment beside `labels.csv`, by which `soundpost-train` reads it as it is."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from soundpost.errors import ReviewError
from soundpost.review.export.labels import BACKGROUND
from soundpost.system.printable import printable

EXPERIMENT_FILE = "experiment.toml"
FEWEST_FOLDS, MOST_FOLDS = 2, 5

_TEXT = """\
# soundpost-train prepare --config {file}
# The folder is absolute: correct it after moving it. training/README.md has all keys.
name = {name}

[data]
kind = "csv"
folder = {folder}
folds = {folds} # by group: the clips of one recording, or of ten minutes of a node, stay together
{background}
[bundle]
id = {name}
version = "0.1.0"
"""


def experiment_text(folder: Path, groups: Mapping[str, int]) -> str:
    """Returns the experiment as TOML.

    Args:
        folder: The absolute path of the training folder.
        groups: The number of groups of each label. There are no more folds than the label with
            the fewest has groups, so that each fold has all labels.

    Raises:
        ReviewError: The path is not UTF-8, which TOML cannot hold.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise ReviewError(
            "the name of the folder is not UTF-8", hint="name another folder with --export"
        ) from error
    least = min((count for label, count in groups.items() if label != BACKGROUND), default=0)
    background = f'background = ["{BACKGROUND}"] # events that were wrong\n'
    return _TEXT.format(
        file=printable(str(folder / EXPERIMENT_FILE)),
        name=json.dumps(_id_of(folder.name)),
        # A string of JSON is one of TOML, except for this character.
        folder=json.dumps(str(folder), ensure_ascii=False).replace("\x7f", "\\u007f"),
        folds=max(FEWEST_FOLDS, min(MOST_FOLDS, least)),
        background=background if BACKGROUND in groups else "",
    )


def _id_of(name: str) -> str:
    """Returns a name as the id of an experiment and of a bundle."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "review"
