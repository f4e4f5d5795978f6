"""`soundpost bundle labels`: lists the labels of a bundle by all their names."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TextIO

from soundpost.classify import find_bundle, load_bundle
from soundpost.cli.models.labels import REASONS
from soundpost.manifest import Label, OffReason
from soundpost.system.printable import printable

_COLUMNS = ("label", "common name", "scientific name", "group")


@dataclass(frozen=True, slots=True)
class NamedLabelRow:
    """A label as it is listed; the attributes are the keys of the JSON.

    Attributes:
        label: Its name in topics, files and the configuration.
        common_name: The name that people use; None if the bundle has none.
        scientific_name: The name in Latin; None if the bundle has none.
        group: The group of the bundle that it is in, or None.
        on_threshold: The smoothed score that starts an event, of the bundle.
        noise_score: The highest score in silence, hum and noise at the import; None if it was
            low, or not measured.
        off_reason: The reason for which the bundle has it off, or None.
    """

    label: str
    common_name: str | None
    scientific_name: str | None
    group: str | None
    on_threshold: float
    noise_score: float | None
    off_reason: OffReason | None


def labels(name_or_folder: str, find: str | None, out: TextIO, *, is_json: bool) -> int:
    """Prints a row for each label; returns 1 if no label was found.

    Args:
        name_or_folder: The bundle.
        find: Text that is in a name of the label, in any case; None for all labels.
        out: Receives the rows.
        is_json: True for a JSON array instead of a table.

    Raises:
        BundleError: The bundle cannot be used.
    """
    bundle = load_bundle(find_bundle(name_or_folder))
    rows = [_row(label) for label in bundle.manifest.labels if _matches(label, find)]
    if is_json:
        rows_as_json = [asdict(row) for row in rows]
        out.write(json.dumps(rows_as_json, indent=1, ensure_ascii=False) + "\n")
    elif rows:
        _write_table(rows, out)
    else:
        out.write(f"none of {len(bundle.manifest.labels)} labels has {find!r} in a name\n")
    return 0 if rows else 1


def _matches(label: Label, find: str | None) -> bool:
    if find is None:
        return True
    names = (label.name, label.common_name, label.scientific_name)
    return any(find.casefold() in name.casefold() for name in names if name)


def _row(label: Label) -> NamedLabelRow:
    return NamedLabelRow(
        label=label.name,
        common_name=label.common_name,
        scientific_name=label.scientific_name,
        group=label.group,
        on_threshold=label.on_threshold,
        noise_score=label.noise_score,
        off_reason=label.off_by_default,
    )


def _write_table(rows: Sequence[NamedLabelRow], out: TextIO) -> None:
    """Writes a line for each label, without the columns that are empty in all of them."""
    cells = [
        [
            printable(cell or "")
            for cell in (row.label, row.common_name, row.scientific_name, row.group)
        ]
        for row in rows
    ]
    used = [at for at in range(len(_COLUMNS)) if any(line[at] for line in cells)]
    widths = {at: max(len(_COLUMNS[at]), *(len(line[at]) for line in cells)) for at in used}
    head = "  ".join(f"{_COLUMNS[at]:{widths[at]}}" for at in used)
    out.write(f"{head}  starts at  in noise\n")
    for row, line in zip(rows, cells, strict=True):
        named = "  ".join(f"{line[at]:{widths[at]}}" for at in used)
        noise = f"{row.noise_score:8.2f}" if row.noise_score is not None else f"{'-':>8}"
        off = f"  off: {REASONS[row.off_reason]}" if row.off_reason else ""
        out.write(f"{named}  {row.on_threshold:9.2f}  {noise}{off}\n")
