"""The report of a bundle on a soundscape: one HTML file, pictures included."""

import base64
import io
from collections.abc import Sequence
from html import escape

from matplotlib.figure import Figure

from soundpost_training.soundscape.compose.ground_truth import Event, events_of_recordings
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.events import ByRecording
from soundpost_training.soundscape.report.timeline import timeline
from soundpost_training.soundscape.score.latency import Latency
from soundpost_training.soundscape.score.report_data import JudgementReport, MethodResult

TIMELINE_MINUTES = 10.0
"""Longest part of the first recording that is drawn: more would be too small to read."""

FALSE_ALARM_BUDGET_PER_HOUR = 0.5
"""The product's goal for all security labels together, drawn as a line."""

PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem;
  color: #222 }}
table {{ border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }}
td, th {{ padding: .15rem .8rem; border-bottom: 1px solid #ddd; text-align: right }}
td:first-child, th:first-child, td:nth-child(2) {{ text-align: left }}
img {{ max-width: 100%; height: auto }} p {{ max-width: 46rem }} code {{ font-size: .9em }}
</style>
<h1>{title}</h1>
<p>{scene}. <code>{command}</code></p>
<p>A detected event is correct when its label is right, its onset within 0.5 s and its offset within
half the event's length, or 0.5 s (sed_eval). Segments are seconds. False alarms are events of the
security labels in recordings without such sounds. Latency is the time from a sound's onset to the
end of the window that first detected it; instant labels are those for which one window is
enough.</p>
<h2>All labels</h2>{methods}
{shared}
<h2>Timeline</h2>
<p>The first minutes of {recording}, without the labels of its background.</p>
<img alt="ground truth and detected events" src="{timeline}">
<h2>Security labels: detections over false alarms</h2>
<img alt="detections over false alarms" src="{curve}">{points}
<h2>Labels</h2>{labels}
</html>
"""


def judgement_page(
    report: JudgementReport, scene: Scene, ground_truth: Sequence[Event], detected: ByRecording
) -> str:
    """Returns the HTML of a report, its pictures inside.

    Args:
        report: The metrics.
        scene: The soundscape.
        ground_truth: Its sounds.
        detected: The events that the daemon's path detected in each recording.
    """
    recording = scene.recordings[0].name
    sounds = events_of_recordings(ground_truth, [recording])
    # The background has no ground truth: its detections are neither correct nor false.
    shown = [event for event in detected[recording] if event.label in scene.labels]
    minutes = min(TIMELINE_MINUTES, scene.recordings[0].seconds / 60)
    shared = f"<h2>Labels that YAMNet has, too</h2>{_methods(report.shared)}"
    return PAGE.format(
        title=escape(f"{report.bundle}: soundscape report"),
        scene=escape(report.scene),
        command=escape(report.command),
        methods=_methods(report.methods),
        shared=shared if report.shared else "",
        recording=escape(recording),
        timeline=_inline(timeline(sounds, shown, minutes)),
        curve=_inline(_curve(report)),
        points=_points(report),
        labels=_labels(report),
    )


def _methods(methods: Sequence[MethodResult]) -> str:
    rows = [
        [
            method.name,
            method.thresholds,
            f"{method.events.precision:.3f}",
            f"{method.events.recall:.3f}",
            f"{method.events.f1:.3f}",
            f"{method.onsets.f1:.3f}",
            f"{method.segments.f1:.3f}",
            f"{method.psds:.3f}",
            f"{method.false_alarms.started_per_hour:.2f}",
            f"{method.false_alarms.confirmed_per_hour:.2f}",
            _seconds(method.all_labels),
            _seconds(method.instant),
        ]
        for method in methods
    ]
    events = ["precision", "recall", "event F1", "onset F1", "segment F1", "PSDS"]
    rates = ["false alarms / h", "confirmed", "latency p50 / p95", "instant p50 / p95"]
    return _table(["model, method", "thresholds", *events, *rates], rows)


def _seconds(latency: Latency) -> str:
    times = f"{latency.median_seconds:.2f} / {latency.p95_seconds:.2f} s"
    return f"{times}, {latency.detected} of {latency.sounds}"


def _points(report: JudgementReport) -> str:
    rows = [
        [
            f"{point.threshold:g}",
            f"{point.detected_share:.1%}",
            f"{point.started_per_hour:.2f}",
            f"{point.confirmed_per_hour:.2f}",
        ]
        for point in report.curve
    ]
    return _table(["one threshold for all", "detected", "false alarms / h", "confirmed"], rows)


def _labels(report: JudgementReport) -> str:
    rows = [
        [
            label.label,
            f"{label.threshold:.3f}",
            f"{label.events.f1:.3f}",
            f"{label.detected} of {label.sounds}",
            f"{label.median_seconds:.2f} / {label.p95_seconds:.2f} s",
            f"{label.false_per_hour:.2f}",
        ]
        for label in report.labels
    ]
    heads = ["label", "threshold", "event F1", "detected", "latency p50 / p95", "false alarms / h"]
    return _table(heads, rows)


def _curve(report: JudgementReport) -> bytes:
    figure = Figure((7.0, 4.0), layout="constrained")
    axes = figure.subplots()
    detected = [100 * point.detected_share for point in report.curve]
    for name, rates, marker in (
        ("all events", [point.started_per_hour for point in report.curve], "o"),
        ("confirmed events", [point.confirmed_per_hour for point in report.curve], "s"),
    ):
        axes.plot(rates, detected, marker=marker, label=name)
    for point in report.curve:
        position = (point.started_per_hour, 100 * point.detected_share)
        axes.annotate(f"{point.threshold:g}", position, fontsize=7)
    axes.axvline(FALSE_ALARM_BUDGET_PER_HOUR, color="#888888", linestyle="--", linewidth=1.0)
    axes.set_xscale("symlog", linthresh=FALSE_ALARM_BUDGET_PER_HOUR)
    axes.set(xlim=(0, None), ylim=(0, 100), xlabel="false alarms per hour")
    axes.set_ylabel("security sounds detected, %")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def _table(heads: list[str], rows: list[list[str]]) -> str:
    def cells(kind: str, texts: list[str]) -> str:
        return "<tr>" + "".join(f"<{kind}>{escape(text)}</{kind}>" for text in texts) + "</tr>\n"

    return f"<table>{cells('th', heads)}{''.join(cells('td', row) for row in rows)}</table>"


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
