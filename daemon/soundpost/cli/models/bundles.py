"""`soundpost bundles`: lists the models that are installed."""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from soundpost.classify import installed_bundles, load_bundle
from soundpost.classify.bundle import Bundle
from soundpost.cli.models.heads_of_bundles import HeadRow, heads_of_bundles
from soundpost.config import HeadsConfig
from soundpost.errors import BundleError
from soundpost.heads.location import heads_folder
from soundpost.manifest import CARD_FILE, OffReason, groups_of
from soundpost.system.printable import printable
from soundpost.system.units import BYTES_PER_MEGABYTE

_ACCURACY = ("clip_accuracy_int8", "clip_accuracy_float")
"""Names of the figure that is shown, in order of preference."""

_log = logging.getLogger("soundpost")


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle as it is listed; the attributes are the keys of the JSON.

    Attributes:
        name: The name for `--bundle`.
        version: Its version.
        labels: The number of its labels.
        groups: The number of labels in each group that it names.
        off_by_default: The labels that are off unless the configuration names them, by reason.
        bytes: The size of its model.
        sample_rate_hz: The rate of its input.
        data: The data that it was trained on.
        licence: The licence of these data.
        accuracy: The share of held-out clips that it recognises; None if its manifest has none.
        spread: The standard deviation of that over the folds.
        folder: The folder.
        heads: The labels that were taught on this machine and run on it.
    """

    name: str
    version: str
    labels: int
    groups: dict[str, int]
    off_by_default: dict[OffReason, list[str]]
    bytes: int
    sample_rate_hz: int
    data: str
    licence: str
    accuracy: float | None
    spread: float | None
    folder: str
    heads: list[HeadRow]


def bundles(heads: HeadsConfig, out: TextIO, *, is_json: bool) -> int:
    """Prints a row for each installed bundle; returns 1 if there is none that can be used.

    A bundle that is damaged is named in the log with its error, and so is a head.

    Args:
        heads: Names the folder of heads.
        out: Receives the rows.
        is_json: True for one JSON array in place of a table.
    """
    loaded = []
    for folder in installed_bundles():
        try:
            loaded.append(load_bundle(folder))
        except BundleError as error:
            _log.error("%s\n  hint: %s", error, error.hint)
    found = heads_of_bundles(heads_folder(heads), [bundle.manifest for bundle in loaded])
    rows = [_row(bundle, of_bundle) for bundle, of_bundle in zip(loaded, found, strict=True)]
    if is_json:
        out.write(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    elif rows:
        _write_table(rows, out)
    else:
        out.write("no bundle is installed: set SOUNDPOST_MODELS to a folder that holds some\n")
    return 0 if rows else 1


def _row(bundle: Bundle, heads: list[HeadRow]) -> BundleRow:
    manifest = bundle.manifest
    figures = {metric.name: metric for metric in manifest.metrics}
    accuracy = next((figures[name] for name in _ACCURACY if name in figures), None)
    off_by_default: dict[OffReason, list[str]] = {}
    for label in manifest.labels:
        if label.off_by_default is not None:
            off_by_default.setdefault(label.off_by_default, []).append(label.name)
    return BundleRow(
        name=bundle.folder.name,
        version=manifest.version,
        labels=len(manifest.labels),
        groups={group: len(names) for group, names in groups_of(manifest.labels).items()},
        off_by_default=off_by_default,
        bytes=len(bundle.model),
        sample_rate_hz=manifest.input.sample_rate_hz,
        data=manifest.training.data,
        licence=manifest.training.licence,
        accuracy=accuracy.value if accuracy else None,
        spread=accuracy.spread if accuracy else None,
        folder=str(bundle.folder),
        heads=heads,
    )


def _write_table(rows: list[BundleRow], out: TextIO) -> None:
    names = [printable(row.name) for row in rows]
    width = max(len("name"), *map(len, names))
    out.write(f"{'name':{width}}  version  labels  size     accuracy  data, licence\n")
    for name, row in zip(names, rows, strict=True):
        accuracy = "-" if row.accuracy is None else f"{100 * row.accuracy:.1f} %"
        data = printable(f"{row.data}, {row.licence}")
        out.write(
            f"{name:{width}}  {row.version:7}  {row.labels:6}  "
            f"{row.bytes / BYTES_PER_MEGABYTE:.2f} MB  {accuracy:>8}  {data}\n"
        )
    for name, row in zip(names, rows, strict=True):
        if row.groups:
            groups = ", ".join(f"{group} {count}" for group, count in row.groups.items())
            out.write(f"\n{name}, labels of each group: {groups}\n")
        if row.off_by_default:
            off = sum(len(labels) for labels in row.off_by_default.values())
            out.write(f"{name}: {off} labels are off by default, see `soundpost labels`\n")
        if row.heads:
            out.write(f"\n{name}, labels that were taught:\n")
            label_width = max(len(head.label) for head in row.heads)
            out.writelines(
                f"  {head.label:{label_width}}  {printable(head.description)}\n"
                for head in row.heads
            )
    card = printable(str(Path(rows[0].folder) / CARD_FILE))
    out.write(
        "\naccuracy: held-out clips that are recognised. Each bundle has a card with all figures, "
        f"such as\n{card}\n"
    )
