"""Writes calibrated thresholds into a bundle: its manifest and its card."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from soundpost.classify import Bundle, load_bundle
from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_FILE,
    RANGE_FILE,
    Label,
)
from soundpost.manifest import minimum_daemon as oldest_daemon
from soundpost.teach.sound.general import NEGATIVES_FILE
from soundpost_training.field.budget.thresholds import FieldCalibration, LabelThreshold
from soundpost_training.field.score.figures import Rate, Share
from soundpost_training.field.score.threshold_sweep import off_threshold
from soundpost_training.files import install_folder

UNCHANGED_FILES = (MODEL_FILE, ONNX_FILE, RANGE_FILE, GOLDEN_FILE, NEGATIVES_FILE)
"""Files of a bundle that do not depend on its thresholds; a bundle has some of them."""

SECTION = "## Thresholds by false events in the field"
"""Heading on the card; an older section of this heading is replaced."""

INTRODUCTION = """\
Chosen on {hours:.2f} h of negatives, through the daemon's gate, windows, network and tracker: the
threshold of each label keeps its budget of false events an hour. It lies in the middle of those
that find as many annotated sounds as the lowest within the budget. A label that misses its budget,
or finds less than {told_at_least:.0%} of its annotated sounds there, is off by default. In brackets
are 95 % intervals and counts.

    {command}
"""


def calibrated_labels(labels: Sequence[Label], calibration: FieldCalibration) -> list[Label]:
    """Returns the labels of a manifest with calibrated thresholds, budgets and recall.

    The off-threshold keeps its share of the on-threshold. A label that is off because it only
    gives context stays so.

    Args:
        labels: The labels as they are.
        calibration: The thresholds; labels that it lacks stay as they are.
    """
    chosen = {each.label: each for each in calibration.labels}
    return [
        _calibrated(label, chosen[label.name]) if label.name in chosen else label
        for label in labels
    ]


def _calibrated(label: Label, chosen: LabelThreshold) -> Label:
    off_reason = label.off_by_default
    if off_reason != "context":
        off_reason = None if chosen.is_on else "missed_budget"
    recall = chosen.point.recall
    return msgspec.structs.replace(
        label,
        on_threshold=chosen.point.threshold,
        off_threshold=off_threshold(label, chosen.point.threshold),
        false_events_per_hour=chosen.budget,
        recall=round(recall.value, 3) if recall.total else None,
        off_by_default=off_reason,
    )


def write_calibrated(bundle: Bundle, calibration: FieldCalibration, folder: Path) -> Path:
    """Writes a copy of a bundle with calibrated labels, and returns its folder.

    Args:
        bundle: The bundle as it is.
        calibration: Its thresholds.
        folder: The folder of the copy; an older one is replaced.

    Raises:
        TrainingError: The folder cannot be written.
    """
    labels = calibrated_labels(bundle.manifest.labels, calibration)
    manifest = msgspec.structs.replace(
        bundle.manifest,
        labels=labels,
        minimum_daemon=oldest_daemon(labels, streams=bundle.manifest.streaming is not None),
    )
    card = bundle.folder / CARD_FILE
    # A bundle from elsewhere may have no card.
    text = card.read_text(encoding="utf-8") if card.is_file() else f"# {calibration.bundle}\n"
    unchanged = (bundle.folder / name for name in UNCHANGED_FILES)
    files = {
        **{path.name: path.read_bytes() for path in unchanged if path.is_file()},
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: with_section(text, calibration).encode(),
    }
    return install_folder(files, folder.parent, folder.name, _verify)


def _verify(folder: Path) -> None:
    """Raises BundleError if a written bundle is not complete."""
    load_bundle(folder)


def with_section(card: str, calibration: FieldCalibration) -> str:
    """Returns a card with the section on the calibration, behind its other sections."""
    before, _, rest = card.partition(f"{SECTION}\n")
    _, heading, after = rest.partition("\n## ")
    kept = before.rstrip() + (f"\n\n## {after}".rstrip() if heading else "")
    introduction = INTRODUCTION.format(
        hours=calibration.negative_hours,
        told_at_least=calibration.limits.told_at_least,
        command=calibration.command,
    )
    rows = "\n".join(map(_row, calibration.labels))
    heads = (
        "| label | threshold | budget | false events / h | recall | |\n|---|---|---|---|---|---|"
    )
    return f"{kept}\n\n{SECTION}\n\n{introduction}\n{heads}\n{rows}\n"


def _row(label: LabelThreshold) -> str:
    point = label.point
    cells = (
        label.label,
        f"{point.threshold:g}",
        f"{label.budget:g}",
        _rate(point.false_events),
        _share(point.recall),
        f"off: {label.off_because}" if label.off_because else "",
    )
    return f"| {' | '.join(cells)} |"


def _rate(rate: Rate) -> str:
    if rate.high is None:
        return "may sound in all negatives"
    return f"{rate.per_hour:.2f} ({rate.low:.2f} to {rate.high:.2f}; {rate.count})"


def _share(share: Share) -> str:
    if not share.total:
        return "not annotated"
    interval = f"{share.low:.0%} to {share.high:.0%}"
    return f"{share.value:.0%} ({interval}; {share.count} of {share.total})"
