"""The flags of the command line that are also keys of the configuration."""

from collections.abc import Callable
from dataclasses import dataclass


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
        is_repeatable: True if the flag can be repeated: several values are tables `[[models]]`.
        parse: Converts the text to a value of the key's type.
    """

    table: str
    key: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    is_list: bool = False
    is_repeatable: bool = False
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
        "microphone, camera, stream, raw PCM or file (default: mic); or one of [[sources]]",
        "mic[:NAME]|rtsp://URL|ffmpeg:INPUT|pcm:-|wav:PATH|NAME",
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
    "bundle": Flag(
        "classify",
        "bundle",
        "model (default: everyday, included); can be repeated, for several",
        "NAME|DIR",
        is_repeatable=True,
    ),
    "include": Flag(
        "decide", "include", "detect only these labels and groups", "LABEL[,…]", is_list=True
    ),
    "exclude": Flag("decide", "exclude", "never detect these", "LABEL[,…]", is_list=True),
    "evidence": Flag(
        "evidence", "folder", "store a clip of each event here (default: none is stored)", "DIR"
    ),
}
"""By the flag's name."""
BESIDE = {"source": ("password-file", "rate")}
"""Flags that every command has which has another one."""
