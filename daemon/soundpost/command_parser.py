"""The parser of command lines, which names the nearest flag or choice for a misspelt one."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from soundpost.errors import nearest


class CommandParser(argparse.ArgumentParser):
    """Parses a command line, and names the nearest flag or choice for a misspelt one."""

    _given: Sequence[str] = ()

    def parse_known_args(  # type: ignore[override] # typeshed has overloads for the namespace
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parses, and refuses unknown flags here, where the flags of the command are known."""
        self._given = sys.argv[1:] if args is None else args
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Prints the usage, the error and the nearest known word, and exits with 2."""
        choice = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if choice and (unknown := self._unknown_flag_before(choice[1])):
            # The value of a misspelt flag was taken for the name of a command.
            message, choice = f"unrecognized arguments: {unknown}", None
        if choice:
            wrong, known = choice[1], re.findall(r"[\w-]+", choice[2])
        else:
            flag = re.search(r"unrecognized arguments:.*?(--[^\s=]+)", message)
            wrong, known = flag[1] if flag else "", self._flags()
        near = nearest(wrong, known)
        hint = f"did you mean {near}?" if near else ""
        if message.startswith("unrecognized arguments") and not wrong and self._takes_files():
            hint = "write all files side by side, before the flags"
        super().error(f"{message}\n  hint: {hint}" if hint else message)

    def _takes_files(self) -> bool:
        """Returns whether it takes any number of words without a flag: argparse reads one run."""
        return any(each.nargs in {"*", "+"} for each in self._get_positional_actions())

    def _flags(self) -> list[str]:
        return re.findall(r"--[\w-]+", self.format_help())

    def _unknown_flag_before(self, word: str) -> str:
        """Returns the first unknown flag before a word of the command line; empty without one."""
        before = self._given[: self._given.index(word)] if word in self._given else ()
        names = (each.partition("=")[0] for each in before if each.startswith("--"))
        known = self._flags()
        return next((name for name in names if not any(f.startswith(name) for f in known)), "")
