"""Measures all labels, numbers of recordings and learners, and prints a table."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from rich.table import Table

from soundpost.teach.examples import Embeddings, Recording
from soundpost.teach.sound.embed import open_embedder
from soundpost.teach.sound.general import read_general
from soundpost_training.dataset.paths import data_folder
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.files import write_atomic
from soundpost_training.heads.figures import LabelFigures, ours, scikit_learn
from soundpost_training.heads.protocol import TAUGHT, Material, choose, embed_all
from soundpost_training.progress import report, track

Measure = Callable[[Sequence[Recording], Sequence[Recording], Material, Embeddings], LabelFigures]


class FigureRequest(NamedTuple):
    """The figures to measure; see `soundpost-train heads --help`."""

    bundle: str
    yamnet: str | None
    recordings: tuple[int, ...]
    repeats: int
    out: Path | None


class Row(NamedTuple):
    """The figures of one label, learner, number of recordings and choice of them."""

    learner: str
    recordings: int
    label: str
    repeat: int
    figures: LabelFigures


class Learner(NamedTuple):
    """A network with a way to learn on it.

    Attributes:
        name: For the table.
        material: The embeddings of the network.
        general: Its general sounds; may be none.
        measure: Learns and measures.
    """

    name: str
    material: Material
    general: Embeddings
    measure: Measure


def report_figures(request: FigureRequest) -> None:
    """Measures, prints a table for each number of recordings, and writes all figures.

    Raises:
        DatasetError: ESC-50 is missing.
        BundleError: The bundle cannot be used.
    """
    learners = _learners(request)
    rows = list(_rows(learners, request))
    for count in request.recordings:
        report.print(_table(count, [row for row in rows if row.recordings == count]))
    report.print(_labels(rows, max(set(request.recordings) & {10} or request.recordings)))
    if request.out is not None:
        content = [{**row._asdict(), "figures": row.figures._asdict()} for row in rows]
        write_atomic(request.out, msgspec.json.format(msgspec.json.encode(content)) + b"\n")


def _learners(request: FigureRequest) -> list[Learner]:
    clips = read_esc50(data_folder("esc50")).clips
    embedder = open_embedder(request.bundle)
    general = read_general(embedder.bundle.folder, embedder.backbone, embedder.input)
    none = general[:0]
    name = embedder.backbone.id
    own = embed_all(clips, embedder, name)
    learners = [
        Learner(f"{name}, soundpost teach", own, general, ours),
        Learner(f"{name}, scikit-learn", own, general, scikit_learn),
    ]
    if len(general):
        learners.append(Learner(f"{name}, without general sounds", own, none, ours))
    if request.yamnet is not None:
        # Keras takes seconds to import.
        from soundpost_training.heads.yamnet import YamnetEmbedder  # noqa: PLC0415 - see above

        yamnet = embed_all(clips, YamnetEmbedder(data_folder(request.yamnet)), "YAMNet")
        learners += [
            Learner("YAMNet, soundpost teach", yamnet, np.empty((0, 1024), np.float32), ours),
            Learner("YAMNet, scikit-learn", yamnet, np.empty((0, 1024), np.float32), scikit_learn),
        ]
    return learners


def _rows(learners: Sequence[Learner], request: FigureRequest) -> Iterator[Row]:
    plan = [
        (learner, count, label, repeat)
        for learner in learners
        for count in request.recordings
        for label in TAUGHT
        for repeat in range(request.repeats)
    ]
    for learner, count, label, repeat in track(plan, "labels are taught"):
        taught, test = choose(learner.material.taught[label], count, repeat)
        figures = learner.measure(taught, test, learner.material, learner.general)
        yield Row(learner.name, count, label, repeat, figures)


def _table(count: int, rows: Sequence[Row]) -> Table:
    table = Table(title=f"{count} recordings, mean of {len(TAUGHT)} labels")
    for column in ("learner", "AUC", "recall at 1 %", "recall", "false/h", "refused"):
        table.add_column(column, justify="left" if column == "learner" else "right")
    for learner in dict.fromkeys(row.learner for row in rows):
        own = [row.figures for row in rows if row.learner == learner]
        table.add_row(
            learner,
            f"{np.mean([each.separation for each in own]):.3f}",
            f"{np.mean([each.recall_at_share for each in own]):.3f}",
            f"{np.mean([each.recall for each in own]):.3f}",
            f"{np.mean([each.false_events_per_hour for each in own]):.2f}",
            f"{sum(each.is_refused for each in own)}/{len(own)}",
        )
    return table


def _labels(rows: Sequence[Row], count: int) -> Table:
    """Returns the figures of each label by the first learner, at one number of recordings."""
    first = rows[0].learner
    table = Table(title=f"{first}, {count} recordings")
    for column in ("label", "AUC", "recall at 1 %", "recall", "false/h", "refused"):
        table.add_column(column, justify="left" if column == "label" else "right")
    for label in TAUGHT:
        own = [
            row.figures
            for row in rows
            if (row.learner, row.recordings, row.label) == (first, count, label)
        ]
        table.add_row(
            label,
            f"{np.mean([each.separation for each in own]):.3f}",
            f"{np.mean([each.recall_at_share for each in own]):.2f}",
            f"{np.mean([each.recall for each in own]):.2f}",
            f"{np.mean([each.false_events_per_hour for each in own]):.2f}",
            f"{sum(each.is_refused for each in own)}/{len(own)}",
        )
    return table
