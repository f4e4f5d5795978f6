"""Draws recall over false events an hour, label by label, over all thresholds."""

import io
import math
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from soundpost_training.field.score.figures import CurvePoint

COLUMNS = 4
PANEL_INCHES = (3.2, 2.6)
LINEAR_BELOW_PER_HOUR = 0.5
"""Rates below this are drawn on a linear scale, so that none at all can be shown."""

LEAST_RANGE_PER_HOUR = 1.0
"""Of the rates that a panel shows, so that one without a false event has a scale to read."""

DOTS_PER_INCH = 100


def largest_shown(points: Sequence[CurvePoint]) -> float:
    """Returns the rate at the right edge of a panel."""
    rates = [point.false_events.per_hour for point in points]
    return 1.05 * max([LEAST_RANGE_PER_HOUR, *rates])


def draw_curves(curves: Mapping[str, Sequence[CurvePoint]], chosen: Mapping[str, float]) -> bytes:
    """Returns a PNG with a panel for each label.

    Args:
        curves: The points of each label, by threshold.
        chosen: The threshold of each label that is in use; a dot marks the nearest point.
    """
    rows = max(1, math.ceil(len(curves) / COLUMNS))
    width, height = PANEL_INCHES
    figure = Figure((COLUMNS * width, rows * height), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, (label, points) in zip(panels, curves.items(), strict=False):
        rates = [point.false_events.per_hour for point in points]
        recalls = [100 * point.recall.value for point in points]
        axes.plot(rates, recalls, linewidth=1.2)
        if points and label in chosen:
            at = min(points, key=lambda point: abs(point.threshold - chosen[label]))
            axes.plot(
                at.false_events.per_hour, 100 * at.recall.value, "o", color="#d1495b", clip_on=False
            )
        axes.set_xscale("symlog", linthresh=LINEAR_BELOW_PER_HOUR)
        axes.set(xlim=(0, largest_shown(points)), ylim=(0, 102))
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=7)
        axes.grid(alpha=0.3)
    for axes in panels[len(curves) :]:
        axes.set_axis_off()
    figure.supxlabel("false events an hour in negatives", fontsize=9)
    figure.supylabel("annotated sounds found, %", fontsize=9)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return buffer.getvalue()
