"""Paths that all machines of a cluster share, and what a machine sees there."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec

from soundpost.archive.files import ArchiveFile
from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.find import find_bundle
from soundpost.heads.location import heads_folder


def with_absolute_paths(settings: AnalysisSettings) -> AnalysisSettings:
    """Returns the settings with the paths of bundles and heads from the root; names stay names."""
    config = settings.config
    models = [
        msgspec.structs.replace(model, bundle=str(absolute(find_bundle(model.bundle))))
        if "/" in model.bundle
        else model
        for model in config.all_models
    ]
    folder = heads_folder(config.heads)
    heads = msgspec.structs.replace(
        config.heads, folder=None if folder is None else str(absolute(folder))
    )
    return replace(settings, config=msgspec.structs.replace(config, models=models, heads=heads))


def absolute(path: Path) -> Path:
    """Returns a path from the root; links stay, because they may lead elsewhere on a worker."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - see above


def sight_problem(file: ArchiveFile) -> str:
    """Returns why a machine does not see a file as it was found; empty if it does."""
    try:
        size_bytes = Path(file.path).stat().st_size
    except OSError as error:
        return error.strerror or str(error)
    if size_bytes != file.size_bytes:
        return f"{size_bytes} bytes instead of {file.size_bytes}"
    return ""
