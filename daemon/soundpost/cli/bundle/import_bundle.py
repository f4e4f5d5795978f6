"""`soundpost bundle import`: makes a bundle of a foreign model."""

import argparse
import os
from pathlib import Path
from typing import TextIO

from soundpost.classify.find import MODELS_VARIABLE
from soundpost.cli.bundle.import_options import import_options
from soundpost.cli.progress.line import ProgressLine, bar
from soundpost.importer.import_model import import_model
from soundpost.importer.report import (
    ImportReport,
    describe_groups,
    describe_input,
    describe_noisy,
    describe_output,
)
from soundpost.system.printable import printable

MOST_NOISY = 12
"""Labels that score in noise, of which the lines are printed; the card has all of them."""


def import_bundle(options: argparse.Namespace, out: TextIO, terminal: TextIO) -> None:
    """Imports a model, and prints what was found.

    Args:
        options: The flags.
        out: Receives the lines.
        terminal: Receives a line of progress, if it is a terminal.

    Raises:
        BundleImportError, BundleError, FeatureError: As `import_model` and `import_options`.
    """
    line = ProgressLine(terminal)

    def progress(done: int, total: int, noise: str) -> None:
        line.draw(lambda: f"{bar(done, total)} {done}/{total}  {noise}")

    with line.beside_the_log():
        report = import_model(import_options(options), progress)
    _write_report(report, out)


def _write_report(report: ImportReport, out: TextIO) -> None:
    manifest = report.manifest
    rows = [
        ("input", describe_input(manifest)),
        ("output", describe_output(manifest)),
        ("scores", f"{manifest.output.activation}: {report.activation}"),
        ("labels", _describe_labels(report)),
    ]
    if manifest.range is not None:
        rows.append(("range", f"labels below {manifest.range.threshold:g} at a place are off"))
    rows += [("note", note) for note in report.notes]
    windows = sum(scores.windows for scores in report.measured)
    rows.append(
        ("noise", f"{windows} windows of silence, hum and noise: {len(report.noisy)} labels score")
    )
    for noisy in report.noisy[:MOST_NOISY]:
        rows.append(("", f"{noisy.name}: {describe_noisy(noisy)}"))
    more = len(report.noisy) - MOST_NOISY
    if more > 0:
        rows.append(("", f"and {more} more, see MODEL_CARD.md"))
    rows.append(("golden", "replayed by the daemon's own code"))
    out.writelines(f"{name:7} {printable(text)}\n" for name, text in rows)
    place = bundle_argument(report.folder)
    out.write(
        f"\nwritten: {printable(str(report.folder))}\n"
        f"try it:  soundpost listen --bundle {place} --scores RECORDING\n"
    )


def _describe_labels(report: ImportReport) -> str:
    manifest = report.manifest
    text = f"{len(manifest.labels)} from {report.label_source}"
    if groups := describe_groups(manifest):
        text += f", groups: {groups}"
    off = sum(label.off_by_default is not None for label in manifest.labels)
    return f"{text}; {off} off by default" if off else text


def bundle_argument(folder: Path) -> str:
    """Returns what `--bundle` takes for a folder: its name, or its path with a slash."""
    models = os.environ.get(MODELS_VARIABLE)
    if models and folder.parent == Path(models):
        return printable(folder.name)
    return printable(str(folder) if "/" in str(folder) else f"./{folder}")
