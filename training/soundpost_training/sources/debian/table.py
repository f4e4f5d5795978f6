"""The table of packages: which of their files are used, with which labels, and why."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

from soundpost.errors import did_you_mean
from soundpost_training.dataset.labels import VALID
from soundpost_training.dataset.readers.csv_rows import read_rows
from soundpost_training.errors import DatasetError

TABLE = "packages.csv"
COLUMNS = {"package", "files", "labels", "use", "reason", "copyright"}
HINT = "expected the columns package,files,labels,use,reason,copyright"

Use = Literal["train", "held_out", "no"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: files of a package that have the same labels and the same use.

    Attributes:
        package: The name of the Debian package.
        files: Patterns of the shell for the ends of paths; `*` also stands for `/`.
        labels: Labels that sound in each of the files.
        use: For training, held out for evaluation, or not used.
        reason: What the files are, and why they have these labels or are not used.
        copyright: The `Files` pattern of the copyright file's paragraph that holds for them, if
            their paths in the package are not those of the source; else empty.
    """

    package: str
    files: tuple[str, ...]
    labels: tuple[str, ...]
    use: Use
    reason: str
    copyright: str

    @property
    def group(self) -> str:
        """The group of the files: they share speakers, instruments or makers."""
        return f"debian:{self.package}:{';'.join(self.files)}"

    def matches(self, path: str) -> bool:
        """Returns whether a path within the package ends as one of the patterns."""
        return any(fnmatchcase(f"/{path}", f"*/{pattern}") for pattern in self.files)


def read_rules(table: Path | None = None) -> dict[str, list[Rule]]:
    """Returns the rules of each package, in the order of the table; the first match holds.

    Args:
        table: Another table than the one of this package.

    Raises:
        DatasetError: The table cannot be read, or a row is wrong.
    """
    if table is None:
        with resources.as_file(resources.files(__package__) / TABLE) as included:
            return read_rules(included)
    rules: dict[str, list[Rule]] = {}
    for row in read_rows(table, COLUMNS, HINT):
        rule = _rule(row, table)
        rules.setdefault(rule.package, []).append(rule)
    return rules


def _rule(row: dict[str, str], table: Path) -> Rule:
    where = f"{table}, package {row['package'] or '(none)'}"
    for column in ("package", "files", "reason"):
        if not row[column]:
            raise DatasetError(f"{where}: expected a value for {column}, got none", hint=HINT)
    use = row["use"]
    if use not in get_args(Use):
        raise DatasetError(
            f"{where}: expected one of {', '.join(get_args(Use))} for use, got {use!r}",
            hint=did_you_mean(use, get_args(Use)),
        )
    labels = _split(row["labels"])
    for label in labels:
        if not VALID.fullmatch(label):
            raise DatasetError(f"{where}: {label!r} is not a label", hint="use a-z, 0-9 and _")
    values = row["package"], _split(row["files"]), labels, use, row["reason"], row["copyright"]
    return Rule(*values)  # type: ignore[arg-type]  # use is one of its choices, see above


def _split(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in cell.split(";"))))
