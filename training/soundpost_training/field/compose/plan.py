"""The plan of a composed field folder: its negatives by kind, and what is annotated."""

from importlib.resources import as_file, files
from typing import NamedTuple

from soundpost_training.dataset.readers.csv_rows import read_rows

TABLE = "negatives.csv"
COLUMNS = {"kind", "source", "name", "may_sound", "reason"}
HINT = "expected the columns kind,source,name,may_sound,reason"

LASTING_LABELS = frozenset(
    {"airplane", "birds", "clock", "engine", "fire", "insects", "rain", "typing", "water", "waves"}
    | {"wind"}
)
"""Labels of ESC-50 that are not annotated: sounds without an onset, or the place itself."""

URBAN_EVENTS = ("car_horn", "dog_bark", "gun_shot", "siren")
"""Classes of UrbanSound8K that are annotated; the others are negatives."""


class NegativePlan(NamedTuple):
    """Recordings of one source that become negatives of one kind.

    Attributes:
        kind: The folder below `negatives/`.
        source: `esc50`, `urbansound8k`, `ambience`, `debian` or `made`.
        name: The category, class, file or label within the source.
        may_sound: Labels that may sound in them.
    """

    kind: str
    source: str
    name: str
    may_sound: tuple[str, ...]


def read_plan() -> list[NegativePlan]:
    """Returns the negatives, in the order of the table."""
    with as_file(files(__package__) / TABLE) as table:
        rows = read_rows(table, COLUMNS, HINT)
    return [
        NegativePlan(row["kind"], row["source"], row["name"], tuple(row["may_sound"].split(";")))
        for row in rows
    ]
