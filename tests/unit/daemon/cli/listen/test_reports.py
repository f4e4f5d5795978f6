"""The tables of `soundpost listen`."""

import io
from pathlib import Path

import msgspec
import numpy as np

from soundpost.cli.listen.reports import NEAREST, BestScores, Summary
from soundpost.decide import Rule
from soundpost.events import Detection, Scores, State, Window

RATE_HZ = 16_000
FILE = Path("dawn.flac")


def ended(label: str, seconds: float, score: float, state: State = State.ENDED) -> Detection:
    """Returns the last state of an event."""
    return Detection(
        event=0,
        state=state,
        label=label,
        score=score,
        threshold=0.5,
        onset_sample=8_000,
        offset_sample=8_000 + round(seconds * RATE_HZ),
        decided_sample=100_000,
        onset_utc_ns=0,
        offset_utc_ns=1,
        level_dbfs=-20.0,
    )


def rule(index: int, label: str, threshold: float = 0.5, smoothing: int = 1) -> Rule:
    """Returns the rule of a label."""
    return Rule(
        index=index,
        label=label,
        on_threshold=threshold,
        off_threshold=threshold / 2,
        smoothing_windows=smoothing,
        minimum_samples=0,
        refractory_samples=0,
    )


def scores(start_sample: int, values: list[float]) -> Scores:
    """Returns the scores of a window of a second."""
    window = Window(
        start_sample=start_sample,
        end_sample=start_sample + RATE_HZ,
        log_mel=np.zeros((1, 1), np.float32),
        level_dbfs=-20.0,
        utc_ns=0,
    )
    return Scores(window=window, values=np.array(values, np.float32))


def nearest(best: BestScores, detected: list[str]) -> list[str]:
    """Returns the lines of the table of scores, without its header."""
    out = io.StringIO()
    best.write(out, detected, RATE_HZ)
    return out.getvalue().splitlines()[1:]


def test_events_are_added_up_by_label() -> None:
    """The most frequent label comes first; retracted and running events do not count."""
    summary = Summary(RATE_HZ)
    summary.recordings, summary.samples = 2, 3_723 * RATE_HZ
    for detection in (
        ended("dog", 1.5, 0.7),
        ended("siren", 2.0, 0.6),
        ended("siren", 0.5, 0.9),
        ended("siren", 9.0, 0.95, State.RETRACTED),
        ended("cow", 9.0, 0.95, State.CONFIRMED),
    ):
        summary.count(detection)
    out = io.StringIO()
    summary.write(out)
    assert [line.split() for line in out.getvalue().splitlines()] == [
        ["label", "events", "seconds", "best"],
        ["siren", "2", "2.5", "0.90"],
        ["dog", "1", "1.5", "0.70"],
        ["3", "events", "in", "2", "recordings,", "1:02:03", "of", "sound"],
    ]
    assert set(summary.labels) == {"siren", "dog"}


def test_a_summary_without_events_is_one_line() -> None:
    """It says how much sound there was."""
    summary = Summary(RATE_HZ)
    summary.recordings = 1
    out = io.StringIO()
    summary.write(out)
    assert out.getvalue() == "0 events in 1 recording, 0:00:00 of sound\n"


def test_the_nearest_label_comes_first() -> None:
    """Nearest is the largest share of the threshold; labels with events are left out."""
    best = BestScores([[rule(0, "dog"), rule(1, "cow", 0.2), rule(2, "siren")]], [3])
    (observer,) = best.observers(FILE)
    observer.on_scores(scores(0, [0.3, 0.1, 0.9]))
    observer.on_scores(scores(2 * RATE_HZ, [0.4, 0.18, 0.1]))
    assert [line.split() for line in nearest(best, ["siren"])] == [
        ["cow", "0.18", "0.20", "0:00:02", "dawn.flac"],
        ["dog", "0.40", "0.50", "0:00:02", "dawn.flac"],
    ]


def test_scores_are_smoothed_as_thresholds_see_them() -> None:
    """One window of three over the threshold starts no event, and is no near miss of 0.9."""
    best = BestScores([[rule(0, "dog", smoothing=3)]], [1])
    (observer,) = best.observers(FILE)
    for start, value in enumerate([0.9, 0.0, 0.0]):
        observer.on_scores(scores(start * RATE_HZ // 2, [value]))
    assert nearest(best, [])[0].split()[1] == "0.30"


def test_the_table_is_short() -> None:
    """A model with hundreds of labels does not fill the terminal."""
    rules = [rule(index, f"label{index}") for index in range(50)]
    best = BestScores([rules], [50])
    best.observers(FILE)[0].on_scores(scores(0, [0.4] * 50))
    assert len(nearest(best, [])) == NEAREST


def test_reserved_labels_are_left_out() -> None:
    """`unknown` and `any` have no score of the model."""
    best = BestScores([[rule(1, "any")]], [1])
    (observer,) = best.observers(FILE)
    observer.on_scores(scores(0, [0.9]))
    assert nearest(best, []) == []


def test_escape_codes_in_the_name_of_a_recording_are_shown() -> None:
    """They never reach the terminal."""
    best = BestScores([[rule(0, "dog")]], [1])
    best.observers(Path("a\x1b[2J\udcff.wav"))[0].on_scores(scores(0, [0.4]))
    assert nearest(best, [])[0].endswith("a\\x1b[2J\\xff.wav")


def test_the_labels_of_all_models_are_in_one_table() -> None:
    """Each by the scores of its own model."""
    best = BestScores([[rule(0, "dog")], [rule(0, "owl")]], [1, 1])
    for observer in best.observers(FILE):
        observer.on_scores(scores(0, [0.2]))
        observer.on_scores(msgspec.structs.replace(scores(0, [0.4]), model=1))
    assert [line.split()[:2] for line in nearest(best, [])] == [["owl", "0.40"], ["dog", "0.20"]]
