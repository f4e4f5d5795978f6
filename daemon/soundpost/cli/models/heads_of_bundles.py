"""The heads that are installed on this machine, by the bundle that they run on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost.errors import HeadError
from soundpost.heads.installed import InstalledHead, read_installed
from soundpost.manifest import Manifest

_log = logging.getLogger("soundpost")


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A head as it is listed; the attributes are the keys of the JSON.

    Attributes:
        label: Its label.
        version: Its version.
        on_threshold: The smoothed score that starts an event, unless the configuration has another.
        problem: The reason for which it is not run; None if it is run where the bundle is in use.
    """

    label: str
    version: int
    on_threshold: float
    problem: str | None

    @property
    def description(self) -> str:
        """The row in plain words, without the label."""
        state = "ready" if self.problem is None else f"not in use: {self.problem}"
        return f"version {self.version}, threshold {self.on_threshold:.2f}, {state}"


def heads_of_bundles(folder: Path | None, manifests: Sequence[Manifest]) -> list[list[HeadRow]]:
    """Returns the heads of each bundle; the log names those that are of none, or damaged.

    Args:
        folder: The folder of heads; None without one.
        manifests: Of the bundles.
    """
    if folder is None:
        return [[] for _ in manifests]
    # One bundle at a time: a node may use one alone, so another one's labels are no reason.
    try:
        found = [read_installed(folder, [manifest]) for manifest in manifests]
    except HeadError as error:
        _log.error("%s\n  hint: %s", error, error.hint)
        return [[] for _ in manifests]
    rows = [
        [_row(each) for each in installed if _backbone(each) == manifest.model.sha256]
        for manifest, installed in zip(manifests, found, strict=True)
    ]
    known = {manifest.model.sha256 for manifest in manifests}
    for each in found[0] if found else ():
        if _backbone(each) not in known:
            _log.error("head %s: %s\n  hint: %s", each.label.name, each.problem, each.hint)
    return rows


def _backbone(installed: InstalledHead) -> str | None:
    """Returns the hash of the model of a head; None if it is damaged."""
    return installed.head.description.backbone.sha256 if installed.head else None


def _row(installed: InstalledHead) -> HeadRow:
    version = installed.head.description.version if installed.head else 0
    return HeadRow(installed.label.name, version, installed.label.on_threshold, installed.problem)
