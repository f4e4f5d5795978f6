"""The bundle that training starts from, and takes features of, where no other is named."""

from soundpost.classify import installed_bundles

PREFERRED = ("everyday", "esc50")
"""The first that is installed: the one of the most kinds of sound."""


def default_bundle() -> str:
    """Returns the name of the preferred bundle among those that are installed."""
    installed = {folder.name for folder in installed_bundles()}
    return next((name for name in PREFERRED if name in installed), PREFERRED[-1])
