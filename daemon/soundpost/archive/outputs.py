"""The files of every run: one line of JSON for each event, one row for each recording."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import UNSET, UnsetType

from soundpost.archive.part import Part
from soundpost.archive.row import Row
from soundpost.archive.tables.cells import csv_text, decimal, iso_utc
from soundpost.archive.tables.files import open_table
from soundpost.audio import NANOSECONDS
from soundpost.messages.payload import ModelIdentity
from soundpost.system.atomic_file import open_atomic
from soundpost.system.clock import rfc3339

DETECTIONS_FILE = "detections.jsonl"
RECORDINGS_FILE = "recordings.csv"

_COLUMNS = (
    *("file", "seconds", "rate_hz", "start_utc", "time_source", "time_flags", "events"),
    *("sha256", "damage", "failure", "range_weeks"),
)


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event of an archive as a line of JSON; docs/ARCHIVES.md describes the fields.

    Fields that a detection on MQTT has (docs/PAYLOAD.md) have the same names and meanings.
    """

    id: str
    file: str
    begin_seconds: float
    end_seconds: float
    label: str
    common_name: str | UnsetType = UNSET
    scientific_name: str | UnsetType = UNSET
    score: float
    threshold: float
    onset: str | None
    offset: str | None
    time_flags: tuple[str, ...]
    level_dbfs: float
    model: ModelIdentity
    licence: str | UnsetType = UNSET


def write_detections(
    path: Path,
    rows: Iterable[Row],
    models: Mapping[str, ModelIdentity],
    licences: Mapping[str, str],
) -> None:
    """Writes one line of JSON for each event.

    Args:
        path: The file; it is replaced once the new one is complete.
        rows: The events.
        models: The identities of the models, by id.
        licences: The licences of the models, by id, as far as they are known.

    Raises:
        OSError: It cannot be written.
    """
    with open_atomic(path) as file:
        for row in rows:
            file.write(
                msgspec.json.encode(_line(row, models[row.model_id], licences.get(row.model_id)))
                + b"\n"
            )


def write_recordings(path: Path, parts: Iterable[Part], failures: Mapping[str, str]) -> None:
    """Writes one row of CSV for each recording, and then one for each that was left out.

    Args:
        path: The file; it is replaced once the new one is complete.
        parts: The recordings that were analyzed.
        failures: The reasons for which others were not, by name.

    Raises:
        OSError: It cannot be written.
    """
    with open_table(path, is_durable=True) as file:
        writer = csv.writer(file, lineterminator="\r\n")  # RFC 4180
        writer.writerow(_COLUMNS)
        writer.writerows(map(_cells, parts))
        for name, reason in failures.items():
            cells = dict.fromkeys(_COLUMNS, "") | {"file": name, "failure": reason}
            writer.writerow(map(csv_text, cells.values()))


def _line(row: Row, model: ModelIdentity, licence: str | None) -> EventLine:
    onset_ns = row.onset_utc_ns
    return EventLine(
        id=row.id,
        file=row.file,
        begin_seconds=row.begin_seconds,
        end_seconds=row.end_seconds,
        label=row.label,
        common_name=row.common_name or UNSET,
        scientific_name=row.scientific_name or UNSET,
        score=row.score,
        threshold=row.threshold,
        onset=None if onset_ns is None else rfc3339(onset_ns),
        offset=None if onset_ns is None else rfc3339(onset_ns + _length_ns(row)),
        time_flags=row.time_flags,
        level_dbfs=row.level_dbfs,
        model=model,
        licence=licence or UNSET,
    )


def _length_ns(row: Row) -> int:
    return round((row.end_seconds - row.begin_seconds) * NANOSECONDS)


def _cells(part: Part) -> tuple[str, ...]:
    return (
        csv_text(part.file),
        decimal(part.seconds),
        str(part.rate_hz),
        iso_utc(part.utc_ns),
        part.time_source,
        ";".join(part.time_flags),
        str(len(part.rows)),
        part.sha256,
        csv_text(part.damage),
        "",
        part.range_weeks,
    )
