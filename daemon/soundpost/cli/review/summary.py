"""Prints the precision of each label, as a table or as JSON."""

from collections.abc import Mapping, Sequence
from typing import TextIO

import msgspec

from soundpost.cli.review.interactive.layout import fit, width
from soundpost.review import ReviewedEvent, Verdict
from soundpost.review.precision import LabelFigures, figures_by_label, total

_LABEL_COLUMNS = 22
_HEAD = ("events", "right", "wrong", "relabelled", "unsure", "precision", "     95 %")
"""Each one is as wide as its column, with a blank before it: 80 columns with the label."""
_VERDICTS = (Verdict.RIGHT, Verdict.WRONG, Verdict.RELABELLED, Verdict.UNSURE)


def percent(share: float | None) -> str:
    """Returns a share as `83 %`; a dash for None."""
    return "-" if share is None else f"{100 * share:.0f} %"


def percent_interval(interval: tuple[float, float] | None) -> str:
    """Returns an interval as `55-95 %`; a dash for None."""
    return "-" if interval is None else f"{100 * interval[0]:.0f}-{100 * interval[1]:.0f} %"


def write_summary(events: Sequence[ReviewedEvent], out: TextIO, *, is_json: bool) -> None:
    """Prints a line for each label, and one for all.

    Args:
        events: The events.
        out: Receives the lines.
        is_json: True for JSON lines instead of a table.
    """
    figures = figures_by_label(events)
    if is_json:
        out.writelines(_json(own) for own in figures.values())
        return
    _write_table(figures, out)


def _write_table(figures: Mapping[str, LabelFigures], out: TextIO) -> None:
    out.write("label".ljust(_LABEL_COLUMNS) + "".join(f" {name}" for name in _HEAD) + "\n")
    rows = [*figures.values(), total(figures.values())]
    for own in rows:
        counts = [own.events, *(own.verdicts[verdict] for verdict in _VERDICTS)]
        cells = [*map(str, counts), percent(own.precision), percent_interval(own.interval)]
        label = fit(own.label, _LABEL_COLUMNS)
        out.write(label + " " * (_LABEL_COLUMNS - width(label)))
        columns = zip(cells, _HEAD, strict=True)
        out.write("".join(f" {cell.rjust(len(name))}" for cell, name in columns) + "\n")
    reviewed = rows[-1].reviewed
    out.write(f"{reviewed} of {rows[-1].events} events reviewed\n")


def _json(own: LabelFigures) -> str:
    interval = own.interval or (None, None)
    line = {
        "label": own.label,
        "events": own.events,
        "reviewed": own.reviewed,
        **{str(verdict): own.verdicts[verdict] for verdict in _VERDICTS},
        "precision": own.precision,
        "precision_low": interval[0],
        "precision_high": interval[1],
    }
    return msgspec.json.encode(line).decode() + "\n"
