"""The HTML page of a report: metrics, tables, pictures and excerpts in one file."""

import base64
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost_training.bundle.card_tables import held_out_folds
from soundpost_training.evaluate.evaluate import Confusion, Evaluation
from soundpost_training.evaluate.int8_delta import LabelDelta
from soundpost_training.report import plots
from soundpost_training.report.excerpts import excerpts

PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  color: #222 }}
table {{ border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }}
td, th {{ padding: .15rem .8rem; border-bottom: 1px solid #ddd; text-align: right }}
td:first-child, th:first-child {{ text-align: left }}
img {{ max-width: 100%; height: auto }} p {{ max-width: 46rem }} audio {{ height: 1.6rem;
  vertical-align: middle }}
</style>
<h1>{title}</h1>
<p>{about}</p>
<h2>Accuracy</h2>{accuracy}{measures}
<h2>Calibration</h2>
<p>{calibration}</p>
<img alt="reliability diagrams" src="{reliability}">
<h2>Labels</h2>
<img alt="F1 and share detected of each label" src="{bars}">{labels}
<h2>int8 against float</h2>
<p>On the same clips; the labels that int8 changes most come first.</p>{deltas}
<h2>Curves</h2><img alt="ROC, and precision over recall" src="{curves}">
<h2>Confusions</h2>
<p>Excerpts play the first seconds of some clips at the model's sample rate; the links lead to the
recordings on the machine that made this page.</p>{confusions}
<img alt="confusion matrix" src="{matrix}">
<h2>Training</h2><img alt="loss over epochs" src="{losses}">
</html>
"""


def report_page(
    evaluation: Evaluation,
    scores: NDArray[np.float32],
    ground_truth: NDArray[np.int64],
    histories: dict[str, NDArray[np.float64]],
) -> str:
    """Returns the HTML of a report; pictures and excerpts are inside, recordings are linked.

    Args:
        evaluation: The metrics.
        scores: float32[clips, labels] of the clips of all folds.
        ground_truth: int64[clips], their labels.
        histories: The losses of each run by its name, see `read_history`.
    """
    return PAGE.format(
        title=escape(f"{evaluation.experiment}: evaluation"),
        about=(
            f"{len(ground_truth)} clips of {escape(evaluation.data)}, each scored by the int8 "
            "model that held its fold out, with the daemon's own features and interpreter. A "
            "clip's scores are the mean of its windows' scores."
        ),
        accuracy=_accuracy(evaluation),
        measures=_measures(evaluation),
        calibration=_calibration(evaluation),
        reliability=_inline(plots.reliability_diagram(evaluation)),
        bars=_inline(plots.label_bars(evaluation)),
        labels=_labels(evaluation),
        deltas=_deltas(evaluation.deltas),
        curves=_inline(plots.curves(evaluation, scores, ground_truth)),
        confusions=_confusions(evaluation.top_confusions),
        matrix=_inline(plots.confusion_matrix(evaluation)),
        losses=_inline(plots.loss_curves(histories)),
    )


def _accuracy(evaluation: Evaluation) -> str:
    summary = evaluation.summary
    rows = [[f"fold {fold.fold}", f"{fold.int8:.2%}", f"{fold.real:.2%}"] for fold in summary.folds]
    mean = [
        "mean ± sd",
        f"{summary.int8_mean:.2%} ± {summary.int8_spread:.2%}",
        f"{summary.real_mean:.2%} ± {summary.real_spread:.2%}",
    ]
    return _table(["held out", "int8", "float"], [*rows, mean])


def _measures(evaluation: Evaluation) -> str:
    metrics = [
        ["accuracy of single windows", f"{evaluation.window_accuracy:.2%}"],
        ["F1, macro", f"{evaluation.macro_f1:.4f}"],
        ["area under ROC, macro", f"{evaluation.macro_roc_auc:.4f}"],
        ["area under precision and recall, macro", f"{evaluation.macro_average_precision:.4f}"],
        ["cosine of int8 and float logits, mean", f"{evaluation.logit_cosine:.4f}"],
        [
            f"clip accuracy at the temperature, on {held_out_folds(evaluation.calibration)}",
            f"{evaluation.held_out_accuracy:.2%}",
        ],
    ]
    if evaluation.agreement is not None:
        name = "clips to which the model of all folds gives one label in int8 and float"
        metrics.append([name, f"{evaluation.agreement:.2%}"])
    return _table(["over all folds, int8", ""], metrics)


def _calibration(evaluation: Evaluation) -> str:
    calibration, measured = evaluation.calibration, evaluation.reliability
    chosen_on, held_out = calibration.chosen_on, calibration.held_out
    return (
        f"Chosen on folds {', '.join(map(str, calibration.folds))}: temperature "
        f"{calibration.temperature:.2f}, and the thresholds below. They detect "
        f"{chosen_on.detected:.1%} of the clips that they were chosen on by their own label, and "
        f"all {len(calibration.labels)} labels together give {chosen_on.false_alarms_per_hour:.0f} "
        "false alarms in an hour of clips without a pause. On "
        f"{held_out_folds(calibration)}, {held_out.detected:.1%} are detected, with "
        f"{held_out.false_alarms_per_hour:.0f} false alarms per hour; there the temperature "
        "changes the expected calibration error of windows from "
        f"{measured.error_before:.3f} to {measured.error_after:.3f}."
    )


def _labels(evaluation: Evaluation) -> str:
    rows = [
        [
            label.name,
            str(label.clips),
            *(f"{share:.3f}" for share in (label.precision, label.recall, label.f1)),
            *(f"{area:.4f}" for area in (label.roc_auc, label.average_precision)),
            f"{chosen.on_threshold:.3f}",
            f"{chosen.detected:.1%}",
            f"{chosen.false_alarms_per_hour:.1f}",
        ]
        for label, chosen in zip(evaluation.labels, evaluation.calibration.labels, strict=True)
    ]
    heads = ["label", "clips", "precision", "recall", "F1", "ROC area", "PR area"]
    return _table([*heads, "threshold", "detected", "false alarms / h"], rows)


def _deltas(deltas: list[LabelDelta]) -> str:
    most_changed_first = sorted(deltas, key=lambda delta: (delta.agreement, delta.logit_cosine))
    rows = [
        [
            delta.name,
            f"{delta.int8_recall:.1%}",
            f"{delta.float_recall:.1%}",
            f"{delta.agreement:.1%}",
            f"{delta.logit_cosine:.4f}",
        ]
        for delta in most_changed_first
    ]
    heads = ["label", "recall, int8", "recall, float", "same label", "cosine of logits"]
    return _table(heads, rows)


def _confusions(confusions: list[Confusion]) -> str:
    flac_by_path = excerpts(confusions)
    rows = [
        [
            escape(confusion.label),
            escape(confusion.taken_for),
            str(confusion.clips),
            "".join(_clip(path, flac_by_path.get(path)) for path in confusion.paths),
        ]
        for confusion in confusions
    ]
    return _table(["label", "classified as", "clips", "some of them"], rows, escaped=True)


def _clip(path: str, flac: bytes | None) -> str:
    """Returns a line with the path of a clip and, where there is an excerpt, its player."""
    uri = escape(Path(path).resolve().as_uri())
    link = f'<a href="{uri}">{escape(path)}</a>'
    if flac is None:
        return f"<div>{link}</div>"
    return f'<div>{link} <audio controls src="{_inline(flac, "audio/flac")}"></audio></div>'


def _table(heads: list[str], rows: list[list[str]], *, escaped: bool = False) -> str:
    def cells(kind: str, texts: list[str]) -> str:
        shown = texts if escaped else [escape(text) for text in texts]
        return "<tr>" + "".join(f"<{kind}>{text}</{kind}>" for text in shown) + "</tr>\n"

    return f"<table>{cells('th', heads)}{''.join(cells('td', row) for row in rows)}</table>"


def _inline(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
