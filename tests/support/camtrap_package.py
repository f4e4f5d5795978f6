"""A package of Camtrap DP in a folder of its own, as tests write and read it."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from archive_rows import tables_of
from range_bundle import range_manifest

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables import Origin
from soundpost.archive.tables.camtrap.place import round_place
from soundpost.archive.tables.camtrap.survey import Deployment, Survey

PLACE = round_place(Decimal("52.51631"), Decimal("13.37777"), 2)
SURVEY = Survey("Owls of the Spree", [Deployment("card", "", PLACE)])
ORIGIN = Origin(
    licences={"birds": "CC BY-NC-SA 4.0", "own": "MIT"},
    manifests={"birds": msgspec.structs.replace(range_manifest(b""), language="en")},
    survey=SURVEY,
)


@contextmanager
def package(
    rows: list[Row], recordings: list[AnalyzedRecording], origin: Origin = ORIGIN
) -> Iterator[Path]:
    """Writes a package into a folder of its own, which is removed at the end."""
    with tables_of(rows, recordings, ["camtrap"], origin) as folder:
        yield folder / "camtrap"


def read(folder: Path, table: str) -> list[dict[str, str]]:
    """Reads a table."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def metadata(folder: Path) -> dict[str, Any]:
    """Reads `datapackage.json`."""
    content: dict[str, Any] = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return content
