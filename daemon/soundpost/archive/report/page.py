"""Renders the page of the report; the only file of the daemon that imports Jinja2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from soundpost.archive.clips import ClipPlan
from soundpost.archive.clips.folder import FOLDER, PICTURE, SOUND
from soundpost.archive.report.counts import Counts
from soundpost.archive.report.timeline import Timeline
from soundpost.archive.report.totals import MOST_NAMED, LabelKey, Totals
from soundpost.archive.settings import Fingerprint
from soundpost.errors import ConfigError
from soundpost.manifest import Manifest
from soundpost.system.printable import printable
from soundpost.system.units import clock_duration

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_LABELS = 200
"""Rows of the table of labels. The tables have all events."""
MOST_CLIPS = 500
"""Players on the page; a browser lays out that many without a pause."""
_MOST_METRICS = 12
_SHOWN = ("soundpost", "models", "timezone", "capture.", "gate.", "model ", "thresholds ")
"""Beginnings of the names of settings that the page states. Others, such as a place, may be
private."""


@dataclass(frozen=True, slots=True)
class Page:
    """The contents of the page.

    Attributes:
        totals: Of all recordings.
        counts: By day and by hour.
        timelines: Of the recordings with the most events.
        clips: The clips that are there, by label.
        clips_per_label: Their greatest number; 0 if none were requested.
        failures: The reasons for which files were left out.
        problems: The reasons for which clips or pictures could not be made, by file.
        highest_hz: The highest frequency in spectrograms.
        zone: The name of the zone of days and hours.
        settings: The settings of the analysis.
        manifests: The models.
    """

    totals: Totals
    counts: Counts
    timelines: Sequence[Timeline]
    clips: Mapping[LabelKey, Sequence[ClipPlan]]
    clips_per_label: int
    failures: Mapping[str, str]
    problems: Mapping[str, str]
    highest_hz: float
    zone: str
    settings: Fingerprint
    manifests: Sequence[Manifest]

    @property
    def shown_settings(self) -> list[tuple[str, str]]:
        """The settings that the page states."""
        return [(name, value) for name, value in self.settings.items() if name.startswith(_SHOWN)]

    @property
    def shown_clips(self) -> list[tuple[LabelKey, Sequence[ClipPlan]]]:
        """The clips that the page shows: of the labels with the most events first."""
        shown: list[tuple[LabelKey, Sequence[ClipPlan]]] = []
        left = MOST_CLIPS
        for key in self.totals.ranked():
            if plans := self.clips.get(key, ())[:left]:
                shown.append((key, plans))
                left -= len(plans)
        return shown


def check_jinja() -> None:
    """Imports Jinja2.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        import jinja2  # noqa: F401, PLC0415 - an extra that only the report needs
    except ImportError as error:
        raise ConfigError(
            f"Jinja2, which writes the report, cannot be imported: {error}",
            hint="pip install 'soundpost[analyze]', or leave out --report",
        ) from error


def render(page: Page) -> str:
    """Returns the HTML of a page.

    Every text from a file name, a bundle or an error is escaped, and made printable before: a mark
    that turns the direction of writing, or a byte that is not UTF-8, becomes an escape.
    """
    text: str = (
        _environment()
        .get_template("report.html")
        .render(
            page=page,
            totals=page.totals,
            most_labels=MOST_LABELS,
            most_clips=MOST_CLIPS,
            most_named=MOST_NAMED,
            most_metrics=_MOST_METRICS,
            has_several_models=len(page.manifests) > 1,
        )
    )
    return text


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": lambda number: f"{number:,}",
        "number_of": lambda number, noun: f"{number:,} {noun}{'s' if number != 1 else ''}",
        "duration": clock_duration,
        "hours": lambda seconds: f"{seconds / 3600:,.2f}",
        "tenths_of_hours": _tenths_of_hours,
        "clip_sound": lambda plan: _clip(plan, SOUND),
        "clip_picture": lambda plan: _clip(plan, PICTURE),
    }
    return environment


def _tenths_of_hours(seconds: float) -> str:
    """Returns hours with one decimal, in which a recording of a minute is not nothing."""
    text = f"{seconds / 3600:.1f}"
    return "<0.1" if text == "0.0" else text


def _clip(plan: ClipPlan, suffix: str) -> str:
    return quote(f"{FOLDER}/{plan.folder}/{plan.stem}{suffix}")
