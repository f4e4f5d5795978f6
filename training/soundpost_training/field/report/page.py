"""The report of a field evaluation: one HTML file, its picture included."""

import base64
from html import escape

from rich.table import Table

from soundpost_training.field.report.curves import draw_curves
from soundpost_training.field.report.tables import field_tables
from soundpost_training.field.score.figures import FieldReport

PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem;
  color: #222 }}
table {{ border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }}
caption {{ text-align: left; font-weight: 600 }}
td, th {{ padding: .15rem .8rem; border-bottom: 1px solid #ddd; text-align: left }}
img {{ max-width: 100%; height: auto }} p {{ max-width: 46rem }} code {{ font-size: .9em }}
</style>
<h1>{title}</h1>
<p>{folder}. <code>{command}</code></p>
<p>Each recording runs through the gate, the features, the network and the tracker of the daemon. A
sound is found by an event of its label that overlaps it or misses it by at most {collar:g} s. An
event in negatives is false unless its label may sound there. A delay is the time from the
annotated onset to the end of the window with which the event started. Intervals are 95 %: Wilson
of shares, Poisson of rates.</p>
{tables}
<h2>Recall over false events</h2>
<p>Over thresholds from 0.02 to 0.995, with smoothing and durations as they are; the dot is
the threshold in use.</p>
<img alt="recall over false events an hour of each annotated label" src="{curves}">
<h2>Not scored</h2>
<ul>{notes}</ul>
</html>
"""


def field_page(report: FieldReport) -> str:
    """Returns the HTML of a report."""
    chosen = {label.label: label.threshold for label in report.methods[0].labels}
    picture = base64.b64encode(draw_curves(report.curves, chosen)).decode()
    return PAGE.format(
        title=escape(f"{report.bundle}: field report"),
        folder=escape(report.folder),
        command=escape(report.command),
        collar=report.collar_seconds,
        tables="\n".join(map(_html, field_tables(report))),
        curves=f"data:image/png;base64,{picture}",
        notes="".join(f"<li>{escape(note)}</li>" for note in report.notes) or "<li>nothing</li>",
    )


def _html(table: Table) -> str:
    """Returns a table of the terminal as HTML."""
    heads = "".join(f"<th>{escape(str(column.header))}</th>" for column in table.columns)
    rows = zip(*(column.cells for column in table.columns), strict=True)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    caption = escape(str(table.title or ""))
    return f"<table><caption>{caption}</caption><tr>{heads}</tr>\n{body}</table>"
