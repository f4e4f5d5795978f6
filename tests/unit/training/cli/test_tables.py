"""Tables and lines that the verbs print."""

import pytest
from rich.console import Console
from rich.table import Table
from sample_evaluation import sample_evaluation

from soundpost_training.cli.tables import accuracy_table, folds_title, over_budget_lines
from soundpost_training.dataset.clip import Dataset
from soundpost_training.evaluate.accuracy import FoldAccuracy, summarize
from soundpost_training.evaluate.calibration import LabelCalibration, labels_over_budget
from soundpost_training.experiment.deploy import CalibrateConfig

pytestmark = pytest.mark.training

DATASET = Dataset("tones", (), (), "CC0", "me")


def text_of(table: Table) -> str:
    """Returns a table as it is printed."""
    console = Console(width=120)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


class FiveFolds(Dataset):
    """A data set with five folds."""

    @property
    def folds(self) -> list[int]:
        """The numbers of the folds."""
        return [1, 2, 3, 4, 5]


def test_a_table_of_some_folds_says_so() -> None:
    """The missing folds are named, and one fold has no spread."""
    dataset = FiveFolds("tones", (), (), "CC0", "me")
    measured = [FoldAccuracy(fold=fold, int8=0.8, real=0.9) for fold in (1, 2, 3, 4, 5)]
    some = summarize(measured[:2])
    assert folds_title("accuracy", some, dataset) == "accuracy of folds 1, 2 only, not of 3, 4, 5"
    assert folds_title("accuracy", summarize(measured), dataset) == "accuracy"
    assert "80.00% ± 0.00%" in text_of(accuracy_table(some))
    single = text_of(accuracy_table(summarize(measured[:1])))
    assert "80.00%, one fold" in single
    assert "±" not in single.replace("mean ± sd", "")


def test_labels_over_budget_are_named_with_the_reason() -> None:
    """The cap of thresholds, or the share of own clips that must be detected."""
    config = CalibrateConfig(false_alarms_per_hour=2.0)
    calibration = sample_evaluation().calibration
    assert over_budget_lines(calibration, config) == []
    labels = [
        LabelCalibration(
            name=name, on_threshold=on, detected=0.5, false_alarms_per_hour=alarms, quiet=0.1
        )
        for name, on, alarms in (("dog", 0.9, 36.8), ("siren", 0.4, 2.5), ("rain", 0.5, 2.0))
    ]
    calibration = type(calibration)(
        folds=[1],
        temperature=1.0,
        labels=labels,
        chosen_on=calibration.chosen_on,
        evaluated=[],
        held_out=calibration.held_out,
    )
    over = labels_over_budget(calibration, config)
    assert list(over) == ["dog", "siren"]
    assert over["dog"].startswith("36.8 false alarms an hour against 2, at 0.9: the highest")
    assert "less than 50% of its clips" in over["siren"]
    *lines, advice = over_budget_lines(calibration, config)
    assert [line.partition(",")[0] for line in lines] == ["over budget: dog", "over budget: siren"]
    assert advice.startswith("2 of 3 labels miss the budget")
