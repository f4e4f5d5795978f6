"""The flags of `soundpost bundle`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from soundpost.cli.flags.values import positive_seconds
from soundpost.command_parser import CommandParser
from soundpost.importer.options import (
    DEFAULT_NOISE_SECONDS,
    DEFAULT_RANGE_THRESHOLD,
    DEFAULT_THRESHOLD,
)

EXAMPLES = """\
examples:
  soundpost bundle import yamnet.tflite --name yamnet --licence Apache-2.0
  soundpost bundle import model.tflite --labels labels.txt --rate 48000 --name birds \\
      --licence 'CC BY-NC-SA 4.0' --range-model range.tflite
  soundpost bundle show ./birds
  soundpost bundle labels ./birds --find woodpecker
  soundpost bundle verify ./birds

docs/MODELS.md leads from a model's file to its events on a broker.
"""
_IMPORT_EXAMPLES = """\
examples:
  soundpost bundle import yamnet.tflite --name yamnet --licence Apache-2.0
  soundpost bundle import perch.onnx --labels label.csv --rate 32000 --output label \\
      --activation softmax --licence Apache-2.0 --to /srv/models

The model runs in a process of its own, with limits. It is measured with silence, hum and noise; a
label that scores in them gets a threshold above. Names with a slash are folders, others are looked
up in $SOUNDPOST_MODELS. Exit status: 0 the bundle is written; 1 the model cannot be used.
"""


def add_bundle(
    add: Callable[[str, str, str], CommandParser], name_or_folder: str = "NAME|DIR"
) -> None:
    """Adds the command and its own commands.

    Args:
        add: Adds a command with its name, its summary and its examples.
        name_or_folder: The placeholder of a bundle.
    """
    bundle = add("bundle", "import a foreign model; show, verify and list a bundle", EXAMPLES)
    actions = bundle.add_subparsers(
        title="actions", metavar="ACTION", dest="action", required=True, parser_class=CommandParser
    )

    def action(name: str, summary: str, examples: str) -> CommandParser:
        return actions.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    _add_import(action("import", "make a bundle of a TFLite or ONNX model", _IMPORT_EXAMPLES))
    show = action("show", "show what a bundle is", "example:\n  soundpost bundle show everyday\n")
    verify = action(
        "verify",
        "verify hashes and golden vectors; exit status 0, or 78 if it must not be used",
        "example:\n  soundpost bundle verify /srv/models/birds\n",
    )
    labels = action(
        "labels",
        "list the labels of a bundle by all their names",
        "examples:\n  soundpost bundle labels ./birds --find owl\n"
        "  soundpost bundle labels ./birds --json | jq -r '.[].scientific_name'\n",
    )
    for parser in (show, verify, labels):
        parser.add_argument("bundle", metavar=name_or_folder, help="the bundle")
    for parser in (show, labels):
        parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    labels.add_argument("--find", metavar="TEXT", help="only labels with this in one of its names")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a TFLite or ONNX file")
    bundle = parser.add_argument_group("the bundle")
    bundle.add_argument("--name", help="its name (default: that of the file)")
    bundle.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="the folder of models that it is written to (default: $SOUNDPOST_MODELS, or here)",
    )
    bundle.add_argument("--force", action="store_true", help="replace a bundle of that name")
    bundle.add_argument("--release", default="1.0.0", metavar="X.Y.Z", help="its version (1.0.0)")
    bundle.add_argument("--licence", required=True, help="the licence of the model")
    bundle.add_argument("--attribution", default="", help="its authors, as the licence has it")
    bundle.add_argument("--data", default=None, help="what it was trained on")

    sound = parser.add_argument_group("the sound that the model takes")
    sound.add_argument("--rate", type=int, metavar="HZ", help="sample rate, unless it is stated")
    sound.add_argument(
        "--window", type=positive_seconds, metavar="SECONDS", help="of a model that takes any"
    )
    sound.add_argument(
        "--stride",
        type=positive_seconds,
        metavar="SECONDS",
        help="from window to window (default: half a window, at most 1)",
    )
    sound.add_argument(
        "--features", type=Path, metavar="FILE", help="TOML: front end of a model of log-mel"
    )
    sound.add_argument(
        "--feature", action="append", default=[], metavar="KEY=VALUE", help="one value of it"
    )

    output = parser.add_argument_group("its outputs, by name or position")
    output.add_argument("--output", metavar="NAME", help="the output with the scores")
    output.add_argument("--embedding", metavar="NAME", help="an output that is kept for heads")
    output.add_argument(
        "--activation",
        choices=("none", "sigmoid", "softmax"),
        help="what makes scores of the output (default: found by running the model)",
    )

    labels = parser.add_argument_group("its labels")
    labels.add_argument(
        "--labels", type=Path, metavar="FILE", help="text or CSV (default: the model's metadata)"
    )
    labels.add_argument("--language", metavar="TAG", help="of the common names, such as en")
    labels.add_argument(
        "--groups", type=_groups, metavar="NAME|FILE", help="CSV: label,group; yamnet is there"
    )
    labels.add_argument(
        "--threshold",
        type=_share,
        default=DEFAULT_THRESHOLD,
        metavar="SCORE",
        help=f"starts an event, of labels that noise does not raise ({DEFAULT_THRESHOLD:g})",
    )
    labels.add_argument(
        "--noise-seconds",
        type=positive_seconds,
        default=DEFAULT_NOISE_SECONDS,
        metavar="SECONDS",
        help=f"of each noise that is measured ({DEFAULT_NOISE_SECONDS:g})",
    )
    labels.add_argument(
        "--range-model", type=Path, metavar="FILE", help="TFLite: which labels occur at a place"
    )
    labels.add_argument(
        "--range-threshold",
        type=_share,
        default=DEFAULT_RANGE_THRESHOLD,
        metavar="SCORE",
        help=f"labels below it do not occur ({DEFAULT_RANGE_THRESHOLD:g})",
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 < share <= 1.0:
        raise argparse.ArgumentTypeError(f"expected a score above 0 and at most 1, got {text!r}")
    return share


def _groups(text: str) -> Path:
    # Imported on demand: every command builds this parser, and `run` needs no tables of labels.
    from soundpost.importer.labels.groups import find_groups  # noqa: PLC0415 - see above

    return find_groups(text)
