"""The command line of training: one verb per step, each of which can be repeated."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from soundpost.errors import SoundpostError
from soundpost_training.cli import freesound_options
from soundpost_training.cli.soundscape_options import VERBS as SOUNDSCAPE_VERBS
from soundpost_training.cli.soundscape_options import add_flags
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import dealt_by_clip, load_experiment

DESCRIPTION = "From folders of sound to a certified int8 bundle that `soundpost` can run."
EPILOG = """\
The steps, each of which does the ones before it when they are still to be done:

  soundpost-train prepare freesound --help                        recordings, if you have none
  soundpost-train prepare  --config training/configs/esc50.toml   features, once
  soundpost-train teach    --config training/configs/esc50.toml   only with a [teacher]
  soundpost-train train    --config training/configs/esc50.toml --fold 5
  soundpost-train crossval --config training/configs/esc50.toml   every fold held out once
  soundpost-train calibrate --config training/configs/esc50.toml  thresholds by false alarms
  soundpost-train evaluate --config training/configs/esc50.toml   runs/<name>/report.html
  soundpost-train export   --config training/configs/esc50.toml   models/<id>/

And beside them, on hours of sound with known events in it (docs/DETECTION.md):

  soundpost-train soundscape --config training/configs/esc50.toml --fold 5 --seed 1 --out hours
  soundpost-train evaluate --soundscape hours --bundle models/esc50   the daemon's whole path

Ctrl-C is safe: the same command goes on where it stopped. Data sets are found under
$SOUNDPOST_DATA; KERAS_BACKEND chooses tensorflow, jax or torch for training.
"""
INTERRUPTED = 130
"""128 + SIGINT, what a shell expects of a program that Ctrl-C ended."""

VERBS = {
    "prepare": "Listen to every recording once and keep its features.",
    "teach": "Have the experiment's teacher listen to its pool of augmented examples, once.",
    "train": "Train the network of one fold, which holds that fold out, or none, for shipping.",
    "crossval": "Train, quantize and score every fold; print the mean and spread over the folds.",
    "calibrate": "Choose the temperature, and thresholds that keep to a budget of false alarms.",
    "evaluate": "Write a report with figures, curves, confusions and calibration, HTML and JSON.",
    "export": "Write the bundle: the model of all folds, or of one held out, with its card.",
    **SOUNDSCAPE_VERBS,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of a command line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    options.command = shlex.join(["soundpost-train", *arguments])
    try:
        _run(options)
    except SoundpostError as error:
        print(f"soundpost-train: {error}\n  hint: {error.hint}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soundpost-train",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, purpose in VERBS.items():
        _add_verb(verbs, verb, purpose)
    return parser


def _add_verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", verb: str, purpose: str
) -> None:
    parser = verbs.add_parser(verb, help=purpose, description=purpose)
    parser.add_argument(
        "--config",
        type=Path,
        required=verb not in {"prepare", "evaluate", "tune", "gates"},
        help="the experiment, such as configs/esc50.toml",
    )
    add_flags(parser, verb)
    if verb in SOUNDSCAPE_VERBS:
        return
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where features are kept")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs are kept")
    if verb != "export":
        parser.add_argument(
            "--shuffle-anyway",
            action="store_true",
            help="deal the folds by clip, say what leaks; the run is kept as <name>-shuffled",
        )
    parser.add_argument("--arch", help="instead of model.arch; the run is kept as <name>-<arch>")
    parser.add_argument(
        "--init", help="instead of train.init, such as yamnet:FILE.tflite@7; as <name>-from-…"
    )
    if verb == "prepare":
        freesound_options.add_to(parser)
    if verb == "teach":
        parser.add_argument(
            "--fold", type=int, help="judge its teachers, too, by the fold, which they never hear"
        )
    if verb in ("prepare", "teach"):
        return
    parser.add_argument("--epochs", type=int, help="instead of train.epochs, for a dry run")
    if verb == "crossval":
        parser.add_argument(
            "--among",
            type=_labels,
            metavar="LABEL,…",
            help="print, too, how well the clips of some labels are told from one another",
        )
    if verb == "train":
        parser.add_argument(
            "--fold", type=_fold, required=True, help="the fold to hold out, or none"
        )
    if verb == "export":
        parser.add_argument(
            "--models", type=Path, default=Path("models"), help="the folder that gets the bundle"
        )
        parser.add_argument(
            "--proof",
            type=Path,
            help="the folder that gets what a bundle of all folds is held to: its twin, its scores",
        )
        parser.add_argument(
            "--force", action="store_true", help="also when int8 loses more than a point"
        )


def _fold(text: str) -> int | None:
    return None if text == "none" else int(text)


def _labels(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (label.strip() for label in text.split(",")))))


def _run(options: argparse.Namespace) -> None:
    if getattr(options, "source", None) == "freesound":
        print(freesound_options.run(options))
        return
    if options.verb in SOUNDSCAPE_VERBS or getattr(options, "soundscape", None):
        _run_soundscape(options)
        return
    if options.config is None:
        raise ExperimentError(
            f"{options.verb} needs --config",
            hint="name an experiment, or say: prepare freesound, or evaluate --soundscape, --help",
        )
    experiment = load_experiment(
        options.config, getattr(options, "epochs", None), arch=options.arch, init=options.init
    )
    if getattr(options, "shuffle_anyway", False):
        experiment = dealt_by_clip(experiment)
    # Keras takes seconds to import; --help and a typo in the file need not wait for it.
    from soundpost_training.cli import verbs  # noqa: PLC0415 - see above

    getattr(verbs, options.verb)(experiment, options)


def _run_soundscape(options: argparse.Namespace) -> None:
    from soundpost_training.cli import soundscape_verbs as verbs  # noqa: PLC0415 - for the same reason

    if options.verb == "soundscape":
        verbs.soundscape(load_experiment(options.config), options)
    else:
        {"evaluate": verbs.judge, "tune": verbs.tune, "gates": verbs.gates}[options.verb](options)
