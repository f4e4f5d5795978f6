"""A text beside the tables: models with their licences, and the program of each table."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from soundpost import __version__
from soundpost.archive.row import Row
from soundpost.archive.tables.cells import tab_text
from soundpost.archive.tables.origin import Archive, Sink
from soundpost.archive.tables.timeline import PlacedRecording
from soundpost.system.atomic_file import write_atomic

NAME = "TABLES.txt"


@contextmanager
def write_about(out: Path, archive: Archive, files: Sequence[str]) -> Iterator[Sink]:
    """Collects the models of all rows, and writes the text at the end of the context.

    Args:
        out: The folder of the tables.
        archive: Recordings and licences.
        files: One line about each table.
    """
    models: dict[tuple[str, str], str] = {}
    events = 0

    def add(row: Row, _placed: PlacedRecording) -> None:
        nonlocal events
        events += 1
        models[row.model_id, row.model_version] = archive.licence(row)

    yield add
    lines = [
        f"{events} events in {len(archive.recordings)} recordings.",
        f"Written by Soundpost {__version__}.",
        "",
        "Models:",
        *(
            f"  {tab_text(f'{model} {version}')}: licence "
            f"{tab_text(licence) or 'not stated; see the card of the model'}"
            for (model, version), licence in sorted(models.items())
        ),
        *([] if models else ["  none: there are no events"]),
        "",
        "Tables:",
        *(f"  {line}" for line in files),
    ]
    write_atomic(out / NAME, ("\n".join(lines) + "\n").encode())
