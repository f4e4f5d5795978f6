"""The program `soundpost-notify`: sends messages, or checks, tests and lists them."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from soundpost import __version__
from soundpost.command_parser import CommandParser
from soundpost.errors import SoundpostError
from soundpost.system.journal import begin_log

_INTERRUPTED = 130
"""The exit status that shells expect after Ctrl-C."""
_LOGGED = 20

_log = logging.getLogger("soundpost.notify")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status; see `soundpost-notify --help`."""
    options = build_parser().parse_args(arguments)
    begin_log()
    try:
        _run(options)
    except SoundpostError as error:
        _log.error("%s\n  hint: %s", error, error.hint)
        return error.exit_status
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = CommandParser(
        prog="soundpost-notify",
        description="Sends messages about what the nodes of a broker detect, by rules.",
    )
    parser.add_argument("--version", action="version", version=f"soundpost-notify {__version__}")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", required=True, help="a TOML file, see docs/NOTIFY.md"
    )
    parser.add_argument("--broker", metavar="mqtt://HOST:PORT", help="in place of mqtt.broker")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("check", help="check the configuration, and print each rule in words")
    test = commands.add_parser("test", help="send a test message to a target")
    test.add_argument("target", help="the name of the target")
    log = commands.add_parser("log", help="print the latest messages, and what became of them")
    log.add_argument("--json", action="store_true", help="as JSON, a line for each message")
    log.add_argument(
        "-n", type=int, default=_LOGGED, metavar="N", help=f"so many (default: {_LOGGED})"
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    # Imported here, so that `--help` and typing errors are answered at once.
    from soundpost_notify.settings.load import (  # noqa: PLC0415 - see above
        load_settings,
        queue_path,
        state_folder,
    )

    flags = {"mqtt": {"broker": options.broker}} if options.broker else {}
    settings = load_settings(options.config, flags)
    if options.command == "check":
        from soundpost_notify.cli.check import print_check  # noqa: PLC0415 - see above

        print_check(settings)
    elif options.command == "test":
        from soundpost_notify.cli.trial import send_trial  # noqa: PLC0415 - see above

        send_trial(settings, options.target)
    elif options.command == "log":
        from soundpost_notify.cli.log import print_log  # noqa: PLC0415 - see above

        print_log(queue_path(settings), settings, options.n, as_json=options.json)
    else:
        from soundpost_notify.service.run import run  # noqa: PLC0415 - see above

        run(settings, state_folder())
