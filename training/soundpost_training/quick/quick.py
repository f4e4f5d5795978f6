"""From folders of recordings to a bundle, in about a minute: a head on frozen features."""

import time
from pathlib import Path
from typing import NamedTuple

from soundpost.manifest import Metric
from soundpost_training.bundle.export import LARGEST_LOSS, verify_bundle
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig
from soundpost_training.files import install_folder
from soundpost_training.progress import report
from soundpost_training.quick.advice import advice
from soundpost_training.quick.backbone import Backbone, open_backbone
from soundpost_training.quick.bundle import ManifestMaker, Origin, int8_model, int8_scores
from soundpost_training.quick.card import Results, card
from soundpost_training.quick.embed import embed, network_features
from soundpost_training.quick.figures import figures_of
from soundpost_training.quick.folds import fit, out_of_fold_scores
from soundpost_training.quick.material import Embedded, Material
from soundpost_training.quick.printing import (
    hours,
    print_advice,
    print_data,
    print_figures,
    print_int8,
)
from soundpost_training.quick.thresholds import choose_thresholds, negatives_of
from soundpost_training.scoring.thresholds import label_defaults

CALIBRATION_WINDOWS = 100
"""For the ranges of int8; more change nothing that is measurable, and take longer."""

CLEAR_SCORE = 0.5
"""Answer of a sigmoid: the label is there from this score on."""


class QuickRequest(NamedTuple):
    """A bundle to be made of recordings.

    Attributes:
        data: The recordings.
        backbone: The bundle or the file of YAMNet whose features are used.
        budget: False events an hour that each label may give.
        origin: Name, version and command of the bundle.
        models: The folder that the bundle's folder is written to.
        cache: The folder of computed features.
    """

    data: DataConfig
    backbone: str
    budget: float
    origin: Origin
    models: Path
    cache: Path


def quick(request: QuickRequest) -> bool:
    """Makes a bundle, and prints each step, the figures and what to do next.

    Returns:
        Whether each label keeps to the budget.

    Raises:
        DatasetError: The recordings cannot be used.
        BundleError: The backbone cannot be used.
        TrainingError: The backbone's network cannot be read, or the bundle cannot be written.
    """
    began = time.monotonic()
    dataset = _refuse_label_alone(open_dataset(request.data))
    backbone = open_backbone(request.backbone)
    dataset, features = prepare(dataset, backbone.spec, request.cache)
    print_data(dataset, features)
    report.print(
        f"features: {backbone.name}, trained on {backbone.data}", soft_wrap=True, markup=False
    )
    embedded = embed(backbone, dataset, features, CALIBRATION_WINDOWS)
    is_open = bool(dataset.background) or len(dataset.labels) == 1
    material = Material(dataset, embedded, "sigmoid" if is_open else "softmax")
    report.print(
        f"{len(embedded.owners)} windows; fitting a head without each of folds {dataset.folds} in "
        "turn, then one on all",
        soft_wrap=True,
    )
    scores = out_of_fold_scores(material)
    head = fit(material, None)
    durations = hours(dataset, features)
    thresholds = choose_thresholds(
        material, scores, head.scores(embedded.quiet), request.budget, durations
    )
    report.print("converting to int8")
    model = int8_model(backbone, head, embedded.calibration)
    labels = [
        label_defaults(each.name, each.on_threshold, backbone.spec, each.quiet)
        for each in thresholds
    ]
    maker = ManifestMaker(request.origin, backbone, head, dataset, labels)
    figures = figures_of(material, scores)
    results = Results(
        figures=figures,
        thresholds=thresholds,
        negatives=negatives_of(material, durations),
        budget=request.budget,
        agreement=_agreement(maker, model, backbone, embedded),
    )
    text = card(request.origin, backbone, dataset, results, model)
    files = maker.files(model, text, _metrics(results, request.origin.command))
    folder = install_folder(files, request.models, request.origin.name, verify_bundle)
    print_figures(figures, thresholds, results.negatives, request.budget)
    print_int8(results.agreement, LARGEST_LOSS)
    report.print(f"bundle: {folder}, {len(model):,} bytes, {time.monotonic() - began:.0f} s")
    print_advice(
        advice(
            figures,
            thresholds,
            results.negatives,
            request.budget,
            has_background=bool(dataset.background),
        )
    )
    return all(each.is_within_budget for each in thresholds)


def _refuse_label_alone(dataset: Dataset) -> Dataset:
    """Returns the data set, unless its one label has nothing to be distinguished from.

    Raises:
        DatasetError: There is one label and no background.
    """
    if len(dataset.labels) == 1 and not dataset.background:
        raise DatasetError(
            f"{dataset.name} has the one label {dataset.labels[0]} and no background to "
            "distinguish it from",
            hint="record the place without that sound, and give the folder with --background",
        )
    return dataset


def _agreement(maker: ManifestMaker, model: bytes, backbone: Backbone, embedded: Embedded) -> float:
    """Returns the share of windows with the same answer in int8 as in float."""
    windows = embedded.calibration
    real = maker.head.scores(network_features(backbone.network, windows))
    int8 = int8_scores(maker.classifier(model), windows)
    if maker.head.activation == "sigmoid":
        return float(((real >= CLEAR_SCORE) == (int8 >= CLEAR_SCORE)).mean())
    return float((real.argmax(axis=1) == int8.argmax(axis=1)).mean())


def _metrics(results: Results, command: str) -> list[Metric]:
    agreement = ("window_agreement_int8_float", results.agreement, 0.0)
    figures = [agreement]
    if results.figures.accuracies:
        mean = results.figures.accuracy
        figures.append(("clip_accuracy_float", mean.mean, mean.spread))
    return [
        Metric(name=name, value=value, spread=spread, command=command)
        for name, value, spread in figures
    ]
