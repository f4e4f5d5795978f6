"""Makes the clips and the report of an archive from the parts of its journal."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from soundpost.archive.clips import BestEvents, ClipPlan, ClipSettings
from soundpost.archive.files import ArchiveFile
from soundpost.archive.part import Part
from soundpost.archive.report.counts import Counts
from soundpost.archive.report.local_time import certain_start_ns, local
from soundpost.archive.report.page import Page, check_jinja, render
from soundpost.archive.report.results import Results
from soundpost.archive.report.sounds import ArchiveSounds
from soundpost.archive.report.timeline import Timeline, lanes_of
from soundpost.archive.report.totals import LabelKey, Totals
from soundpost.archive.row import Row
from soundpost.archive.settings import AnalysisSettings, fingerprint
from soundpost.errors import ArchiveError, ConfigError
from soundpost.manifest import Manifest
from soundpost.pipeline import capture_rate_hz
from soundpost.system.atomic_file import write_atomic

PAGE = "report.html"
MOST_TIMELINES = 12
"""Recordings that are drawn: each is read as far as it is long."""


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The choice of a run.

    Attributes:
        clips: Events of each label that get a clip; 0 for none.
        has_page: Whether the page is written.
    """

    clips: int = 0
    has_page: bool = False

    def __bool__(self) -> bool:
        """Returns whether anything is to be made."""
        return bool(self.clips) or self.has_page


class ArchiveReport:
    """Writes the clips of the best events and the page, from two passes over the parts.

    One part is in memory at a time; besides, totals by label and a bounded number of clips and
    timelines are. Recordings are read only for clips and pictures that are not there yet.

    Args:
        settings: Of the analysis.
        manifests: Of its models.
        out: The folder of the tables.
        options: The choice of the run.
    """

    def __init__(
        self,
        settings: AnalysisSettings,
        manifests: Sequence[Manifest],
        out: Path,
        options: ReportOptions,
    ) -> None:
        self._analysis = settings
        self._manifests = manifests
        self._out = out
        self._options = options
        rate_hz = capture_rate_hz(settings.config.capture, manifests)
        self._settings = ClipSettings.of(settings.config, rate_hz)
        self._sounds = ArchiveSounds(out, self._settings)

    @property
    def problems(self) -> Mapping[str, str]:
        """The reasons for which clips or pictures could not be made, by the names of files."""
        return self._sounds.problems

    def check(self) -> None:
        """Finds out before the analysis what would be in the way after it.

        Raises:
            ConfigError: Jinja2 is not installed, or the configuration protects speech.
            ArchiveError: The folder of the clips cannot be written to.
        """
        if self._options.has_page:
            check_jinja()
        if not self._options.clips:
            return
        privacy = self._analysis.config.evidence.privacy
        if privacy != "off":
            raise ConfigError(
                f"evidence.privacy is {privacy!r}, and clips of archives cannot leave out speech",
                hint="leave out --clips, or name another configuration with --config",
            )
        self._sounds.clips.check()

    def write(self, results: Results) -> None:
        """Makes all that is missing, and writes the page.

        Raises:
            ArchiveError: A file cannot be written.
        """
        self._sounds.problems.clear()
        try:
            self._write(results)
        except OSError as error:
            raise ArchiveError(
                f"the clips and the report in {self._out} cannot be written: {error.strerror}",
                hint="free space there; what is analyzed is kept, and not done again",
            ) from error

    def _write(self, results: Results) -> None:
        totals = Totals(MOST_TIMELINES if self._options.has_page else 0)
        best = BestEvents(self._options.clips)
        for _, part in results.recordings():
            totals.add(part)
            best.add(part.rows)
        selected = best.selected()
        counts = Counts(totals, self._analysis.zone)
        plans: dict[tuple[str, str], ClipPlan] = {}  # copies of a recording have the same ids
        timelines = []
        for file, part, own, is_drawn in self._second_pass(results, totals, selected):
            self._sounds.make(file, part, own, has_picture=is_drawn)
            plans |= {(plan.row.file, plan.row.id): plan for plan in own}
            if self._options.has_page:
                counts.add(part)
            if is_drawn:
                timelines.append(self._timeline(part))
        ordered = [plans[row.file, row.id] for row in selected]
        if self._options.clips:
            self._sounds.clips.remove_others(ordered)
        if self._options.has_page:
            timelines.sort(key=lambda timeline: -timeline.events)
            self._sounds.remove_other_pictures([timeline.part for timeline in timelines])
            page = self._page(results, totals, counts, timelines, ordered)
            write_atomic(self._out / PAGE, render(page).encode())

    def _second_pass(
        self, results: Results, totals: Totals, selected: Sequence[Row]
    ) -> Iterator[tuple[ArchiveFile, Part, list[ClipPlan], bool]]:
        """Yields each recording with its clips, and whether a timeline is drawn of it."""
        chosen: defaultdict[str, list[Row]] = defaultdict(list)
        for row in selected:
            chosen[row.file].append(row)
        drawn = totals.richest()
        for number, (file, part) in enumerate(results.recordings()):
            rows = chosen.get(part.file, ())
            plans = [ClipPlan.of(row, part.seconds, self._settings) for row in rows]
            yield file, part, plans, number in drawn

    def _timeline(self, part: Part) -> Timeline:
        lanes, start_ns = lanes_of(part), certain_start_ns(part)
        start = (
            ""
            if start_ns is None
            else f"{local(start_ns, self._analysis.zone):%Y-%m-%d %H:%M:%S %Z}"
        )
        others = len(part.rows) - sum(lane.events for lane in lanes)
        picture = self._sounds.picture(part)
        return Timeline(replace(part, rows=()), start, picture, lanes, others, len(part.rows))

    def _page(
        self,
        results: Results,
        totals: Totals,
        counts: Counts,
        timelines: Sequence[Timeline],
        plans: Sequence[ClipPlan],
    ) -> Page:
        clips: dict[LabelKey, list[ClipPlan]] = {}
        for plan in plans:
            if self._sounds.clips.has(plan):
                clips.setdefault((plan.row.label, plan.row.model_id), []).append(plan)
        zone = self._analysis.zone
        return Page(
            totals=totals,
            counts=counts,
            timelines=timelines,
            clips=clips,
            clips_per_label=self._options.clips,
            failures=results.failures,
            problems=self.problems,
            highest_hz=self._sounds.highest_hz,
            zone=zone.key if zone else "UTC",
            settings=fingerprint(self._analysis, self._manifests),
            manifests=self._manifests,
        )
