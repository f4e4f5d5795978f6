"""Takes over the results of shards that have folders of their own."""

from collections.abc import Sequence
from pathlib import Path

from soundpost.archive.files import ArchiveFile
from soundpost.archive.journal import FOLDER, Journal, open_journal
from soundpost.archive.settings import Fingerprint
from soundpost.errors import ConfigError


def merge(
    journal: Journal, folders: Sequence[Path], settings: Fingerprint, files: Sequence[ArchiveFile]
) -> None:
    """Copies the parts of files from other folders of results into the journal of a run.

    What none of them has is analyzed by the run, so the tables are complete in any case.

    Args:
        journal: The journal of the run.
        folders: The folders of the shards.
        settings: The fingerprint of the run.
        files: The files of the run.

    Raises:
        ConfigError: A folder has no results, or some of other settings.
        ArchiveError: A folder is still in use, or cannot be read.
    """
    keys = {file.key for file in files}
    for folder in folders:
        if not (folder / FOLDER).is_dir():
            raise ConfigError(
                f"{folder} has no results to merge",
                hint="name the folders that the shards had as --out",
            )
        with open_journal(folder, settings, is_forced=False) as other:
            journal.copy_parts(other, keys)
