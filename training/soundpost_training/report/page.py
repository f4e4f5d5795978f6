"""The page: figures, tables and pictures in one HTML file."""

import base64
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost_training.bundle.card_tables import judges
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
<img alt="F1 and share told of each label" src="{bars}">{labels}
<h2>int8 against float</h2>
<p>Of the same clips; the labels that int8 changes most come first.</p>{deltas}
<h2>Curves</h2><img alt="ROC, and precision over recall" src="{curves}">
<h2>Confusions</h2>
<p>Of some clips the first seconds can be heard here, as the daemon hears them; the links lead to
the recordings on the machine that made this page.</p>{confusions}
<img alt="confusion matrix" src="{matrix}">
<h2>Training</h2><img alt="loss over epochs" src="{losses}">
</html>
"""


def report_page(
    evaluation: Evaluation,
    scores: NDArray[np.float32],
    truth: NDArray[np.int64],
    histories: dict[str, NDArray[np.float64]],
) -> str:
    """The HTML of a report; pictures and some sounds are inside, whole recordings are linked.

    Args:
        evaluation: What is told.
        scores: float32[clips, labels] of the clips of all folds.
        truth: int64[clips], their labels.
        histories: The losses of each run, see `read_history`.
    """
    return PAGE.format(
        title=escape(f"{evaluation.experiment}: evaluation"),
        about=(
            f"{len(truth)} clips of {escape(evaluation.data)}, each scored by the int8 model of "
            "the fold that held it out, through the daemon's own features and interpreter. A "
            "clip's scores are the mean of its windows'."
        ),
        accuracy=_accuracy(evaluation),
        measures=_measures(evaluation),
        calibration=_calibration(evaluation),
        reliability=_inline(plots.reliability_diagram(evaluation)),
        bars=_inline(plots.label_bars(evaluation)),
        labels=_labels(evaluation),
        deltas=_deltas(evaluation.deltas),
        curves=_inline(plots.curves(evaluation, scores, truth)),
        confusions=_confusions(evaluation.top_confusions),
        matrix=_inline(plots.confusion_matrix(evaluation)),
        losses=_inline(plots.loss_curves(histories)),
    )


def _accuracy(evaluation: Evaluation) -> str:
    summary = evaluation.summary
    rows = [[f"fold {one.fold}", f"{one.int8:.2%}", f"{one.real:.2%}"] for one in summary.folds]
    mean = [
        "mean ± sd",
        f"{summary.int8_mean:.2%} ± {summary.int8_spread:.2%}",
        f"{summary.real_mean:.2%} ± {summary.real_spread:.2%}",
    ]
    return _table(["held out", "int8", "float"], [*rows, mean])


def _measures(evaluation: Evaluation) -> str:
    told = f"{evaluation.held_out_accuracy:.2%}"
    figures = [
        ["accuracy of single windows", f"{evaluation.window_accuracy:.2%}"],
        ["F1, macro", f"{evaluation.macro_f1:.4f}"],
        ["area under ROC, macro", f"{evaluation.macro_roc_auc:.4f}"],
        ["area under precision and recall, macro", f"{evaluation.macro_average_precision:.4f}"],
        ["cosine of int8 and float logits, mean", f"{evaluation.logit_cosine:.4f}"],
        [f"at the temperature, on {judges(evaluation.calibration)}", told],
    ]
    if evaluation.agreement is not None:
        name = "clips of which the model of all folds says in int8 what it says in float"
        figures.append([name, f"{evaluation.agreement:.2%}"])
    return _table(["over all folds, int8", ""], figures)


def _calibration(evaluation: Evaluation) -> str:
    calibration, measured = evaluation.calibration, evaluation.reliability
    chosen_on, held_out = calibration.chosen_on, calibration.held_out
    return (
        f"Chosen on folds {', '.join(map(str, calibration.folds))}: temperature "
        f"{calibration.temperature:.2f}, and the thresholds below. They tell {chosen_on.told:.1%} "
        f"of the clips that chose them by their own label, and all {len(calibration.labels)} "
        f"labels together give {chosen_on.false_alarms_per_hour:.0f} false alarms in an hour of "
        f"clips without a pause. Of {judges(calibration)}, {held_out.told:.1%} are told, with "
        f"{held_out.false_alarms_per_hour:.0f} false alarms an hour; "
        "there the temperature takes the expected calibration error of windows from "
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
            f"{chosen.told:.1%}",
            f"{chosen.false_alarms_per_hour:.1f}",
        ]
        for label, chosen in zip(evaluation.labels, evaluation.calibration.labels, strict=True)
    ]
    heads = ["label", "clips", "precision", "recall", "F1", "ROC area", "PR area"]
    return _table([*heads, "threshold", "told", "false alarms / h"], rows)


def _deltas(deltas: list[LabelDelta]) -> str:
    order = sorted(deltas, key=lambda one: (one.agreement, one.logit_cosine))
    rows = [
        [
            one.name,
            *(f"{share:.1%}" for share in (one.int8_recall, one.float_recall, one.agreement)),
            f"{one.logit_cosine:.4f}",
        ]
        for one in order
    ]
    heads = ["label", "recall, int8", "recall, float", "both say the same", "cosine of logits"]
    return _table(heads, rows)


def _confusions(confusions: list[Confusion]) -> str:
    heard = excerpts(confusions)
    rows = [
        [
            escape(one.label),
            escape(one.taken_for),
            str(one.clips),
            "".join(_clip(path, heard.get(path)) for path in one.paths),
        ]
        for one in confusions
    ]
    return _table(["is", "taken for", "clips", "some of them"], rows, escaped=True)


def _clip(path: str, flac: bytes | None) -> str:
    """A line with the path of a clip and, where there is an excerpt, what plays it."""
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
