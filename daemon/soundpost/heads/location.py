"""The folders of heads and of their background."""

import os
from collections.abc import Mapping
from pathlib import Path

from soundpost.config import HeadsConfig
from soundpost.system.systemd import (
    SERVICE_FOLDER,
    SOURCES_FOLDER,
    shared_state_directory,
    state_directory,
)

_HEADS, _BACKGROUND = "heads", "background"


def heads_folder(config: HeadsConfig, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Returns the folder of heads; None without one.

    It is the configured one, else that in the state directory of the service, which all sources
    share: a label that was taught holds for each that uses its backbone. A command that a person
    types finds the state directory of the packaged service, if it may read it.
    """
    if config.folder is not None:
        return Path(config.folder)
    folder = shared_state_directory(environment)
    if folder is not None:
        return folder / _HEADS
    of_service = SERVICE_FOLDER / _HEADS
    return of_service if os.access(of_service, os.R_OK | os.X_OK) else None


def background_folders(
    config: HeadsConfig, environment: Mapping[str, str] = os.environ
) -> list[Path]:
    """Returns the folders with the background of all sources of the node that exist.

    Args:
        config: Names the folder of heads.
        environment: Has the state directory.
    """
    state = shared_state_directory(environment)
    if state is None and config.folder is None:
        state = SERVICE_FOLDER
    if state is not None:
        found = [state / _BACKGROUND, *state.glob(f"{SOURCES_FOLDER}/*/{_BACKGROUND}")]
    else:
        beside = Path(config.folder or "").with_name(_BACKGROUND)
        found = [beside, *beside.glob("*/")]
    return sorted(folder for folder in found if folder.is_dir())


def background_folder(
    config: HeadsConfig, source: str | None, environment: Mapping[str, str] = os.environ
) -> Path | None:
    """Returns the folder in which a source keeps its background; None without one.

    In the state directory of the source, else beside the configured folder of heads.

    Args:
        config: Names the folder of heads.
        source: The name of the source, if the node has several.
        environment: Has the state directory.
    """
    folder = state_directory(environment)
    if folder is not None:
        return folder / _BACKGROUND
    if config.folder is None:
        return None
    beside = Path(config.folder).with_name(_BACKGROUND)
    return beside if source is None else beside / source
