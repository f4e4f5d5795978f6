"""The report of a bundle that was judged on a soundscape: one HTML file that needs no other."""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape

from matplotlib.figure import Figure

from soundpost_training.soundscape.compose.ground_truth import Event, of_recordings
from soundpost_training.soundscape.compose.recipe import Scene
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.report.timeline import timeline
from soundpost_training.soundscape.score.latency import Latency
from soundpost_training.soundscape.score.report_data import JudgementReport, Method

TIMELINE_MINUTES = 10.0

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
<p>An event counts when its label is right, its onset within 0.5 s and its offset within half the
event's length, or 0.5 s (sed_eval). Segments are seconds. False alarms are those of the security
labels, where none of them is to be heard. Latency runs from a sound's onset to the end of the
window with which it was told; instant labels are those of the security labels that are told at
once.</p>
<h2>All labels</h2>{methods}
{shared}
<h2>Timeline</h2>
<p>The first minutes of {recording}, without the labels of its background.</p>
<img alt="truth against detections" src="{timeline}">
<h2>Security labels: false alarms against what is told</h2>
<img alt="trade-off of the threshold" src="{curve}">{points}
<h2>Labels</h2>{labels}
</html>
"""


def judgement_page(
    verdict: JudgementReport,
    scene: Scene,
    truth: Sequence[Event],
    told: Mapping[str, Sequence[DetectedEvent]],
) -> str:
    """The HTML of a judgement, its pictures inside.

    Args:
        verdict: What was measured.
        scene: What the soundscape is.
        truth: What is to be heard in it.
        told: What the daemon's path told of each recording.
    """
    recording = scene.recordings[0].name
    first = of_recordings(truth, [recording])
    # The background sounds all the time and is in no truth: told, it is neither right nor wrong.
    shown = [one for one in told[recording] if one.label in scene.labels]
    minutes = min(TIMELINE_MINUTES, scene.recordings[0].seconds / 60)
    shared = f"<h2>The labels that both know</h2>{_methods(verdict.shared)}"
    return PAGE.format(
        title=escape(f"{verdict.bundle}: judged on a soundscape"),
        scene=escape(verdict.scene),
        command=escape(verdict.command),
        methods=_methods(verdict.methods),
        shared=shared if verdict.shared else "",
        recording=escape(recording),
        timeline=_inline(timeline(first, shown, minutes)),
        curve=_inline(_curve(verdict)),
        points=_points(verdict),
        labels=_labels(verdict),
    )


def _methods(methods: Sequence[Method]) -> str:
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
            f"{method.alarms.told_per_hour:.2f}",
            f"{method.alarms.held_per_hour:.2f}",
            _seconds(method.every),
            _seconds(method.instant),
        ]
        for method in methods
    ]
    heads = ["who", "thresholds", "precision", "recall", "event F1", "onset F1", "segment F1"]
    more = ["PSDS", "false / h", "that hold", "latency p50 / p95", "instant p50 / p95"]
    return _table([*heads, *more], rows)


def _seconds(measured: Latency) -> str:
    times = f"{measured.median_seconds:.2f} / {measured.p95_seconds:.2f} s"
    return f"{times}, {measured.told} of {measured.events}"


def _points(verdict: JudgementReport) -> str:
    rows = [
        [
            f"{point.threshold:g}",
            f"{point.told:.1%}",
            f"{point.alarms_per_hour:.2f}",
            f"{point.held_per_hour:.2f}",
        ]
        for point in verdict.curve
    ]
    return _table(["one threshold for all", "told", "false alarms / h", "that hold"], rows)


def _labels(verdict: JudgementReport) -> str:
    rows = [
        [
            label.label,
            f"{label.threshold:.3f}",
            f"{label.events.f1:.3f}",
            f"{label.told} of {label.sounds}",
            f"{label.median_seconds:.2f} / {label.p95_seconds:.2f} s",
            f"{label.false_per_hour:.2f}",
        ]
        for label in verdict.labels
    ]
    return _table(
        ["label", "threshold", "event F1", "told", "latency p50 / p95", "false / h"], rows
    )


def _curve(verdict: JudgementReport) -> bytes:
    figure = Figure((7.0, 4.0), layout="constrained")
    axes = figure.subplots()
    told = [100 * point.told for point in verdict.curve]
    for name, rates, marker in (
        ("told", [point.alarms_per_hour for point in verdict.curve], "o"),
        ("told, and not taken back", [point.held_per_hour for point in verdict.curve], "s"),
    ):
        axes.plot(rates, told, marker=marker, label=name)
    for point in verdict.curve:
        axes.annotate(f"{point.threshold:g}", (point.alarms_per_hour, 100 * point.told), fontsize=7)
    axes.axvline(0.5, color="#888888", linestyle="--", linewidth=1.0)
    axes.set_xscale("symlog", linthresh=0.5)
    axes.set(xlim=(0, None), ylim=(0, 100), xlabel="false alarms an hour")
    axes.set_ylabel("security sounds told, %")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def _table(heads: list[str], rows: list[list[str]]) -> str:
    def cells(kind: str, texts: list[str]) -> str:
        return "<tr>" + "".join(f"<{kind}>{escape(one)}</{kind}>" for one in texts) + "</tr>\n"

    return f"<table>{cells('th', heads)}{''.join(cells('td', row) for row in rows)}</table>"


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
