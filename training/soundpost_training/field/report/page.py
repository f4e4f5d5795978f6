"""Reports of an evaluation and of a calibration: one HTML file each, its picture included."""

import base64
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from rich.table import Table

from soundpost_training.field.budget.thresholds import FieldCalibration
from soundpost_training.field.report.curves import draw_curves
from soundpost_training.field.report.tables import calibration_table, field_tables
from soundpost_training.field.score.figures import FieldReport
from soundpost_training.field.score.matching import COLLAR_SECONDS

PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem;
  color: #222 }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
figure {{ margin: 1.5rem 0 }} figcaption {{ font-weight: 600 }}
td, th {{ padding: .15rem .8rem; border-bottom: 1px solid #ddd; text-align: left;
  white-space: nowrap }}
img {{ max-width: 100%; height: auto }} p {{ max-width: 46rem }}
code {{ font-size: .9em; overflow-wrap: anywhere }} .wide {{ overflow-x: auto }}
</style>
<h1>{title}</h1>
<p><code>{command}</code></p>
<p>Each recording runs through the gate, the features, the network and the tracker of the daemon. A
sound is found by an event of its label that overlaps it or misses it by at most {collar:g} s. An
event in negatives is false unless its label may sound there. A delay is the time from the
annotated onset to the end of the window with which the event started. Intervals are 95 %: Wilson
of shares, Poisson of rates.</p>
{tables}
<h2>Recall over false events</h2>
<p>Over all thresholds, with the smoothing and the durations of each label; the dot is the threshold
in use.</p>
<img alt="recall over false events an hour of each annotated label" src="{curves}">
<h2>Not scored</h2>
<ul>{notes}</ul>
</html>
"""


def field_page(report: FieldReport) -> str:
    """Returns the HTML of an evaluation."""
    chosen = {label.label: label.threshold for label in report.methods[0].labels}
    texts = _Texts(f"{report.bundle}: field report", report.command, report.notes)
    return _page(texts, field_tables(report), draw_curves(report.curves, chosen))


def calibration_page(calibration: FieldCalibration) -> str:
    """Returns the HTML of a calibration, with the curves of the labels that are annotated."""
    annotated = [label for label in calibration.labels if label.point.recall.total]
    curves = {label.label: label.curve for label in annotated}
    chosen = {label.label: label.point.threshold for label in annotated}
    title = f"{calibration.bundle}: thresholds by budgets"
    texts = _Texts(title, calibration.command, calibration.notes)
    return _page(texts, [calibration_table(calibration)], draw_curves(curves, chosen))


class _Texts(NamedTuple):
    """The texts of a page: its title, the command line, and what was not scored."""

    title: str
    command: str
    notes: list[str]


def _page(texts: _Texts, tables: Iterable[Table], picture: bytes) -> str:
    return PAGE.format(
        title=escape(texts.title),
        command=escape(texts.command),
        collar=COLLAR_SECONDS,
        tables="\n".join(map(_html, tables)),
        curves=f"data:image/png;base64,{base64.b64encode(picture).decode()}",
        notes="".join(f"<li>{escape(note)}</li>" for note in texts.notes) or "<li>nothing</li>",
    )


def _html(content: Table) -> str:
    """Returns a table of the terminal as HTML."""
    heads = "".join(f"<th>{escape(str(column.header))}</th>" for column in content.columns)
    rows = zip(*(column.cells for column in content.columns), strict=True)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    caption = escape(str(content.title or ""))
    # Beside the table, not in it: a caption of its own would be as wide as the table, and cut off.
    table = f'<div class="wide" tabindex="0"><table><tr>{heads}</tr>\n{body}</table></div>'
    return f"<figure><figcaption>{caption}</figcaption>{table}</figure>"
