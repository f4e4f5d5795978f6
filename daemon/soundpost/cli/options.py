"""Flags of the command line that are also keys of the configuration."""

import argparse
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from soundpost.config import Config, load_config
from soundpost.errors import nearest


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that replaces a key of the configuration.

    Attributes:
        table: The key's table.
        key: The key.
        help: A line for `--help`.
        metavar: A placeholder for the value.
        choices: The values that it takes; None for any.
        is_list: True for values separated by commas; the flag can be repeated.
        parse: Converts the text to a value of the key's type.
    """

    table: str
    key: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    is_list: bool = False
    parse: Callable[[str], str | float] = str


LONGEST_NUMBER = 9
"""Digits; longer ones are refused as text, because `int` is slow on thousands and refuses more."""


def _number_or_text(text: str) -> int | str:
    """Returns a whole number as such, and everything else unchanged."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else text


def _degrees_or_text(text: str) -> float | str:
    """Returns a number as such, and everything else unchanged."""
    try:
        return float(text)
    except ValueError:
        return text


FLAGS = {
    "source": Flag(
        "capture",
        "source",
        "microphone, camera, stream, raw PCM or file (default: mic)",
        "mic[:NAME]|rtsp://URL|ffmpeg:INPUT|pcm:-|wav:PATH",
    ),
    "password-file": Flag(
        "capture", "password_file", "file with the password of a camera or stream", "FILE"
    ),
    "rate": Flag(
        "capture",
        "rate_hz",
        "rate of capture, or of raw PCM (default: what the model needs)",
        "HZ",
        parse=_number_or_text,
    ),
    "channel": Flag(
        "capture",
        "channel",
        "channels of the card or file that are used (default: auto)",
        "auto|mix|left|right|N",
        parse=_number_or_text,
    ),
    "pace": Flag(
        "capture",
        "pace",
        "read a file in real time, or as fast as possible",
        choices=("real", "fast"),
    ),
    "broker": Flag("mqtt", "broker", "default: mqtt://localhost:1883", "mqtt[s]://HOST[:PORT]"),
    "node": Flag("node", "name", "name of this node (default: the host name)", "NAME"),
    "latitude": Flag(
        "node", "latitude", "of this node, north positive", "DEGREES", parse=_degrees_or_text
    ),
    "longitude": Flag(
        "node", "longitude", "of this node, east positive", "DEGREES", parse=_degrees_or_text
    ),
    "bundle": Flag("classify", "bundle", "model (default: everyday, included)", "NAME|DIR"),
    "include": Flag(
        "decide", "include", "detect only these labels and groups", "LABEL[,…]", is_list=True
    ),
    "exclude": Flag("decide", "exclude", "never detect these", "LABEL[,…]", is_list=True),
    "evidence": Flag(
        "evidence", "folder", "store a clip of each event here (default: none is stored)", "DIR"
    ),
}
"""By the flag's name."""
_BESIDE = {"source": ("password-file", "rate")}
"""Flags that every command has which has another one."""


class CommandParser(argparse.ArgumentParser):
    """Parses a command line, and names the nearest flag or choice for a misspelt one."""

    def parse_known_args(  # type: ignore[override] # typeshed has overloads for the namespace
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parses, and refuses unknown flags here, where the flags of the command are known."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Prints the usage, the error and the nearest known word, and exits with 2."""
        if choice := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            wrong, known = choice[1], re.findall(r"[\w-]+", choice[2])
        else:
            flag = re.search(r"unrecognized arguments:.*?(--[^\s=]+)", message)
            wrong, known = flag[1] if flag else "", re.findall(r"--[\w-]+", self.format_help())
        near = nearest(wrong, known)
        super().error(f"{message}\n  hint: did you mean {near}?" if near else message)


def add_configuration(parser: argparse.ArgumentParser, *names: str) -> None:
    """Adds `--config` and these flags to a command."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (TOML)")
    for name in dict.fromkeys(
        chain.from_iterable((name, *_BESIDE.get(name, ())) for name in names)
    ):
        flag = FLAGS[name]
        parser.add_argument(
            f"--{name}",
            metavar=flag.metavar,
            choices=flag.choices,
            action="append" if flag.is_list else "store",
            help=f"{flag.help} [{flag.table}.{flag.key}]",
        )


def read_config(options: argparse.Namespace) -> Config:
    """Reads the configuration file, and replaces keys by the given flags."""
    return read_config_of(options, options.config)


def read_config_of(options: argparse.Namespace, file: Path | None) -> Config:
    """Reads another file than the one that `--config` names, or none, likewise."""
    flags: dict[str, dict[str, Any]] = {}
    for name, flag in FLAGS.items():
        value = getattr(options, name.replace("-", "_"), None)
        if value is not None:
            if flag.is_list:
                value = [part.strip() for text in value for part in text.split(",")]
            else:
                value = flag.parse(value)
            flags.setdefault(flag.table, {})[flag.key] = value
    return load_config(file, flags)


def positive_seconds(text: str) -> float:
    """Parses a duration in seconds.

    Raises:
        ArgumentTypeError: It is not a number above 0.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (seconds > 0.0 and math.isfinite(seconds)):
        raise argparse.ArgumentTypeError(f"expected seconds, a number above 0, got {text!r}")
    return seconds


class Threshold(NamedTuple):
    """A threshold for one run.

    Attributes:
        name: The label or group; None for all labels.
        score: The smoothed score that starts an event, in [0, 1].
    """

    name: str | None
    score: float


def threshold(text: str) -> Threshold:
    """Parses `SCORE` or `LABEL=SCORE`.

    Raises:
        ArgumentTypeError: The score is not a number from 0 to 1, or the label is empty.
    """
    name, equals, number = text.rpartition("=")
    try:
        score = float(number)
    except ValueError:
        score = math.nan
    if not 0.0 <= score <= 1.0 or (equals and not name):
        raise argparse.ArgumentTypeError(
            f"expected a score from 0 to 1, as 0.4 or siren=0.4, got {text!r}"
        )
    return Threshold(name if equals else None, score)
