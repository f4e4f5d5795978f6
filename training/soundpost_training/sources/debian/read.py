"""Reads the packages of the table as sources."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from soundpost.errors import did_you_mean
from soundpost.system.printable import printable
from soundpost_training.dataset.features import content_hash
from soundpost_training.errors import DatasetError
from soundpost_training.sources.debian.copyright import Copyright, attribution
from soundpost_training.sources.debian.fetch import fetch, read_state
from soundpost_training.sources.debian.package_folder import FILES, sound_files
from soundpost_training.sources.debian.table import Rule, read_rules
from soundpost_training.sources.decode import RATE_HZ, measure
from soundpost_training.sources.recording import Source, SourceRecording


def read_packages(
    cache: Path,
    names: Collection[str] | None = None,
    rules: dict[str, list[Rule]] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Source]:
    """Returns a source for each package; one that cannot be had is a source without recordings.

    Args:
        cache: The folder of unpacked packages.
        names: Packages of the table to read; by default all.
        rules: The table; by default the one of this package.
        progress: Called with the name of each package before it is read.

    Raises:
        DatasetError: A name is not in the table.
    """
    rules = read_rules() if rules is None else rules
    for name in names or ():
        if name not in rules:
            raise DatasetError(
                f"no package {name} in the table", hint=did_you_mean(name, list(rules))
            )
    sources = []
    known: dict[bytes, str] = {}
    for package, package_rules in rules.items():
        if names is None or package in names:
            progress(package)
            sources.append(_read(package, package_rules, cache.expanduser(), known))
    return sources


def _read(package: str, rules: Sequence[Rule], cache: Path, known: dict[bytes, str]) -> Source:
    """Returns the source of a package.

    Args:
        package: Its name.
        rules: Its rules.
        cache: The folder of unpacked packages.
        known: Names of the files that were read so far by the hashes of their contents; extended.
    """
    name = f"debian:{package}"
    try:
        folder = fetch(package, cache)
        state = read_state(folder)
        rights = Copyright(_copyright_text(package, folder))
    except DatasetError as error:
        return Source(name, (), (f"{package}: {error}",))
    recordings, left_out = [], [f"{package}: {line}" for line in state.left_out]
    counts: dict[str, int] = {}
    for inner, path in sound_files(folder):
        rule = next((rule for rule in rules if rule.matches(inner)), None)
        if rule is None or rule.use == "no":
            reason = rule.reason if rule else "the table has no rule for them"
            counts[reason] = counts.get(reason, 0) + 1
            continue
        try:
            extent = measure(path)
        except DatasetError as error:
            left_out.append(str(error))
            continue
        if extent.rate_hz < RATE_HZ:
            reason = f"sample rate {extent.rate_hz} Hz, expected {RATE_HZ} Hz at least"
            counts[reason] = counts.get(reason, 0) + 1
            continue
        digest = content_hash(path)
        if known.setdefault(digest, f"{package} {inner}") != f"{package} {inner}":
            counts["copies of other files"] = counts.get("copies of other files", 0) + 1
            continue
        file_rights = rights.rights(inner, rule.copyright)
        recordings.append(
            SourceRecording(
                path=path,
                source=name,
                group=rule.group,
                labels=rule.labels,
                licence=file_rights.licence,
                attribution=attribution(package, state.version, file_rights),
                held_out=rule.use == "held_out",
                seconds=extent.seconds,
            )
        )
    left_out += [f"{package}: {count} files: {reason}" for reason, count in counts.items()]
    return Source(name, tuple(recordings), tuple(left_out))


def _copyright_text(package: str, folder: Path) -> str:
    """Returns the copyright file of an unpacked package.

    Raises:
        DatasetError: It is missing.
    """
    path = folder / FILES / "usr" / "share" / "doc" / package / "copyright"
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DatasetError(
            f"it has no file {printable(str(path.relative_to(folder / FILES)))}",
            hint="only packages whose licence can be read are used",
        ) from error
