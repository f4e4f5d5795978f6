"""Prints the events whose verdict would help a taught label most."""

from pathlib import Path
from typing import TextIO

from soundpost.config import Config
from soundpost.errors import TeachError
from soundpost.review import Selection, open_store
from soundpost.review.origins.import_events import import_events
from soundpost.review.suggest import suggest
from soundpost.system.printable import printable


def suggest_events(config: Config, store_path: Path, label: str, count: int, out: TextIO) -> None:
    """Prints events of a label: uncertain ones that sound unlike each other.

    The clips of the node are imported first.

    Args:
        config: Names the folder of clips.
        store_path: The file of the verdicts.
        label: The label.
        count: The number of events.
        out: Receives a line for each.

    Raises:
        TeachError: There is no event of the label without a verdict.
        ReviewError: The store cannot be used.
    """
    folder = config.evidence.folder
    with open_store(store_path) as store:
        if folder is not None and Path(folder).is_dir():
            import_events(store, Path(folder))
        events = suggest(store.events(Selection(labels=[label])), count)
    if not events:
        raise TeachError(
            f"no event of {label} waits for a verdict",
            hint="let the service run with evidence.folder set: it stores a clip of each event",
        )
    for reviewed in events:
        event = reviewed.event
        out.write(f"{event.score:.2f}  {printable(str(reviewed.sound_file))}\n")
    out.write(
        f"next: soundpost review --label {label} --suggest {count}, then soundpost teach {label} "
        "--again\n"
    )
