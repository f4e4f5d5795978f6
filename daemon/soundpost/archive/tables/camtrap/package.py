"""Writes the package of an archive: three tables, and the file that describes them."""

import csv
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from soundpost.archive.row import Row
from soundpost.archive.tables.camtrap import columns
from soundpost.archive.tables.camtrap.datapackage import TABLES, describe_package
from soundpost.archive.tables.camtrap.media import deployment_cells, media_cells
from soundpost.archive.tables.camtrap.observations import observation_cells, observation_type
from soundpost.archive.tables.camtrap.selection import Selection, select
from soundpost.archive.tables.camtrap.survey import Survey
from soundpost.archive.tables.camtrap.taxa import Taxa
from soundpost.archive.tables.files import open_table
from soundpost.archive.tables.origin import Archive, Origin, Sink
from soundpost.archive.tables.timeline import PlacedRecording
from soundpost.errors import ConfigError
from soundpost.system.atomic_file import write_atomic
from soundpost.system.printable import printable

FOLDER = "camtrap"
NAME = f"{FOLDER}/datapackage.json"
LEFT_OUT = "left_out.csv"

_log = logging.getLogger("soundpost.archive")


def check_survey(origin: Origin) -> Survey:
    """Returns the places and the properties of the package.

    Raises:
        ConfigError: There are none.
    """
    if origin.survey is None:
        raise ConfigError(
            "Camtrap DP requires the place of the recorder, which is not given",
            hint="add --location LAT,LON, which is published rounded to --location-decimals; or "
            "leave out the format camtrap",
        )
    return origin.survey


@contextmanager
def open_package(out: Path, archive: Archive) -> Iterator[Sink]:
    """Opens the package of an archive; its files get their names at the end of the context.

    Recordings without a certain time or place are left out, and listed in a table beside it. If
    none remains there is no package.

    Raises:
        ConfigError: The place of the recorder is not given.
    """
    survey = check_survey(archive.origin)
    selection = select(archive.recordings, survey)
    folder = out / FOLDER
    if not selection.spans:
        _remove(folder)
        yield lambda _row, _placed: None
        _write_left_out(folder, selection)
        return
    taxa, models = Taxa(), dict[tuple[str, str], str]()
    with open_table(folder / "observations.csv", is_durable=True) as file:
        writer = _writer(file, columns.OBSERVATIONS)

        def add(row: Row, placed: PlacedRecording) -> None:
            deployment = selection.deployments.get(row.file)
            if deployment is None or row.onset_utc_ns is None:
                return
            kind = observation_type(row, archive.label(row))
            cells = observation_cells(
                row, row.onset_utc_ns, deployment, kind=kind, media_id=placed.recording.sha256
            )
            if licence := archive.licence(row):
                cells["observationTags"] += f"|{columns.tags(licence=licence)}"
            writer.writerow(cells)
            taxa.add(row, archive.origin.manifests.get(row.model_id))
            models[row.model_id, row.model_version] = archive.licence(row)

        yield add
    _write_media(folder, archive, selection)
    _write(folder / "deployments.csv", columns.DEPLOYMENTS, deployment_cells(selection))
    _write_left_out(folder, selection)
    content = describe_package(survey, selection, _describe(models), taxa.descriptions())
    write_atomic(out / NAME, content)


def _writer(file: TextIO, names: Sequence[str]) -> "csv.DictWriter[str]":
    writer = csv.DictWriter(file, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    return writer


def _write(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    with open_table(path, is_durable=True) as file:
        _writer(file, names).writerows(rows)


def _write_media(folder: Path, archive: Archive, selection: Selection) -> None:
    _write(
        folder / "media.csv",
        columns.MEDIA,
        (
            media_cells(recording, recording.utc_ns, selection.deployments[recording.file])
            for recording in archive.recordings
            if recording.file in selection.deployments and recording.utc_ns is not None
        ),
    )


def _write_left_out(folder: Path, selection: Selection) -> None:
    """Writes the recordings that the package does not have, with the reasons."""
    left_out = selection.left_out
    rows = [{"file": printable(file), "reason": reason} for file, reason in left_out.items()]
    _write(folder / LEFT_OUT, ("file", "reason"), rows)
    if not selection.spans:
        _log.warning("no recording has a certain time and a place, so %s is not written", NAME)
    if left_out:
        _log.warning(
            "%d of %d recordings are not in %s: %s/%s names them",
            *(len(left_out), len(left_out) + len(selection.deployments), NAME, FOLDER, LEFT_OUT),
        )


def _remove(folder: Path) -> None:
    """Removes the package of an earlier run, first the file that makes it one."""
    for name in ("datapackage.json", *(f"{table}.csv" for table in TABLES)):
        (folder / name).unlink(missing_ok=True)


def _describe(models: Mapping[tuple[str, str], str]) -> list[dict[str, str]]:
    return [
        {"title": model, "version": version} | ({"licence": licence} if licence else {})
        for (model, version), licence in sorted(models.items())
    ]
