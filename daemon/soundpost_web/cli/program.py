"""The program `soundpost-web`: serves the page, or sets a password."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soundpost import __version__
from soundpost.command_parser import CommandParser
from soundpost.errors import SoundpostError
from soundpost.system.journal import begin_log

_INTERRUPTED = 130
"""The exit status that shells expect after Ctrl-C."""

_EXAMPLES = """\
examples:
  soundpost-web --broker mqtt://localhost:1883   for this machine, at http://127.0.0.1:8473/
  soundpost-web password admin                   asks for the password, and stores its hash
  soundpost-web --address 0.0.0.0                for other machines; needs a password
  soundpost-web --config web.toml                docs/WEB.md lists every key

A viewer looks at the page; an admin also sends commands, fetches clips and gives verdicts.
Ctrl-C ends the page.
"""

_log = logging.getLogger("soundpost.web")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status; see `soundpost-web --help`."""
    options = build_parser().parse_args(arguments)
    begin_log()
    try:
        if options.command == "password":
            return _set_password(options)
        return _serve(options)
    except SoundpostError as error:
        _log.error("%s\n  hint: %s", error, error.hint)
        return error.exit_status
    except KeyboardInterrupt:
        return _INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = CommandParser(
        prog="soundpost-web",
        description="Serves a page that shows what the nodes of a broker detect, now and before.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"soundpost-web {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML file, see docs/WEB.md")
    parser.add_argument("--broker", metavar="mqtt://HOST:PORT", help="in place of mqtt.broker")
    parser.add_argument("--address", metavar="IP", help="in place of web.address")
    parser.add_argument("--port", type=int, metavar="N", help="in place of web.port")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    password = commands.add_parser("password", help="set the password of a role, and end")
    password.add_argument(
        "role", nargs="?", choices=["viewer", "admin"], default="admin", help="default: admin"
    )
    password.add_argument(  # behind the command too; without it the value from before it stays
        "--config",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="a TOML file, whose web.password_file is used",
    )
    return parser


def _serve(options: argparse.Namespace) -> int:
    # Imported here, so that `--help` and typing errors are answered at once.
    try:
        from soundpost_web.server.run import serve  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    from soundpost_web.settings.load import state_folder  # noqa: PLC0415 - see above

    serve(_settings(options), state_folder())
    return 0


def _set_password(options: argparse.Namespace) -> int:
    from soundpost_web.access.passwords import PasswordFile  # noqa: PLC0415 - see above
    from soundpost_web.cli.ask import ask_password  # noqa: PLC0415 - see above
    from soundpost_web.settings.load import password_path  # noqa: PLC0415 - see above

    path = password_path(_settings(options))
    try:
        PasswordFile(path).set(options.role, ask_password(options.role, sys.stdin))
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    sys.stdout.write(f"The password of {options.role} is set in {path}\n")
    return 0


def _settings(options: argparse.Namespace) -> Any:  # noqa: ANN401 - imported when it is needed
    from soundpost_web.settings import load_settings  # noqa: PLC0415 - see above

    values = {
        "mqtt": {"broker": options.broker},
        "web": {"address": options.address, "port": options.port},
    }
    flags = {
        table: {key: value for key, value in keys.items() if value is not None}
        for table, keys in values.items()
    }
    return load_settings(options.config, flags)


def _missing(error: ModuleNotFoundError) -> SoundpostError:
    from soundpost_web.errors import WebError  # noqa: PLC0415 - see above

    return WebError(
        f"{error.name} is not installed", hint="install the extra: pip install 'soundpost[web]'"
    )
