"""The model card of a tagging bundle."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from exported_experiment import Exported
from tagging_bundle import tagging_manifest

from soundpost.classify import find_bundle
from soundpost.manifest import CARD_FILE, read_manifest
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.soft_scores import TeacherScores
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.experiment.init import BundleInit
from soundpost_training.sources.recording import Source, SourceRecording
from soundpost_training.tagging.card import tagging_card
from soundpost_training.tagging.context import TaggingContext
from soundpost_training.tagging.examples.example_pool import ExamplePool
from soundpost_training.tagging.examples.mixtures import Components
from soundpost_training.tagging.examples.waveforms import Waveforms
from soundpost_training.tagging.experiment import TaggingExperiment, TaggingTrainConfig

pytestmark = [pytest.mark.training, pytest.mark.timeout(600)]  # the export is of a whole experiment

NO_VALUES = np.zeros((0, 0), np.float16)
POOL = ExamplePool(
    NO_VALUES,
    TeacherScores(NO_VALUES, NO_VALUES, NO_VALUES),
    Components(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.float32), np.zeros(0, np.float32)),
)
"""No examples: a card states their number as the experiment has it."""


def recording(labels: tuple[str, ...], licence: str, *, held_out: bool = False) -> SourceRecording:
    """Returns half an hour of a recording whose file is never read."""
    path, author = Path("a.flac"), f"author of {licence}"
    return SourceRecording(
        path, "s", "", labels, licence, author, held_out=held_out, seconds=1800.0
    )


SOURCES = [
    Source(
        "debian:birds",
        (
            recording(("bird",), "CC-BY-SA-3.0"),
            recording(("bird", "wind"), "GPL-2+"),
            recording(("owl",), "CC-BY-SA-3.0", held_out=True),
        ),
    ),
    Source("esc50", (recording((), "CC BY-NC 3.0"),)),
    Source("debian:gone", (), ("not in the archive",)),
    Source("many", tuple(recording((f"label{n}",), "CC0-1.0") for n in range(7))),
]


def card_of(experiment: TaggingExperiment, waveforms: Waveforms) -> str:
    """Returns the card of a manifest of three labels, and four sources."""
    context = TaggingContext(experiment, read_label_map(), SOURCES, waveforms, POOL)
    manifest = msgspec.structs.replace(tagging_manifest(), id="birds", version="1.2.3")
    return tagging_card(context, manifest)


EXPERIMENT = TaggingExperiment(
    name="birds", seed=17, bundle=BundleConfig(id="birds", version="1.2.3")
)


@pytest.fixture(scope="module")
def card(waveforms: Waveforms) -> str:
    """Provides the card of an experiment with random initial weights."""
    return card_of(EXPERIMENT, waveforms)


def test_a_card_names_the_bundle_that_the_weights_began_with(
    card: str, waveforms: Waveforms
) -> None:
    """By the identifier and the version of its manifest."""
    train = TaggingTrainConfig(init=BundleInit(bundle="everyday"))
    begun = msgspec.structs.replace(EXPERIMENT, model=ModelConfig(arch="bundle"), train=train)
    version = read_manifest(find_bundle("everyday")).version
    assert f"from the weights of `everyday` {version}" in card_of(begun, waveforms)
    assert "from random initialisation" in card


def test_every_source_is_named_with_licences_and_authors(card: str) -> None:
    """A source without recordings is not: nothing of it is in the bundle."""
    assert "| debian:birds | 2 | 1.00 | bird 2, wind 1 | CC-BY-SA-3.0; GPL-2+ |" in card
    assert "| esc50 | 1 | 0.50 |  | CC BY-NC 3.0 |" in card
    assert "- debian:birds: author of CC-BY-SA-3.0; author of GPL-2+" in card
    assert "- esc50: author of CC BY-NC 3.0" in card
    assert "gone" not in card


def test_held_out_recordings_are_in_none_of_the_figures(card: str) -> None:
    """The owl is for evaluation."""
    assert "owl" not in card


def test_the_most_frequent_labels_stand_for_the_others(card: str) -> None:
    """Of seven labels two are only counted."""
    assert "label4 1 and 2 more |" in card


def test_labels_that_are_off_are_in_italics(card: str) -> None:
    """By group, in the order of the manifest."""
    assert "| alarms | hiss, *hush* |" in card
    assert "| people | *hum* |" in card


def test_the_card_states_how_the_bundle_was_made(card: str) -> None:
    """Name, seed, number of examples, and the window in seconds."""
    assert card.startswith("# birds 1.2.3\n")
    text = " ".join(card.split())
    assert "Experiment `birds`, seed 17: 100,000 mixtures" in text
    assert "windows of 1.985 s every 0.24 s" in text
    assert "60 epochs of 400 batches of 64" in text
    assert "{" not in card


def test_the_exported_card_names_the_made_recordings(exported: Exported) -> None:
    """And the command line that repeats the export."""
    card = (exported.bundle / CARD_FILE).read_text(encoding="utf-8")
    assert card.startswith("# tiny 0.1.0\n")
    assert "| synthesis | " in card
    assert "Apache-2.0" in card
    assert "soundpost-train tagging export" in card
