"""The text of a model card."""

from pathlib import Path

import pytest
from sample_evaluation import LABELS, sample_evaluation

from soundpost.classify import load_bundle
from soundpost_training.bundle.model_card import LINE, model_card
from soundpost_training.experiment.load import load_experiment
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context

pytestmark = pytest.mark.training

MANIFEST = load_bundle(Path(__file__).resolve().parents[3] / "golden" / "tiny-int8").manifest


@pytest.fixture
def context(experiment_file: Path, tones_at_home: Path, tmp_path: Path) -> TrainingContext:
    """An experiment on tones, which nothing was trained for yet."""
    assert tones_at_home.is_dir()
    return prepare_context(load_experiment(experiment_file), tmp_path / "cache", tmp_path)


def card_of(context: TrainingContext) -> str:
    """The card of the model that holds fold 3 out."""
    folder = context.fold_folder(3)
    evaluation = sample_evaluation()
    return model_card(MANIFEST, context.experiment, context.dataset, folder, evaluation)


def test_a_card_has_the_figures_of_its_evaluation(context: TrainingContext) -> None:
    """Accuracy with its spread, thresholds, licence, recipe and every label."""
    card = card_of(context)
    text = " ".join(card.split())
    assert card.startswith(f"# {MANIFEST.id} {MANIFEST.version}\n\n")
    for fact in (
        "**82.00% ± 1.00%**",
        "-3.00 points",
        "Temperature 0.61",
        "from 0.200 to 0.050",
        "**62.5%** are detected",
        f"**{MANIFEST.training.licence}**",
        f"recipe `{context.recipe}`",
        MANIFEST.training.command,
        *(f"| {label} |" for label in LABELS),
    ):
        assert fact in text, fact
    assert not set("{}") & set(text)
    assert "Barely trained" not in text


def test_paragraphs_are_wrapped_and_tables_are_not(context: TrainingContext) -> None:
    """Inserted texts vary in length; a line of a paragraph never exceeds the width."""
    lines = card_of(context).splitlines()
    plain = [line for line in lines if line and not line.startswith("|")]
    assert max(map(len, plain)) <= LINE
    assert sum(line.startswith("| ---") for line in lines) == 3


@pytest.mark.usefixtures("tones_at_home")
def test_a_card_warns_of_a_barely_trained_network(experiment_file: Path, tmp_path: Path) -> None:
    """The number of epochs is stated first."""
    experiment = load_experiment(experiment_file, 3)
    context = prepare_context(experiment, tmp_path / "cache", tmp_path)
    card = card_of(context)
    assert card.split("\n\n")[1].startswith("**Barely trained (3 epochs)")
