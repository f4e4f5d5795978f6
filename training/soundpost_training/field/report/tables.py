"""Tables of a field evaluation for the terminal."""

from collections.abc import Iterable, Iterator

from rich.table import Table

from soundpost_training.field.budget.thresholds import FieldCalibration
from soundpost_training.field.score.figures import (
    Delay,
    FieldReport,
    LabelFigures,
    MethodFigures,
    Rate,
    Share,
)

NAMED = 4
"""Labels with the most false events that a row of the kinds names; the rest are counted."""


def field_tables(report: FieldReport) -> Iterator[Table]:
    """Yields the tables: all models, then kinds, groups and labels of the bundle as shipped."""
    yield _methods(report)
    # The second row is the first one on fewer labels.
    for method in (report.methods[0], *report.methods[2:]):
        if method.kinds:
            yield _kinds(method)
    if report.methods[0].groups:
        yield _groups(report.methods[0])
    yield _labels(report)


def calibration_table(calibration: FieldCalibration) -> Table:
    """Returns the thresholds, with recall and false events of each label."""
    title = (
        f"{calibration.bundle}: thresholds by budget, on {calibration.negative_hours:.2f} h of "
        "negatives; in brackets 95 % intervals and counts"
    )
    table = _table(["label", "threshold", "budget / h", "false events / h", "recall"], title)
    table.add_column("off by default")
    for label in calibration.labels:
        point = label.point
        table.add_row(
            label.label,
            f"{point.threshold:g}",
            f"{label.budget:g}",
            rate_text(point.false_events),
            share_text(point.recall),
            label.off_because,
        )
    return table


def rate_text(rate: Rate) -> str:
    """Returns a rate with its interval and the number of events; a dash for no time."""
    if rate.high is None:
        return "-"
    return f"{rate.per_hour:.2f} ({rate.low:.2f} to {rate.high:.2f}; {rate.count})"


def share_text(share: Share) -> str:
    """Returns a share with its interval and the counts; a dash for the share of none."""
    if not share.total:
        return "-"
    interval = f"{100 * share.low:.0f} to {100 * share.high:.0f}"
    return f"{100 * share.value:.0f} % ({interval}; {share.count} of {share.total})"


def delay_text(delay: Delay) -> str:
    """Returns the median, the 95th percentile and the share in time; a dash for none."""
    if not delay.detected:
        return "-"
    times = f"{delay.median_seconds:.2f} / {delay.p95_seconds:.2f} s"
    return f"{times}, {100 * delay.in_time.value:.0f} % in 1.5 s"


def _methods(report: FieldReport) -> Table:
    title = (
        f"{_counted(report.recordings)}: {report.annotated_hours:.2f} h annotated, "
        f"{report.negative_hours:.2f} h of negatives; in brackets 95 % intervals and counts"
    )
    table = _table(["model", "thresholds", "mean recall", "foreground", "false events / h"], title)
    for column in ("p50 / p95 after onset", "the same, instant labels"):
        table.add_column(column)
    for method in report.methods:
        table.add_row(
            method.name,
            method.thresholds,
            _mean_text(method.recall, [label.recall for label in method.labels]),
            _mean_text(
                method.foreground_recall, [label.foreground_recall for label in method.labels]
            ),
            rate_text(method.false_events),
            delay_text(method.delay),
            delay_text(method.instant_delay),
        )
    return table


def _counted(recordings: int) -> str:
    return f"{recordings} recording" + "s" * (recordings != 1)


def _mean_text(mean: float, shares: Iterable[Share]) -> str:
    """Returns the mean of shares; a dash where no label is annotated."""
    return f"{100 * mean:.1f} %" if any(share.total for share in shares) else "-"


def _kinds(method: MethodFigures) -> Table:
    columns = ["negatives", "hours", "false events / h", "of security", "most of them"]
    table = _table(columns, f"{method.name}, {method.thresholds}")
    for kind in method.kinds:
        names = [f"{label} {count}" for label, count in kind.by_label.items()]
        rest = f", {len(names) - NAMED} more labels" if len(names) > NAMED else ""
        table.add_row(
            kind.kind,
            f"{kind.false_events.hours:.2f}",
            rate_text(kind.false_events),
            str(kind.by_group.get("security", 0)),
            ", ".join(names[:NAMED]) + rest,
        )
    return table


def _groups(method: MethodFigures) -> Table:
    table = _table(["group", "labels", "false events / h"], f"{method.name}: groups together")
    for group in method.groups:
        table.add_row(group.group, str(len(group.labels)), rate_text(group.false_events))
    return table


def _labels(report: FieldReport) -> Table:
    """Returns the labels that are annotated or were detected falsely, beside YAMNet's."""
    ours = report.methods[0]
    peers = {label.label: label for method in report.methods[2:] for label in method.labels}
    columns = [
        "label",
        "threshold",
        "recall",
        "foreground",
        "false events / h",
        "beside",
        "p50 / p95",
    ]
    table = _table(columns, f"{ours.name}: labels")
    if peers:
        table.add_column("YAMNet (last row above): recall, false events / h")
    for label in ours.labels:
        if label.recall.total or label.false_events.count or label.false_beside:
            row = [
                label.label,
                f"{label.threshold:.3f}",
                share_text(label.recall),
                share_text(label.foreground_recall),
                rate_text(label.false_events),
                str(label.false_beside),
                delay_text(label.delay),
            ]
            table.add_row(*row, *([_peer_text(peers.get(label.label))] if peers else []))
    return table


def _peer_text(label: LabelFigures | None) -> str:
    if label is None:
        return "-"
    recall = f"{100 * label.recall.value:.0f} %" if label.recall.total else "-"
    return f"{recall}, {label.false_events.per_hour:.2f}"


def _table(columns: list[str], title: str) -> Table:
    return Table(*columns, title=title, title_justify="left")
