"""The pages of an analysis."""

from pathlib import Path

import pytest

from soundpost_web.analysis.job import Job, JobState
from soundpost_web.analysis.result import EventResult, LabelResult, ModelResult, RecordingResult
from soundpost_web.pages.analyze.analysis_page import MOST_EVENTS, MOST_LANES, TOP, AnalysisPage
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.settings import AnalyzeConfig


def event(label: str = "dog", begin: float = 1.0, end: float = 2.0, name: str = "") -> EventResult:
    """Returns an event."""
    return EventResult(label, name, "", begin, end, 0.9, 0.5, -20.0)


def label(name: str, best: float) -> LabelResult:
    """Returns a label with its best score."""
    return LabelResult(name, "", "", 0.5, best, 3.25)


def result(*events: EventResult, labels: tuple[LabelResult, ...] = ()) -> RecordingResult:
    """Returns the result of ten seconds."""
    models = [ModelResult("everyday", "1.0.0", 69, list(labels))]
    return RecordingResult("", "", 10.0, False, 16_000, 48_000, 7_500.0, list(events), models)  # noqa: FBT003 - the fields of a result


@pytest.fixture
def page() -> AnalysisPage:
    """Provides the pages with the default limits."""
    return AnalysisPage(AnalyzeConfig(), Catalogue())


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Provides a job that is done."""
    job = Job(tmp_path, name="a.wav")
    job.change(JobState.DONE)
    return job


def test_events_lie_where_they_are(page: AnalysisPage, job: Job) -> None:
    """Of a label in one lane, the lane with most sound first; the shortest is still seen."""
    job.result = result(event("cat", 9.0, 9.001), event(), event("dog", 5.0, 7.5))
    values = page.result(job, 0)
    lanes = [(lane.shown, [tuple(bar) for bar in lane.bars]) for lane in values["lanes"]]  # type: ignore[attr-defined] # what the template takes
    assert lanes == [("dog", [(1_000, 1_000), (5_000, 2_500)]), ("cat", [(9_000, 30)])]


def test_the_best_labels_are_shown(page: AnalysisPage, job: Job) -> None:
    """Of all models, with the place of the best score; those with an event are marked."""
    labels = tuple(label(f"label-{number}", number / 10) for number in range(10))
    job.result = result(event("label-9"), labels=labels)
    top = page.result(job, 0)["top"]
    assert [each.shown for each in top] == [f"label-{9 - number}" for number in range(TOP)]  # type: ignore[attr-defined] # as above
    assert [each.is_detected for each in top] == [True] + [False] * (TOP - 1)  # type: ignore[attr-defined] # as above
    assert {each.at for each in top} == {"0:03.2"}  # type: ignore[attr-defined] # as above


def test_thousands_of_events_do_not_fill_the_page(page: AnalysisPage, job: Job) -> None:
    """Those that are left out are counted; the files have all."""
    events = [event(f"label-{number % 20}", number / 1_000) for number in range(5_000)]
    job.result = result(*events)
    values = page.result(job, 0)
    assert len(values["events"]) == MOST_EVENTS  # type: ignore[arg-type] # what the template takes
    assert values["more_events"] == 5_000 - MOST_EVENTS
    assert len(values["lanes"]) == MOST_LANES  # type: ignore[arg-type] # as above


def test_people_s_names_come_first(page: AnalysisPage, job: Job) -> None:
    """Before the label as the bundle spells it."""
    job.result = result(event("strix_aluco", name="Tawny Owl"))
    rows = page.result(job, 0)["events"]
    assert [(row.shown, row.begin) for row in rows] == [("Tawny Owl", "0:01.0")]  # type: ignore[attr-defined] # what the template takes


@pytest.mark.parametrize(
    ("state", "ahead", "expected"),
    [
        (JobState.WAITING, 2, "2 other recordings"),
        (JobState.WAITING, 0, "next"),
        (JobState.RUNNING, 0, "is analyzed"),
    ],
)
def test_the_progress_is_in_words(
    page: AnalysisPage, job: Job, state: JobState, ahead: int, expected: str
) -> None:
    """Until there is a result."""
    job.change(state)
    assert expected in str(page.result(job, ahead)["progress"])


def test_the_model_for_everyone_is_the_first(
    page: AnalysisPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others follow by name, also those of a folder that the owner has added."""
    for name in ("birds", "zebras"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    bundles = page.bundles()
    assert bundles[0] == "everyday"
    assert bundles[1:] == sorted(bundles[1:])
    assert {"birds", "zebras"} <= set(bundles)
