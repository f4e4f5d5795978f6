"""The file of an experiment of audio tagging: defaults, keys and errors."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.init import BundleInit
from soundpost_training.network.arch.streaming import network_stride_frames
from soundpost_training.tagging.experiment import TaggingExperiment, load_tagging_experiment

TRAINING = Path(__file__).resolve().parents[4] / "training"
EVERYDAY = TRAINING / "configs" / "everyday.toml"
ONSET = TRAINING / "configs" / "everyday-onset.toml"
FORTY = TRAINING / "configs" / "everyday-forty.toml"
FREE = TRAINING / "configs" / "everyday-free.toml"
SHORTEST = 'name = "short"\n\n[bundle]\nid = "short"\nversion = "0.1.0"\n'


def load(folder: Path, text: str) -> TaggingExperiment:
    """Returns the experiment that a text describes."""
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return load_tagging_experiment(path)


def test_a_name_and_a_bundle_are_enough(tmp_path: Path) -> None:
    """Everything else has a default: all sources, and the window of the shipped bundles."""
    experiment = load(tmp_path, SHORTEST)
    assert experiment.sources.kinds == ("esc50", "urbansound8k", "ambience", "debian", "synthesis")
    assert experiment.sources.licences == "all"
    assert experiment.features.sample_count(experiment.window.frames) == 31_760


@pytest.mark.training
@pytest.mark.parametrize("window_stride", [24, 48])
def test_overlapping_windows_share_activations_of_the_default_network(
    tmp_path: Path, window_stride: int
) -> None:
    """The stride of a window is a multiple of the network's, 24 frames."""
    stride = network_stride_frames(load(tmp_path, SHORTEST).model)
    assert stride == 24
    assert window_stride % stride == 0


@pytest.mark.parametrize("path", [EVERYDAY, ONSET])
def test_an_experiment_is_named_after_its_file(path: Path) -> None:
    """So is its bundle, and its windows share activations."""
    experiment = load_tagging_experiment(path)
    assert experiment.name == experiment.bundle.id == path.stem
    assert experiment.window.stride_frames % 24 == 0


def test_the_experiment_of_onsets_begins_with_the_shipped_bundle() -> None:
    """On the same examples."""
    experiment, begun = load_tagging_experiment(ONSET), load_tagging_experiment(EVERYDAY)
    assert experiment.train.init == BundleInit(bundle="everyday")
    for name in ("seed", "sources", "features", "window", "examples", "targets"):
        assert getattr(experiment, name) == getattr(begun, name)


def test_the_experiment_of_free_sources_differs_in_these_only() -> None:
    """The network and its training are those of the shipped one."""
    experiment, other = load_tagging_experiment(FREE), load_tagging_experiment(EVERYDAY)
    assert experiment.sources.licences == "free"
    for name in ("seed", "features", "window", "model", "targets", "examples", "train"):
        assert getattr(experiment, name) == getattr(other, name)


def test_the_experiment_of_unheard_labels_differs_in_these_only() -> None:
    """Two categories of each of the five groups of ESC-50; more mixtures, packages and epochs."""
    experiment, other = load_tagging_experiment(FORTY), load_tagging_experiment(EVERYDAY)
    assert len(set(experiment.sources.without_categories)) == 10
    for name in ("seed", "features", "window", "model", "targets"):
        assert getattr(experiment, name) == getattr(other, name)


def test_the_readme_lists_every_key_with_its_default(tmp_path: Path) -> None:
    """Of the tables that only audio tagging has; the hint of a wrong value refers to that list."""
    readme = (TRAINING / "README.md").read_text(encoding="utf-8")
    chapter = readme.partition("## Audio tagging")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `([a-z_.]+)` \| `(.+)` \|$", chapter, re.MULTILINE)
    defaults = json.loads(msgspec.json.encode(load(tmp_path, SHORTEST)))
    assert [(key, json.loads(default)) for key, default in listed] == [
        (f"{table}.{key}", default)
        for table in ("sources", "examples", "targets", "train")
        for key, default in defaults[table].items()
    ]


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        ("[examples]\nmixshare = 0.5", "unknown key examples.mixshare", "mix_share"),
        ('[sources]\nkinds = ["esc51"]', "esc51", "README"),
        ("[sources]\nkinds = []", "length >= 1", "README"),
        ("[examples]\nmix_share = 1.5", "<= 1.0", "README"),
        ("[examples]\ncount = 0", ">= 1", "README"),
        ("[examples]\nlowest_snr_db = 30.0", "lowest_snr_db is above highest_snr_db", "README"),
        ("[examples]\nquietest_dbfs = 0.0", "quietest_dbfs is above loudest_dbfs", "README"),
        ("[targets]\neven_score = 1.0", "< 1.0", "README"),
        ("[train]\nlearning_rate = 0.0", "> 0.0", "README"),
        ("[train]\nepochs = nan", "finite number", "digits"),
        ('[model]\narch = "bundle"', "arch = bundle and train.init go together", "README"),
    ],
)
def test_a_wrong_value_is_an_error_with_its_key_and_a_hint(
    tmp_path: Path, line: str, error: str, hint: str
) -> None:
    """A misspelt key, a value out of range, and bounds in the wrong order."""
    with pytest.raises(ExperimentError, match=error) as caught:
        load(tmp_path, f"{SHORTEST}\n{line}\n")
    assert hint in caught.value.hint


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(ExperimentError, match=r"gone\.toml cannot be read"):
        load_tagging_experiment(tmp_path / "gone.toml")
