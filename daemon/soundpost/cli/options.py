"""Reads the configuration with the flags of a command line."""

import argparse
from itertools import chain
from pathlib import Path
from typing import Any

from soundpost.cli.flags.table import BESIDE, FLAGS
from soundpost.config import Config, load_config, only_source


def add_configuration(parser: argparse.ArgumentParser, *names: str) -> None:
    """Adds `--config`, these flags and `--source` to a command."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (TOML)")
    if "source" not in names:  # a command that captures no sound
        parser.add_argument(
            "--source", dest="source_name", metavar="NAME", help="one of several [[sources]]"
        )
    for name in dict.fromkeys(chain.from_iterable((name, *BESIDE.get(name, ())) for name in names)):
        flag = FLAGS[name]
        parser.add_argument(
            f"--{name}",
            metavar=flag.metavar,
            choices=flag.choices,
            action="append" if flag.is_list or flag.is_repeatable else "store",
            help=f"{flag.help} [{flag.table}.{flag.key}]",
        )


def read_config(options: argparse.Namespace) -> Config:
    """Reads the configuration file, and replaces keys by the given flags.

    Raises:
        ConfigError: As `load_config`; or there are several sources, and none is chosen.
    """
    config = read_config_of(options, options.config)
    if not config.sources:
        return config
    return read_config_of(options, options.config, only_source(config.sources))


def read_config_of(
    options: argparse.Namespace, file: Path | None, source: str | None = None
) -> Config:
    """Reads another file, or none, likewise; of several sources all, unless one is chosen.

    Args:
        options: The command line.
        file: The file, in place of the one that `--config` names.
        source: The name of a source, in place of the one that `--source` names.
    """
    flags: dict[str, Any] = {}
    for name, flag in FLAGS.items():
        value = getattr(options, name.replace("-", "_"), None)
        if value is not None:
            if flag.is_repeatable and len(value) > 1:
                flags["models"] = [{flag.key: flag.parse(text)} for text in value]
                continue
            if flag.is_list:
                value = [part.strip() for text in value for part in text.split(",")]
            else:
                value = flag.parse(value[0] if flag.is_repeatable else value)
            flags.setdefault(flag.table, {})[flag.key] = value
    return load_config(file, flags, source or getattr(options, "source_name", None))
