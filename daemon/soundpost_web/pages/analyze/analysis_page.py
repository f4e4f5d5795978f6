"""The pages of an analysis: its form, its progress and its result."""

from soundpost.classify import installed_bundles
from soundpost_web.analysis.job import Job, JobState
from soundpost_web.analysis.result import RecordingResult
from soundpost_web.pages.analyze.analysis_view import UNITS, view_event_row, view_lanes, view_top
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.event_view import length
from soundpost_web.settings import AnalyzeConfig

TOP = 5
MOST_LANES = 8
"""Labels on the timeline; all events are in the table below it."""
MOST_EVENTS = 200
"""In that table; all are in the files."""
_PREFERRED = "everyday"
_HERTZ_PER_KILOHERTZ = 1_000


class AnalysisPage:
    """Collects what the pages show.

    Args:
        config: The table `[analyze]`.
        text: The texts.
    """

    def __init__(self, config: AnalyzeConfig, text: Catalogue) -> None:
        self._config = config
        self._text = text

    def bundles(self) -> list[str]:
        """Returns the names of the bundles that can be chosen, the preferred one first."""
        names = [folder.name for folder in installed_bundles()]
        return sorted(names, key=lambda name: (name != _PREFERRED, name))

    def form(self) -> dict[str, object]:
        """Returns what the template of the form takes."""
        return {
            "bundles": self.bundles(),
            "megabytes": self._config.megabytes,
            "minutes": self._config.minutes,
            "keep_minutes": self._config.keep_minutes,
        }

    def progress(self, job: Job, ahead: int) -> str:
        """Returns the state of a job in words."""
        if job.state is JobState.RUNNING:
            return self._text("analyze.running")
        return self._text("analyze.waiting" if ahead else "analyze.next", ahead=ahead)

    def result(self, job: Job, ahead: int) -> dict[str, object]:
        """Returns what the template of a result takes."""
        failure = self._text(job.failure) if job.failure else ""
        result = job.result
        return {
            "job": job,
            "progress": "" if job.is_over else self.progress(job, ahead),
            "failure": failure,
            "result": result,
            "keep_minutes": self._config.keep_minutes,
            **(self._details(result) if result else {}),
        }

    def _details(self, result: RecordingResult) -> dict[str, object]:
        text = self._text
        detected = {event.label for event in result.events}
        best = sorted(
            (label for model in result.models for label in model.best),
            key=lambda label: -label.best,
        )
        return {
            "events": [view_event_row(event, text) for event in result.events[:MOST_EVENTS]],
            "more_events": max(0, len(result.events) - MOST_EVENTS),
            "lanes": view_lanes(result)[:MOST_LANES],
            "units": UNITS,
            "top": [view_top(label, detected) for label in best[:TOP]],
            "models": ", ".join(f"{model.id} {model.version}" for model in result.models),
            "length": length(result.seconds, text),
            "kilohertz": f"{result.highest_hz / _HERTZ_PER_KILOHERTZ:g}",
            "minutes": self._config.minutes,
        }
