"""Advice after a training."""

from soundpost_training.quick.advice import advice
from soundpost_training.quick.figures import Figures, LabelFigures, Mistake
from soundpost_training.quick.thresholds import LabelThreshold, Negatives

GOOD = LabelThreshold(
    name="dog",
    on_threshold=0.5,
    detected=0.9,
    false_events_per_hour=0.0,
    quiet=0.0,
    is_within_budget=True,
)
ENOUGH = Negatives("background", 10.0)


def figures(*, recordings: int = 40, recall: float = 0.9, mistakes: int = 0) -> Figures:
    """Returns figures of a label, some clips of which are taken for a cat."""
    dog = LabelFigures(name="dog", clips=40, recordings=recordings, recall=recall, precision=1.0)
    paths = ["dog/1.wav", "dog/2.wav"]
    taken = [Mistake(label="dog", taken_for="cat", clips=mistakes, paths=paths)]
    return Figures(folds=[1, 2], accuracies=[0.9, 0.9], labels=[dog], mistakes=taken[:mistakes])


def test_good_figures_leave_nothing_to_do() -> None:
    """One line says so."""
    (line,) = advice(figures(), [GOOD], ENOUGH, 1.0, has_background=True)
    assert "nothing stands out" in line


def test_the_label_with_few_recordings_is_named() -> None:
    """With both numbers, because many clips of few recordings are few."""
    (line,) = advice(figures(recordings=4), [GOOD], ENOUGH, 1.0, has_background=True)
    assert line.startswith("more of dog: 40 clips of 4 recordings")


def test_confusions_name_files_to_listen_to() -> None:
    """A single confusion of a label that is mostly right is not worth it."""
    (line,) = advice(figures(mistakes=3), [GOOD], ENOUGH, 1.0, has_background=True)
    assert line == "listen to 3 clips of dog taken for cat: dog/1.wav, dog/2.wav"
    (line,) = advice(figures(mistakes=1), [GOOD], ENOUGH, 1.0, has_background=True)
    assert "nothing stands out" in line


def test_background_is_asked_for() -> None:
    """There is none, or less than the budget needs."""
    lines = advice(figures(), [GOOD], Negatives("clips", 1.0), 1.0, has_background=False)
    assert "--background" in lines[0]
    lines = advice(figures(), [GOOD], Negatives("background", 0.5), 0.1, has_background=True)
    assert lines == [
        "record more background: 0.50 h cannot show 0.1 false events an hour; 10 h or more can"
    ]


def test_a_label_over_its_budget_or_rarely_detected_is_named() -> None:
    """With its figures and its threshold."""
    bad = LabelThreshold(
        name="dog",
        on_threshold=0.95,
        detected=0.2,
        false_events_per_hour=7.5,
        quiet=0.0,
        is_within_budget=False,
    )
    over, missed = advice(figures(), [bad], ENOUGH, 1.0, has_background=True)
    assert over.startswith("dog gives 7.5 false events an hour even at 0.95")
    assert missed.startswith("dog is detected in 20% of its clips only")
