"""Draws the metrics of an evaluation as PNG pictures."""

import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from soundpost_training.evaluate.evaluate import Evaluation
from soundpost_training.metrics import ReliabilityBin

Style = dict[str, Any]

DOTS_PER_INCH = 110
ONE_LABEL: Style = {"color": "#2a6f97", "alpha": 0.25, "linewidth": 0.8}
MICRO: Style = {"color": "#d1495b", "linewidth": 2.0}
DIAGONAL: Style = {"color": "#888888", "linestyle": "--", "linewidth": 1.0}


def confusion_matrix(evaluation: Evaluation) -> bytes:
    """Draws shares of each label's clips (row) classified as each label (column)."""
    table = np.array(evaluation.confusion)
    names = [delta.name for delta in evaluation.deltas]
    size = 3.0 + 0.2 * len(names)
    figure = Figure((size + 0.8, size), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(table / np.maximum(table.sum(axis=1, keepdims=True), 1), cmap="viridis")
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set(xlabel="classified as", ylabel="label")
    figure.colorbar(image, ax=axes, shrink=0.7, label="share of the label's clips")
    return _png(figure)


def curves(
    evaluation: Evaluation, scores: NDArray[np.float32], ground_truth: NDArray[np.int64]
) -> bytes:
    """Draws ROC and precision over recall: each label thin, all together (micro average) thick.

    Args:
        evaluation: For the areas.
        scores: float32[clips, labels].
        ground_truth: int64[clips].
    """
    figure = Figure((11.0, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    is_label = np.eye(scores.shape[1], dtype=bool)[ground_truth]
    for index in np.flatnonzero(is_label.any(axis=0) & ~is_label.all(axis=0)):
        _draw_curves((left, right), is_label[:, index], scores[:, index], ONE_LABEL)
    _draw_curves((left, right), is_label.ravel(), scores.ravel(), MICRO)
    left.plot([0, 1], [0, 1], **DIAGONAL)
    left.set(
        xlabel="false positive rate",
        ylabel="true positive rate",
        title=f"ROC, macro area {evaluation.macro_roc_auc:.4f}",
    )
    right.set(
        xlabel="recall",
        ylabel="precision",
        title=f"precision and recall, macro area {evaluation.macro_average_precision:.4f}",
    )
    return _png(figure)


def _draw_curves(
    panels: tuple[Axes, Axes],
    is_label: NDArray[np.bool_],
    scores: NDArray[np.float32],
    style: Style,
) -> None:
    left, right = panels
    false_positives, true_positives, _ = roc_curve(is_label, scores)
    left.plot(false_positives, true_positives, **style)
    precision, recall, _ = precision_recall_curve(is_label, scores)
    right.plot(recall, precision, **style)


def reliability_diagram(evaluation: Evaluation) -> bytes:
    """Draws share correct over the highest score of windows, before and after calibration."""
    figure = Figure((11.0, 4.8), layout="constrained")
    before, after = figure.subplots(1, 2)
    measured = evaluation.reliability
    temperature = evaluation.calibration.temperature
    _draw_reliability(before, measured.before, f"temperature 1, error {measured.error_before:.3f}")
    _draw_reliability(
        after, measured.after, f"temperature {temperature:.2f}, error {measured.error_after:.3f}"
    )
    return _png(figure)


def _draw_reliability(axes: Axes, bins: list[ReliabilityBin], title: str) -> None:
    sizes = np.array([group.windows for group in bins])
    points = [group.score for group in bins], [group.right for group in bins]
    axes.plot([0, 1], [0, 1], **DIAGONAL)
    axes.plot(*points, color=MICRO["color"])
    axes.scatter(*points, s=400.0 * sizes / sizes.max(), color=MICRO["color"], alpha=0.5)
    axes.set(xlabel="highest score of a window", ylabel="share correct", title=title)
    axes.set(xlim=(0, 1), ylim=(0, 1))


def label_bars(evaluation: Evaluation) -> bytes:
    """Draws F1 of each label and the share of its clips that reach its threshold."""
    order = sorted(range(len(evaluation.labels)), key=lambda index: evaluation.labels[index].f1)
    labels = [evaluation.labels[index] for index in order]
    detected = [evaluation.calibration.labels[index].detected for index in order]
    figure = Figure((9.0, 1.5 + 0.22 * len(labels)), layout="constrained")
    axes = figure.subplots()
    positions = np.arange(len(labels))
    axes.barh(positions + 0.2, [label.f1 for label in labels], 0.4, label="F1", color="#2a6f97")
    axes.barh(positions - 0.2, detected, 0.4, label="detected at its threshold", color="#f4a259")
    axes.set_yticks(positions, [label.name for label in labels], fontsize=7)
    axes.set(xlim=(0, 1), ylim=(-0.7, len(labels) - 0.3))
    axes.grid(axis="x", alpha=0.3)
    axes.legend(loc="lower right")
    return _png(figure)


def loss_curves(histories: dict[str, NDArray[np.float64]]) -> bytes:
    """Draws the loss of each run over its epochs, and its validation loss dashed, if any.

    Args:
        histories: Each run's name, and float64[epochs, 2 or 3]: epoch, loss, validation loss.
    """
    figure = Figure((9.0, 4.0), layout="constrained")
    axes = figure.subplots()
    for name, rows in histories.items():
        (line,) = axes.plot(rows[:, 0], rows[:, 1], label=name, linewidth=1.0)
        for losses in rows[:, 2:].T:
            axes.plot(rows[:, 0], losses, color=line.get_color(), linestyle="--", linewidth=1.0)
    axes.set(xlabel="epoch", ylabel="mean loss (dashed: validation)")
    axes.grid(alpha=0.3)
    if histories:
        axes.legend(loc="upper right")
    return _png(figure)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return buffer.getvalue()
