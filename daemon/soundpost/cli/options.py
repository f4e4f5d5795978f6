"""Reads the configuration with the flags of a command line."""

import argparse
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

from soundpost.cli.flags.table import BESIDE, FLAGS
from soundpost.config import Config, load_config, only_source
from soundpost.errors import nearest


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
