"""The verb `sources`: lists the recordings for audio tagging, and fetches packages for it."""

import argparse
from pathlib import Path

from rich.table import Column, Table

from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.errors import DatasetError
from soundpost_training.progress import bar, console, report
from soundpost_training.sources.corpora import read_corpora
from soundpost_training.sources.debian.fetch import DEFAULT_CACHE
from soundpost_training.sources.debian.read import read_packages
from soundpost_training.sources.debian.table import read_rules
from soundpost_training.sources.recording import Source

VERB = "sources"
PURPOSE = "List the recordings for audio tagging: hours, labels, licences, and what is left out."
EPILOG = """\
The corpora ESC-50, UrbanSound8K and ambience are read from below $SOUNDPOST_DATA. The packages are
those of a table; what is neither in the cache nor installed is downloaded by apt-get: 5.2 GB for
all of them, of which 2.5 GB of sound stay in the cache. A .deb file in the cache is used as well,
so the packages can be carried to a machine without a network.
"""

LABELS_SHOWN = 6
"""Labels of a source in the table, the most frequent ones; the rest are counted."""


def add_to(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb and its options."""
    parser = verbs.add_parser(
        VERB,
        help=PURPOSE,
        description=PURPOSE,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=DEFAULT_CACHE,
        help=f"folder of unpacked packages (default: {DEFAULT_CACHE})",
    )
    parser.add_argument(
        "--packages",
        type=_names,
        metavar="NAME,…",
        help="read these packages only, such as openarena-data; none reads the corpora alone",
    )


def run(options: argparse.Namespace) -> None:
    """Reads the sources, and prints a table of them and the list of what was left out.

    Raises:
        DatasetError: A package is not in the table, or nothing at all can be read.
    """
    corpora, missing = _read_corpora()
    names = list(read_rules()) if options.packages is None else list(options.packages)
    with bar() as progress:
        task = progress.add_task("packages", total=len(names))

        def advance(name: str) -> None:
            progress.update(task, advance=1, description=name)

        sources = [*corpora, *read_packages(options.cache, names, progress=advance)]
    if not any(source.recordings for source in sources):
        raise DatasetError(
            "no source has a recording",
            hint="; ".join(line for source in [*missing, *sources] for line in source.left_out),
        )
    report.print(sources_table(sources))
    for source in [*missing, *sources]:
        for line in source.left_out:
            report.print(f"left out: {line}", markup=False, highlight=False, soft_wrap=True)


def sources_table(sources: list[Source]) -> Table:
    """Returns a table of sources: recordings, hours, labels and licences, and their sums."""
    names = Column("source", no_wrap=True)
    columns = names, "recordings", "held out", "hours", "labels", "licence"
    table = Table(*columns, title="sources for audio tagging")
    for source in sources:
        labels = ", ".join(source.labels[:LABELS_SHOWN])
        more = len(source.labels) - LABELS_SHOWN
        table.add_row(
            source.name,
            str(len(source.recordings)),
            str(sum(recording.held_out for recording in source.recordings)),
            f"{source.hours:.2f}",
            labels + (f" and {more} more" if more > 0 else ""),
            source.licence,
        )
    every = [recording for source in sources for recording in source.recordings]
    held_out = sum(recording.held_out for recording in every)
    table.add_section()
    hours = sum(source.hours for source in sources)
    table.add_row("all", str(len(every)), str(held_out), f"{hours:.2f}", "", "")
    return table


def _read_corpora() -> tuple[list[Source], list[Source]]:
    """Returns the corpora, or a source without recordings that has the reason."""
    try:
        label_map = read_label_map()
        return read_corpora(label_map.esc50, label_map.urbansound8k), []
    except DatasetError as error:
        console.print(f"corpora left out: {error}", style="yellow", markup=False, soft_wrap=True)
        return [], [Source("corpora", (), (f"corpora: {error}; {error.hint}",))]


def _names(text: str) -> tuple[str, ...]:
    """Returns the names in a text such as a,b; `none` is no name."""
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in text.split(",")))))
    return () if names == ("none",) else names
