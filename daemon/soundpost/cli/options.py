"""The flags that are also keys of the configuration."""

import argparse
import math
from pathlib import Path
from typing import Any

from soundpost.config import Config, load_config

FLAGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "source": (
        "capture",
        "source",
        {"metavar": "mic[:NAME]|wav:PATH", "help": "what to listen to (default: mic)"},
    ),
    "pace": (
        "capture",
        "pace",
        {"choices": ["real", "fast"], "help": "a file as a microphone, or as fast as it goes"},
    ),
    "broker": (
        "mqtt",
        "broker",
        {"metavar": "mqtt[s]://HOST[:PORT]", "help": "default: mqtt://localhost:1883"},
    ),
    "node": ("node", "name", {"metavar": "NAME", "help": "who listens (default: the host name)"}),
    "bundle": (
        "classify",
        "bundle",
        {"metavar": "NAME|DIR", "help": "the model (default: esc50, which comes with soundpost)"},
    ),
    "evidence": (
        "evidence",
        "folder",
        {"metavar": "DIR", "help": "keep a clip of each event here (default: none is kept)"},
    ),
}
"""By name: the table and the key that a flag replaces, and what argparse is told of it."""


def add_configuration(parser: argparse.ArgumentParser, *names: str) -> None:
    """Let a command take `--config` and these flags."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (TOML)")
    for name in names:
        table, key, options = FLAGS[name]
        options = options | {"help": f"{options['help']} [{table}.{key}]"}
        parser.add_argument(f"--{name}", **options)


def read_config(options: argparse.Namespace) -> Config:
    """The configuration file with the given flags laid over it."""
    return read_config_of(options, options.config)


def read_config_of(options: argparse.Namespace, file: Path | None) -> Config:
    """The same with another file, or none."""
    flags: dict[str, dict[str, Any]] = {}
    for name, (table, key, _) in FLAGS.items():
        value = getattr(options, name, None)
        if value is not None:
            flags.setdefault(table, {})[key] = value
    return load_config(file, flags)


def positive_seconds(text: str) -> float:
    """A duration that a flag gives.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (seconds > 0.0 and math.isfinite(seconds)):
        raise argparse.ArgumentTypeError(f"expected seconds, a number above 0, got {text!r}")
    return seconds
