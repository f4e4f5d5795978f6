"""An experiment as JSON, and the fingerprints that kept runs, proofs and cards depend on."""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.init import YamnetInit
from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.record import (
    decode_experiment,
    encode_experiment,
    recipe_fingerprint,
)

TRAINING = Path(__file__).resolve().parents[4] / "training"
FINGERPRINTS = {
    "esc10-clear": ("2e64fba3ff38b7ce", "54676bb290ebe47b"),
    "esc10-taught": ("0ca75116b1fbfaa4", "b902d29799b902f6"),
    "esc50": ("3bf70083bc97b609", "6fc2188f9d99b8fc"),
    "esc50-clear": ("745ecedca4750454", "828859173f245be2"),
    "esc50-large": ("63ba9c93a5937de9", "dab46dafe62b4d91"),
    "esc50-lasting": ("0f7e0fc8d46bfab6", "5af80af4076210bc"),
    "esc50-outdoors": ("f678ecfa0677a88f", "0ba10d02f6dc7ef2"),
    "esc50-patient": ("347773c604294028", "2cfcab5e1189ebac"),
    "esc50-streaming": ("19f893d7f5f1b84d", "cbdf8874340531aa"),
    "esc50-taught": ("32b0e0ee456a891c", "7b039b5c03c9ee00"),
    "esc50-two-teachers": ("5ba27cdd410bb3e6", "4ba88c2c754bad55"),
    "esc50-yamnet7": ("05384ff55cd0dbf9", "d4f02aeecf12ff71"),
    "urbansound8k": ("426d1ea94d2843df", "a4afba96c3c02ee3"),
    "urbansound8k-yamnet7": ("df2110a2ccbb7058", "fc469f739f3c8c18"),
}
"""Recipe and SHA-256 of each shipped experiment, as before `[train.init]` was a table."""


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_fingerprints_of_shipped_experiments_stay_what_they_are(name: str) -> None:
    """Kept runs, proofs and model cards are tied to them."""
    experiment = load_experiment(TRAINING / "configs" / f"{name}.toml")
    digest = hashlib.sha256(encode_experiment(experiment)).hexdigest()[:16]
    assert (recipe_fingerprint(experiment), digest) == FINGERPRINTS[name]


def test_every_shipped_experiment_has_its_fingerprint_here() -> None:
    """A new experiment gets its line; those of audio tagging are read in tagging/."""
    shipped = {path.stem for path in (TRAINING / "configs").glob("*.toml")}
    assert {name for name in shipped if not name.startswith("everyday")} == FINGERPRINTS.keys()


@pytest.mark.parametrize("proof", sorted((TRAINING / "proofs").glob("*/proof.json")), ids=str)
def test_the_experiment_of_a_shipped_proof_has_the_recipe_that_the_proof_states(
    proof: Path,
) -> None:
    """A proof that was kept with the older spelling of `train.init` is read, and is its own."""
    content = json.loads(proof.read_text(encoding="utf-8"))
    experiment = decode_experiment(json.dumps(content["experiment"]).encode())
    assert recipe_fingerprint(experiment) == content["recipe"]


@pytest.mark.parametrize(
    "init", [None, "run:one", "yamnet:y.tflite", "yamnet:y.tflite@7", "imagenet:mobilenet_v2:w.h5"]
)
def test_what_is_encoded_is_decoded_the_same(experiment_file: Path, init: str | None) -> None:
    """`train.init` is a text in the JSON, as in the folders of earlier runs."""
    experiment = load_experiment(experiment_file, init=init)
    content = encode_experiment(experiment)
    assert json.loads(content)["train"]["init"] == init
    assert decode_experiment(content) == experiment
    assert decode_experiment(msgspec.Raw(content)) == experiment


def test_an_experiment_without_initial_weights_is_encoded_as_its_struct(
    experiment_file: Path,
) -> None:
    """The spelling of `train.init` is the only difference between the JSON and the struct."""
    experiment = load_experiment(experiment_file)
    assert encode_experiment(experiment) == msgspec.json.encode(experiment)


def test_initial_weights_are_decoded_as_a_table_too(experiment_file: Path) -> None:
    """The JSON of the plain struct is an experiment as well."""
    experiment = load_experiment(experiment_file, init="yamnet:y.tflite@7")
    assert experiment.train.init == YamnetInit(file="y.tflite", layers=7)
    assert decode_experiment(msgspec.json.encode(experiment)) == experiment


@pytest.mark.parametrize(
    "content", [b"{}", b"3", b"{", b'{"train": {"init": "x"}}', b'{"train": 3}']
)
def test_other_content_is_refused(content: bytes) -> None:
    """All of it is one kind of error."""
    with pytest.raises(msgspec.DecodeError):
        decode_experiment(content)


def test_the_bundle_s_name_is_no_part_of_the_recipe(experiment_file: Path) -> None:
    """Its calibration windows are: the int8 model depends on them."""
    experiment = load_experiment(experiment_file)
    assert recipe_fingerprint(_with_bundle(experiment, id="x", version="2", held_out_fold=1)) == (
        recipe_fingerprint(experiment)
    )
    assert recipe_fingerprint(_with_bundle(experiment, calibration_windows=21)) != (
        recipe_fingerprint(experiment)
    )


def _with_bundle(experiment: Experiment, **changes: object) -> Experiment:
    bundle = msgspec.structs.replace(experiment.bundle, **changes)
    return msgspec.structs.replace(experiment, bundle=bundle)
