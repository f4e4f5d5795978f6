"""Command line options of the verbs that train a network and make a bundle."""

import argparse
from collections.abc import Callable
from pathlib import Path

from soundpost_training.cli import freesound_options

VERBS = {
    "prepare": "Decode every recording once and store its features in the cache.",
    "teach": "Run the experiment's teachers on the pool of augmented examples, once.",
    "train": "Train the network that holds one fold out, or none, and convert it to int8.",
    "crossval": "Train and score the network of every fold; print mean and spread of accuracy.",
    "calibrate": "Choose temperature and thresholds within a budget of false alarms per hour.",
    "evaluate": "Write a report (HTML, JSON) with accuracy, curves, confusion and calibration.",
    "export": "Write the bundle with the model of all folds, or of one held out, and its card.",
}

FOLDS_TO_TEACH = "also score the teachers on this fold, which they are not trained on"
FOLDS_TO_TRAIN = "number of the fold to hold out, or none"


def add_options(parser: argparse.ArgumentParser, verb: str) -> None:
    """Adds the options of a verb: those that all verbs have, then its own."""
    parser.add_argument(
        "--cache", type=Path, default=Path("cache"), help="folder for features (default: cache)"
    )
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder for runs (default: runs)"
    )
    if verb != "export":
        parser.add_argument(
            "--shuffle-anyway",
            action="store_true",
            help="assign folds by clip although they leak then, and say how much; the run is "
            "named NAME-shuffled",
        )
    parser.add_argument("--arch", help="replaces model.arch; the run is named NAME-ARCH")
    parser.add_argument(
        "--init",
        help="replaces train.init: run:NAME, bundle:NAME_OR_FOLDER, yamnet:FILE.tflite, "
        "yamnet:FILE.tflite@7 (its first 7 layers), imagenet:mobilenet_v2:FILE.h5 or none; the run "
        "is named NAME-from-…",
    )
    if verb not in {"prepare", "teach"}:
        parser.add_argument("--epochs", type=int, help="replaces train.epochs, for a dry run")
    _add_verb_options(parser, verb)


def _add_verb_options(parser: argparse.ArgumentParser, verb: str) -> None:
    if verb == "prepare":
        freesound_options.add_to(parser)
    if verb == "teach":
        _add_folds(parser.add_mutually_exclusive_group(), FOLDS_TO_TEACH, int)
    if verb == "train":
        _add_folds(parser.add_mutually_exclusive_group(required=True), FOLDS_TO_TRAIN, _fold)
    if verb == "crossval":
        parser.add_argument(
            "--folds",
            type=_folds,
            metavar="FOLD,…",
            help="hold out these folds only, such as 1,2; the table names the missing ones",
        )
        parser.add_argument(
            "--among",
            type=_labels,
            metavar="LABEL,…",
            help="also print the accuracy among these labels, on their clips alone",
        )
    if verb == "export":
        parser.add_argument(
            "--models",
            type=Path,
            default=Path("models"),
            help="folder to put the bundle into (default: models)",
        )
        parser.add_argument(
            "--proof",
            type=Path,
            help="folder for the proof of a bundle of all folds: a twin that held a fold out, and "
            "the scores of every clip",
        )
        parser.add_argument(
            "--force", action="store_true", help="export even if int8 loses more than a point"
        )


def _add_folds(
    group: argparse._MutuallyExclusiveGroup, purpose: str, fold: Callable[[str], int | None]
) -> None:
    # Without a default, since None, which is no fold, would count as a missing option.
    group.add_argument("--fold", type=fold, default=argparse.SUPPRESS, help=purpose)
    group.add_argument("--folds", type=_folds, metavar="FOLD,…", help="the same for several folds")


def _folds(text: str) -> tuple[int, ...]:
    """Returns the folds in a text such as 1,2, each once.

    Raises:
        argparse.ArgumentTypeError: It has anything else.
    """
    try:
        return tuple(dict.fromkeys(int(number) for number in text.split(",")))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"expected numbers of folds with commas, such as 1,2, got {text!r}"
        ) from error


def _fold(text: str) -> int | None:
    return None if text == "none" else int(text)


def _labels(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (label.strip() for label in text.split(",")))))
