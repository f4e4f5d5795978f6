"""The verbs that work on field folders: evaluate --field, calibrate --bundle, field compose."""

import argparse
import sys
from collections.abc import Iterable

import msgspec
from rich.console import Console
from rich.table import Table

from soundpost.classify import load_bundle
from soundpost.manifest import MANIFEST_FILE
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.yamnet import YAMNET_MODEL
from soundpost_training.dataset.paths import data_folder
from soundpost_training.errors import MISSED_BUDGET, ExperimentError
from soundpost_training.experiment.default_bundle import bundle_folder
from soundpost_training.experiment.settings import read_settings
from soundpost_training.field.budget.apply import write_calibrated
from soundpost_training.field.budget.calibrate import (
    CalibrationCase,
    calibrate_bundle,
    parse_budgets,
)
from soundpost_training.field.budget.thresholds import Limits, thresholds_from
from soundpost_training.field.compose.compose import compose_field
from soundpost_training.field.report.page import calibration_page, field_page
from soundpost_training.field.report.tables import calibration_table, field_tables
from soundpost_training.field.score.evaluate import Case, evaluate_field
from soundpost_training.files import (
    OUT_HINT,
    explain_write_errors,
    require_replaceable,
    require_writable,
    write_atomic,
)
from soundpost_training.progress import report as console

PAGE_FILE, DATA_FILE = "field.html", "field.json"

FILE_COLUMNS = 200
"""Width of the tables in a file or pipe: rich assumes 80 there, which breaks most cells."""


def compose(options: argparse.Namespace) -> None:
    """Composes a field folder, and prints its contents and what is missing."""
    with explain_write_errors(options.out):
        composed = compose_field(
            options.out,
            read_label_map(),
            options.debian,
            with_shared=not options.no_shared,
            half=options.half,
        )
    for line in composed.left_out:
        console.print(f"left out: {line}", soft_wrap=True, highlight=False)
    if composed.older:
        console.print(
            f"{options.out} still has recordings of an earlier set, which count too "
            f"({len(composed.older)}, such as {composed.older[0]}): remove the folder, and compose "
            "it again",
            soft_wrap=True,
            style="bold red",
        )
    console.print(
        f"{options.out}: {composed.recordings} recordings, {composed.annotated} of them annotated"
    )


def evaluate(options: argparse.Namespace) -> None:
    """Evaluates a bundle on a field folder; prints tables or JSON, and writes the figures.

    Raises:
        ExperimentError: No bundle is given.
    """
    if options.bundle is None:
        raise ExperimentError(
            "--field needs --bundle", hint="name the bundle's folder, such as models/everyday"
        )
    bundle = load_bundle(bundle_folder(options.bundle))
    if options.out is not None:
        require_writable(options.out)
    figures = evaluate_field(
        Case(
            folder=options.field,
            bundle=bundle,
            config=read_settings(options.settings),
            yamnet=None if options.no_peer else data_folder(YAMNET_MODEL),
            label_map=read_label_map(),
            command=options.command,
        )
    )
    content = msgspec.json.format(msgspec.json.encode(figures), indent=2)
    # What took hours is printed before it is written: the disk may be full by now.
    if options.json:
        sys.stdout.write(content.decode() + "\n")
    else:
        for table in field_tables(figures):
            _print_table(table)
        _print_notes(figures.notes)
    if options.out is not None:
        write_atomic(options.out / DATA_FILE, content, OUT_HINT)
        write_atomic(options.out / PAGE_FILE, field_page(figures).encode(), OUT_HINT)
        if not options.json:
            console.print(
                f"report: {options.out / PAGE_FILE}, and the same as {DATA_FILE}", soft_wrap=True
            )


def calibrate(options: argparse.Namespace) -> int:
    """Chooses thresholds of a bundle by budgets, prints them, and writes a copy of the bundle.

    Returns:
        `MISSED_BUDGET` if a label misses its budget or its recall, else 0.

    Raises:
        ExperimentError: An option is missing, or has a wrong value.
    """
    if options.negatives is None or not options.budget:
        raise ExperimentError(
            "calibrate --bundle needs --negatives and --budget",
            hint="--negatives FOLDER --annotated FOLDER --budget 0.5",
        )
    bundle, label_map = load_bundle(bundle_folder(options.bundle)), read_label_map()
    limits = _limits(options, *parse_budgets(options.budget, bundle, label_map))
    if options.out is not None:
        require_writable(options.out.absolute().parent)
        require_replaceable(options.out, {MANIFEST_FILE})
    case = CalibrationCase(bundle, options.negatives, options.annotated, label_map, options.command)
    calibration = calibrate_bundle(case, limits)
    _print_table(calibration_table(calibration))
    _print_notes(calibration.notes)
    if options.out is not None:
        folder = write_calibrated(bundle, calibration, options.out)
        content = msgspec.json.format(msgspec.json.encode(calibration), indent=2)
        beside = folder.parent / f"{folder.name}-calibration"
        write_atomic(beside.with_name(f"{beside.name}.json"), content, OUT_HINT)
        page = calibration_page(calibration).encode()
        write_atomic(beside.with_name(f"{beside.name}.html"), page, OUT_HINT)
        console.print(f"bundle: {folder}", soft_wrap=True)
    # A label that only gives context is off whatever it costs, so it misses nothing.
    context = {each.name for each in bundle.manifest.labels if each.off_by_default == "context"}
    off = [
        each.label for each in calibration.labels if not each.is_on and each.label not in context
    ]
    if off:
        console.print(f"off by default: {', '.join(off)}", soft_wrap=True, highlight=False)
    return MISSED_BUDGET if off else 0


def _limits(options: argparse.Namespace, budget: float, budgets: dict[str, float]) -> Limits:
    """Returns the limits that the options state.

    Raises:
        ExperimentError: A share is not within 0 and 1, or no threshold is as high as the lowest.
    """
    if not 0.0 <= options.recall <= 1.0:  # NaN fails both comparisons
        raise ExperimentError(
            f"--recall is {options.recall:g}, expected a share from 0 to 1",
            hint="such as 0.5 for half of the annotated sounds of a label",
        )
    thresholds_from(options.lowest_on)
    return Limits(
        budget=budget,
        budgets=budgets,
        told_at_least=options.recall,
        lowest_on=options.lowest_on,
    )


def _print_table(table: Table) -> None:
    wide = (
        console if console.is_terminal else Console(width=FILE_COLUMNS, markup=False, emoji=False)
    )
    wide.print(table)


def _print_notes(notes: Iterable[str]) -> None:
    for note in notes:
        console.print(note, soft_wrap=True, highlight=False)
