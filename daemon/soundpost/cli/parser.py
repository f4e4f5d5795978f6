"""The command line: its commands, flags and help."""

import argparse
from functools import partial
from pathlib import Path

from soundpost import __version__
from soundpost.cli.analyze.parser import add_analyze
from soundpost.cli.bundle.parser import add_bundle
from soundpost.cli.flags.listen import add_listen
from soundpost.cli.flags.values import positive_seconds
from soundpost.cli.models.parser import add_models
from soundpost.cli.options import add_configuration
from soundpost.cli.review.parser import add_review
from soundpost.cli.teach.parser import add_teach
from soundpost.command_parser import CommandParser

_EXAMPLES = """\
first steps:
  soundpost devices                      list the sound cards by name
  soundpost bundles                      list the models, and what each was trained on
  soundpost labels                       list what a model can detect
  soundpost listen night.wav             detect in a recording; no broker, no microphone
  soundpost analyze card/ --out results  detect in months of recordings, and write tables
  soundpost check --source mic:USB       try everything, one line each
  soundpost watch --source mic:USB       see what is detected as it happens
  soundpost review results/ --recordings card/    say by keyboard which events are right
  soundpost teach gate_bell bell/        teach this node a new sound, from ten clips of it
  soundpost run --source mic:USB --broker mqtt://broker.local:1883
  soundpost run --config /etc/soundpost/soundpost.toml

`soundpost COMMAND --help` has examples of each command.
Every flag with a key in brackets is a key of the configuration file, and wins over it
(docs/CONFIG.md).
Exit status: 0 done, 1 something failed, 2 wrong usage, 78 wrong configuration or bundle,
130 ended by Ctrl-C.
"""


def build_parser() -> argparse.ArgumentParser:
    """Builds the parser; `command` of its result is the name of the command."""
    parser = CommandParser(
        prog="soundpost",
        description="Classifies sound in real time and publishes detections over MQTT.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"soundpost {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )

    run = _add(commands, "run", "detect and publish, until SIGTERM or Ctrl-C", _RUN_EXAMPLES)
    add_configuration(run, "source", "channel", "pace", "broker", "node", "bundle", "evidence")

    add_listen(partial(_add, commands))
    add_analyze(partial(_add, commands))

    check = _add(
        commands,
        "check",
        "try configuration, bundle, source and broker",
        "examples:\n  soundpost check --source mic:USB\n"
        "  sudo soundpost check --config /etc/soundpost/soundpost.toml\n",
    )
    add_configuration(
        check, "source", "channel", "broker", "node", "latitude", "longitude", "bundle"
    )

    selftest = _add(
        commands,
        "selftest",
        "recognise a known sound, and publish it to the broker",
        "examples:\n  soundpost selftest --broker mqtt://broker.local\n"
        "  sudo soundpost selftest --config /etc/soundpost/soundpost.toml --within 30\n",
    )
    add_configuration(selftest, "broker", "node", "bundle")
    selftest.add_argument(
        "--within",
        type=positive_seconds,
        default=10.0,
        metavar="SECONDS",
        help="time from the first sample to the acknowledgement (default: 10)",
    )

    watch = _add(
        commands,
        "watch",
        "show level, scores and events as they come",
        "examples:\n  soundpost watch --source mic:USB\n  soundpost watch --source wav:night.wav\n"
        "  soundpost watch | tee events.txt       plain lines, without a screen\n",
    )
    add_configuration(watch, "source", "channel", "pace", "bundle")

    examples = "examples:\n  soundpost devices\n  soundpost devices --try\n"
    devices = _add(commands, "devices", "list the sound cards that can be recorded from", examples)
    devices.add_argument(
        "--try",
        action="store_true",
        dest="trying",
        help="record from each: level, channels that carry sound, faults",
    )
    add_models(partial(_add, commands))
    add_bundle(partial(_add, commands))

    clips = _add(commands, "clips", "list the stored clips, or copy them", _CLIPS_EXAMPLES)
    add_configuration(clips)
    clips.add_argument("--evidence", metavar="DIR", help="their folder [evidence.folder]")
    clips.add_argument("--label", metavar="LABEL", help="only clips of this label")
    clips.add_argument("--export", type=Path, metavar="DIR", help="copy them to this folder")

    add_review(partial(_add, commands))
    add_teach(partial(_add, commands))

    examples = "example:\n  soundpost bench --bundle /srv/models/garden\n"
    bench = _add(commands, "bench", "measure the cost of each stage on this machine", examples)
    add_configuration(bench, "bundle")
    return parser


_RUN_EXAMPLES = """\
examples:
  soundpost run --source mic:USB --broker mqtt://broker.local:1883 --node barn
  soundpost run --source wav:night.wav --pace fast
  soundpost run --config /etc/soundpost/soundpost.toml

As a service (systemd), a configuration that is refused is replaced by the last good one.
"""

_CLIPS_EXAMPLES = """\
examples:
  soundpost clips --evidence clips/ --label siren
  sudo soundpost clips --config /etc/soundpost/soundpost.toml --export copies/
"""


def _add(
    commands: "argparse._SubParsersAction[CommandParser]",
    name: str,
    summary: str,
    examples: str,
) -> CommandParser:
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
