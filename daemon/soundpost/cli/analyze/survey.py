"""Builds the survey of an archive from the flags of `soundpost analyze`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from soundpost.archive.files import common_folder
from soundpost.archive.tables.camtrap.columns import MISSING
from soundpost.archive.tables.camtrap.place import round_place
from soundpost.archive.tables.camtrap.properties import NOTHING_STATED, Properties, read_properties
from soundpost.archive.tables.camtrap.survey import Deployment, Survey
from soundpost.errors import ConfigError
from soundpost.system.printable import printable

_FORMAT = "camtrap"


def build_survey(options: argparse.Namespace) -> Survey | None:
    """Returns the survey; None without a place, which the format camtrap then refuses.

    Raises:
        ConfigError: A flag of the format is given without it, two places are given for the same
            folder, a name stands for a missing value, or the file of properties is wrong.
    """
    locations = options.locations or ()
    if _FORMAT not in options.formats:
        if locations or options.metadata or options.deployment:
            raise ConfigError(
                "--location, --deployment and --metadata are for a package of Camtrap DP, which is "
                "not among the tables of this run",
                hint=f"add --formats {_FORMAT}; the place of a range model is --latitude and "
                "--longitude",
            )
        return None
    if not locations:
        return None
    title = options.deployment or _folder_name(options.files)
    folders = [item.folder or "" for item in locations]
    if len(set(folders)) < len(folders):
        raise ConfigError(
            "two places are given for the same folder",
            hint="write --location FOLDER=LAT,LON, once for each recorder",
        )
    deployments = [
        Deployment(
            printable(item.folder) if item.folder else title,
            printable(item.folder or ""),
            round_place(item.latitude, item.longitude, options.location_decimals),
        )
        for item in locations
    ]
    _refuse_names([deployment.id for deployment in deployments])
    deployments.sort(key=lambda item: (-len(item.folder), item.folder))
    return Survey(title, deployments, _properties(options.metadata))


def _folder_name(paths: Sequence[Path]) -> str:
    return printable(Path(common_folder(paths)).name) or "archive"


def _properties(path: Path | None) -> Properties:
    return read_properties(path) if path else NOTHING_STATED


def _refuse_names(names: Sequence[str]) -> None:
    """Raises ConfigError for a name that stands twice, or that stands for a missing value."""
    hint = "give it another name with --deployment, or rename the folder"
    for number, name in enumerate(names):
        if name.strip() in MISSING:
            raise ConfigError(
                f"a deployment is called {name!r}, which Camtrap DP reads as no value", hint=hint
            )
        if name in names[:number]:
            raise ConfigError(f"two deployments are called {name!r}", hint=hint)
