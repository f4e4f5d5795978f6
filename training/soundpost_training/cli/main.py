"""The command line of training: one verb per step, each of which can be repeated."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from soundpost.errors import SoundpostError
from soundpost_training.cli import freesound_options, quick_options, stream_options
from soundpost_training.cli.field.options import VERBS as FIELD_VERBS
from soundpost_training.cli.field.options import add_options as add_field_options
from soundpost_training.cli.field.options import is_of_field
from soundpost_training.cli.heads import figures, negatives
from soundpost_training.cli.preflight import check, require_config
from soundpost_training.cli.soundscape_options import VERBS as SOUNDSCAPE_VERBS
from soundpost_training.cli.soundscape_options import add_options as add_soundscape_options
from soundpost_training.cli.tagging import sources
from soundpost_training.cli.tagging.options import add_tagging
from soundpost_training.cli.training_options import VERBS as TRAINING_VERBS
from soundpost_training.cli.training_options import add_options as add_training_options
from soundpost_training.dataset.folds import training_folds
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.experiment.load import load_experiment, with_leaky_folds
from soundpost_training.train.default_recipe import default_note, with_default_init

DESCRIPTION = "Trains a network on recordings and makes the int8 bundle that `soundpost` runs."
EPILOG = """\
From folders of recordings to a bundle in a minute, without an experiment:
      soundpost-train quick FOLDER --out models/NAME --background FOLDER

An experiment is a TOML file: it names the data set and has the settings of the
network and of training. Each step runs the steps that it depends on first.

 1. Compute the features of all recordings, once:
      soundpost-train prepare --config training/configs/esc50.toml
 2. Only if the experiment has a [teacher]: run the teacher networks, once:
      soundpost-train teach --config training/configs/esc50-taught.toml
 3. Train one network, on all folds but the fifth:
      soundpost-train train --config training/configs/esc50.toml --fold 5
 4. Hold out each fold once, and print the accuracy:
      soundpost-train crossval --config training/configs/esc50.toml
 5. Choose thresholds by the false alarms that they give:
      soundpost-train calibrate --config training/configs/esc50.toml
 6. Write the report runs/NAME/report.html:
      soundpost-train evaluate --config training/configs/esc50.toml
 7. Write the bundle models/ID/:
      soundpost-train export --config training/configs/esc50.toml

`soundpost-train prepare freesound --help` explains how to download recordings.

The accuracy of clips is not the rate of false alarms in continuous sound. To
measure that, compose hours of sound with known events (docs/DETECTION.md):
      soundpost-train soundscape --config training/configs/esc50.toml \\
          --fold 5 --seed 1 --out hours
      soundpost-train evaluate --soundscape hours --bundle models/esc50
Better still, evaluate on recordings of your own place with annotations:
      soundpost-train evaluate --field recordings --bundle models/everyday
      soundpost-train calibrate --bundle models/everyday --negatives recordings \\
          --annotated recordings --budget 0.5 --out models/mine

Exit status: 0 done, 1 an error, 3 a budget of false events is missed (calibrate,
quick, tune --budget; the results are written), 78 a wrong experiment or option.

Ctrl-C is safe: the same command resumes where it stopped; evaluations of a field
folder or a soundscape begin anew. Data sets are looked
up in $SOUNDPOST_DATA. KERAS_BACKEND selects tensorflow, jax or torch.
`soundpost-train VERB --help` explains the options of a step.
"""
INTERRUPTED = 130
"""128 + SIGINT: the exit status that a shell expects of a program ended by Ctrl-C."""

OWN = (sources, stream_options, negatives, figures)
WITHOUT_EXPERIMENT = {module.VERB: module.run for module in OWN}
VERBS = TRAINING_VERBS | SOUNDSCAPE_VERBS | FIELD_VERBS
BEGIN_ANEW = {"tune", "gates", "stream", "heads"}
"""Verbs that store nothing before their end, beside those that work on field folders."""

WITHOUT_CONFIG = {"prepare", "evaluate", "tune", "gates", "field", "calibrate"}
"""Verbs that work without an experiment: always, or with `freesound`, `--soundscape`, `--field` or
`--bundle`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    options.command = shlex.join(["soundpost-train", *arguments])
    try:
        return _run(options)
    except SoundpostError as error:
        print(f"soundpost-train: {error}\n  hint: {error.hint}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print(_stopped(options), file=sys.stderr)
        return INTERRUPTED


def _stopped(options: argparse.Namespace) -> str:
    """Returns the line for Ctrl-C: whether the same command goes on from here."""
    of_recordings = options.verb in BEGIN_ANEW or getattr(options, "soundscape", None)
    if of_recordings or is_of_field(options):
        return "stopped; the same command begins anew"
    return "stopped; the same command resumes from here"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soundpost-train",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    quick_options.add_to(
        verbs.add_parser("quick", help=quick_options.PURPOSE, description=quick_options.PURPOSE)
    )
    for verb, purpose in VERBS.items():
        verb_parser = verbs.add_parser(verb, help=purpose, description=purpose)
        verb_parser.add_argument(
            "--config",
            type=Path,
            required=verb not in WITHOUT_CONFIG,
            help="experiment file, such as training/configs/esc50.toml",
        )
        add_soundscape_options(verb_parser, verb)
        add_field_options(verb_parser, verb)
        if verb in TRAINING_VERBS:
            add_training_options(verb_parser, verb)
    add_tagging(verbs)
    for module in OWN:
        module.add_to(verbs)
    return parser


def _run(options: argparse.Namespace) -> int:
    status = _run_without_experiment(options)
    return _run_experiment(options) if status is None else status


def _run_without_experiment(options: argparse.Namespace) -> int | None:
    """Runs a verb that needs no experiment, or its own kind; None for the other verbs.

    The modules are imported here: --help and a typo need not wait for them.
    """
    status: int | None = 0
    if options.verb == "quick":
        status = quick_options.run(options)
    elif getattr(options, "source", None) == "freesound":
        print(freesound_options.run(options))
    elif options.verb == "tagging":
        from soundpost_training.cli.tagging.verbs import run_tagging  # noqa: PLC0415 - see above

        run_tagging(options)
    elif options.verb in WITHOUT_EXPERIMENT:
        WITHOUT_EXPERIMENT[options.verb](options)
    elif is_of_field(options):
        from soundpost_training.cli.field import verbs as field_verbs  # noqa: PLC0415 - see above

        run = getattr(field_verbs, "compose" if options.verb == "field" else options.verb)
        status = run(options) or 0
    elif options.verb in SOUNDSCAPE_VERBS or getattr(options, "soundscape", None):
        status = _run_soundscape(options)
    else:
        status = None
    return status


def _run_experiment(options: argparse.Namespace) -> int:
    require_config(options)
    experiment = load_experiment(
        options.config, getattr(options, "epochs", None), arch=options.arch, init=options.init
    )
    if getattr(options, "shuffle_anyway", False):
        experiment = with_leaky_folds(experiment)
    stated = experiment
    experiment = with_default_init(stated, check(stated, options))
    if note := default_note(stated, experiment):
        print(note, file=sys.stderr)
    # Keras takes seconds to import; --help, a typo and missing data need not wait for it.
    from soundpost_training.cli import training_verbs, verbs  # noqa: PLC0415 - see above

    module = training_verbs if hasattr(training_verbs, options.verb) else verbs
    status: int | None = getattr(module, options.verb)(experiment, options)
    return status or 0


def _run_soundscape(options: argparse.Namespace) -> int:
    experiment = None
    if options.verb == "soundscape":
        experiment = load_experiment(options.config)
        training_folds(open_dataset(experiment.data), options.fold)
    from soundpost_training.cli import soundscape_verbs as verbs  # noqa: PLC0415 - for the same reason

    if experiment is not None:
        verbs.soundscape(experiment, options)
        return 0
    run = {"evaluate": verbs.judge, "tune": verbs.tune, "gates": verbs.gates}[options.verb]
    status: int | None = run(options)
    return status or 0
