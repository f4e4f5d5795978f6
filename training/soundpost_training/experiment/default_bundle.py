"""The folder of a bundle that is named, and the bundle that is meant where none is."""

from pathlib import Path

from soundpost.classify import find_bundle, installed_bundles
from soundpost.manifest import MANIFEST_FILE

PREFERRED = ("everyday", "esc50")
"""The first that is installed: the one of the most kinds of sound."""


def default_bundle() -> str:
    """Returns the name of the preferred bundle among those that are installed."""
    installed = {folder.name for folder in installed_bundles()}
    return next((name for name in PREFERRED if name in installed), PREFERRED[-1])


def bundle_folder(name_or_folder: Path) -> Path:
    """Returns the folder of a bundle: one that has a manifest, or that of an installed bundle.

    Raises:
        BundleError: There is no such bundle.
    """
    if (name_or_folder / MANIFEST_FILE).is_file():
        return name_or_folder
    return find_bundle(str(name_or_folder))
