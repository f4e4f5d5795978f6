"""The events and scores of one recording as tables: CSV, and labels for Audacity."""

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from soundpost.archive.tables.cells import csv_text, decimal, tab_text
from soundpost.cli.listen.details.label_scores import LabelScores
from soundpost.cli.listen.details.result import EventResult

EVENTS, SCORES, LABELS = "events.csv", "scores.csv", "labels.txt"
_DECIMALS = 4
_COLUMNS = (
    *("begin_seconds", "end_seconds", "label", "common_name", "scientific_name", "score"),
    *("threshold", "level_dbfs", "model"),
)


def events_csv(events: Iterable[EventResult]) -> str:
    """Returns the events as CSV (RFC 4180), one row for each."""
    return _csv(
        (
            _COLUMNS,
            *(
                (
                    decimal(event.begin_seconds),
                    decimal(event.end_seconds),
                    csv_text(event.label),
                    csv_text(event.common_name),
                    csv_text(event.scientific_name),
                    decimal(event.score),
                    decimal(event.threshold),
                    decimal(event.level_dbfs),
                    csv_text(event.model),
                )
                for event in events
            ),
        )
    )


def scores_csv(models: Sequence[tuple[str, LabelScores]], sample_rate_hz: int) -> str:
    """Returns the smoothed scores of all labels over time as CSV: a row for each window.

    Args:
        models: The id and the scores of each model.
        sample_rate_hz: Converts samples to seconds.
    """
    labels = list(dict.fromkeys(rule.label for _, scores in models for rule in scores.rules))
    rows: list[Sequence[str]] = [("begin_seconds", "model", *map(csv_text, labels))]
    for model, scores in models:
        position = {rule.label: index for index, rule in enumerate(scores.rules)}
        for begin, values in zip(scores.begin_samples, scores.values, strict=True):
            texts = np.round(values.astype(float), _DECIMALS).tolist()
            cells = [f"{texts[position[label]]}" if label in position else "" for label in labels]
            rows.append((decimal(begin / sample_rate_hz), csv_text(model), *cells))
    return _csv(rows)


def audacity_labels(events: Iterable[EventResult]) -> str:
    """Returns the events as a label track: begin, end and name, between tabs."""
    return "".join(
        f"{decimal(event.begin_seconds)}\t{decimal(event.end_seconds)}\t"
        f"{tab_text(event.common_name or event.label)}\n"
        for event in events
    )


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
