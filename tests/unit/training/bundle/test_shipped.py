"""The bundles that come along, held to their cards.

A bundle that held a fold out is judged by all of that fold's clips. A bundle of all folds has heard
every clip: its twin is judged in its place, the scores that each clip got from a network which
never heard it must give the figures on its card, and it must itself hear in int8 what it heard in
float.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.features import Windower
from soundpost.manifest import CARD_FILE, Manifest
from soundpost_training.bundle.export import AGREEMENT_METRIC, HELD_OUT_METRIC
from soundpost_training.bundle.proof import PROOF_FILE, SCORES_FILE, Proof
from soundpost_training.dataset import Clip
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.experiment.experiment import Experiment, load_experiment

ROOT = Path(__file__).resolve().parents[4]
MODELS, PROOFS = ROOT / "models", ROOT / "training" / "proofs"
CONFIGS = ROOT / "training" / "configs"

TOLERANCE = 0.005
"""Half a point: two clips of 400, for runtimes that round otherwise."""

COMPACT_BYTES = 500_000


def folders(parent: Path) -> list[Path]:
    """The folders in a folder that may not be there."""
    return sorted(path for path in parent.glob("*") if path.is_dir())


BUNDLES = folders(MODELS)
TWINS = [twin for proof in folders(PROOFS) for twin in folders(proof)]


@pytest.fixture(params=[*BUNDLES, *TWINS], ids=lambda path: path.name)
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """A shipped bundle, or the twin of one."""
    return load_bundle(request.param)


@pytest.fixture(
    params=[one for one in BUNDLES if not load_bundle(one).manifest.training.held_out_folds],
    ids=lambda path: path.name,
)
def of_all_folds(request: pytest.FixtureRequest) -> Bundle:
    """A shipped bundle that has heard every clip."""
    return load_bundle(request.param)


def proof_of(bundle: Bundle) -> Proof:
    """What a bundle of all folds is held to."""
    kept = PROOFS / bundle.manifest.id / PROOF_FILE
    return msgspec.json.decode(kept.read_bytes(), type=Proof)


def windows(clip: Clip, manifest: Manifest) -> Iterator[np.ndarray]:
    """The whole windows that the daemon cuts from a clip."""
    given = manifest.input
    windower = Windower(given.features, given.window_frames, given.stride_frames)
    pcm = read_pcm(clip.path, given.features.sample_rate_hz)
    return (window.log_mel for window in windower.window(Chunk(0, pcm, 0)))


def heard(bundle: Bundle, clips: list[Clip]) -> list[str]:
    """The label that the daemon gives each clip the highest mean score for."""
    classifier, names = Classifier(bundle), bundle.manifest.label_names
    scores = (
        np.mean([classifier.scores(window) for window in windows(clip, bundle.manifest)], axis=0)
        for clip in clips
    )
    return [names[one.argmax()] for one in scores]


def clips_of(bundle: Bundle, shared_data: Path) -> list[Clip]:
    """The clips that a bundle was made from."""
    esc10 = bundle.manifest.training.data == "ESC-10"
    return list(read_esc50(shared_data / "esc50", esc10=esc10).clips)


def stated(manifest: Manifest, name: str) -> float:
    """The value of a metric that the manifest states."""
    (value,) = (metric.value for metric in manifest.metrics if metric.name == name)
    return value


def test_the_held_out_fold_is_recognised_as_the_manifest_says(
    bundle: Bundle, shared_data: Path
) -> None:
    """Every clip that the model never heard, through the daemon: the accuracy is the stated one."""
    manifest = bundle.manifest
    if not manifest.training.held_out_folds:
        assert proof_of(bundle).twin in {path.name for path in TWINS}  # judged in its place
        return
    clips = clips_of(bundle, shared_data)
    held_out = [clip for clip in clips if clip.fold in manifest.training.held_out_folds]
    assert len(held_out) == len(clips) // 5
    right = np.array(heard(bundle, held_out)) == [clip.label for clip in held_out]
    assert right.mean() == pytest.approx(stated(manifest, HELD_OUT_METRIC), abs=TOLERANCE)


def test_a_model_of_all_folds_hears_in_int8_what_it_heard_in_float(
    of_all_folds: Bundle, shared_data: Path
) -> None:
    """Of the last fold's clips the daemon gives the labels that the network gave before int8."""
    manifest = of_all_folds.manifest
    with np.load(PROOFS / manifest.id / SCORES_FILE) as kept:
        shipped = dict(zip(kept["clips"].tolist(), kept["shipped"].tolist(), strict=True))
    clips = clips_of(of_all_folds, shared_data)
    assert sorted(shipped) == sorted(clip.path.name for clip in clips)
    some = [clip for clip in clips if clip.fold == manifest.training.folds[-1]]
    float_labels = [manifest.label_names[shipped[clip.path.name]] for clip in some]
    agree = np.array(heard(of_all_folds, some)) == float_labels
    assert agree.mean() >= stated(manifest, AGREEMENT_METRIC) - 2 * TOLERANCE


def test_the_figures_of_a_model_of_all_folds_are_those_of_the_kept_scores(
    of_all_folds: Bundle,
) -> None:
    """Each clip's scores by the network that never heard it give the means that are stated."""
    manifest = of_all_folds.manifest
    with np.load(PROOFS / manifest.id / SCORES_FILE) as kept:
        scores = {name: kept[name] for name in kept.files}
    folds = manifest.training.folds
    for name, kind in (("clip_accuracy_int8", "int8"), ("clip_accuracy_float", "real")):
        right = scores[kind].argmax(axis=1) == scores["truth"]
        by_fold = [right[scores["folds"] == fold].mean() for fold in folds]
        assert np.mean(by_fold) == pytest.approx(stated(manifest, name), abs=0.001)


def test_a_twin_is_of_the_same_recipe(of_all_folds: Bundle) -> None:
    """Bundle, twin, both cards, the proof and the committed experiment belong together."""
    proof = proof_of(of_all_folds)
    folder = PROOFS / of_all_folds.manifest.id / proof.twin
    other = load_bundle(folder).manifest
    assert proof.bundle == of_all_folds.manifest
    assert other.training.held_out_folds == [of_all_folds.manifest.training.folds[-1]]
    assert other.version == of_all_folds.manifest.version
    for card in (of_all_folds.folder / CARD_FILE, folder / CARD_FILE):
        assert f"recipe `{proof.recipe}`" in " ".join(card.read_text(encoding="utf-8").split())
    experiment = load_experiment(CONFIGS / f"{proof.experiment.name}.toml")
    assert weights_of(proof.experiment) == weights_of(experiment)


def weights_of(experiment: Experiment) -> Experiment:
    """An experiment but for its bundle and its thresholds, which the weights do not follow.

    Where nothing is said of int8, older proofs say 0 epochs: none was decided on then.
    """
    bundle = msgspec.structs.replace(experiment.bundle, id="", version="", held_out_fold=None)
    epochs = experiment.quantize.aware_epochs or None
    return msgspec.structs.replace(
        experiment,
        bundle=bundle,
        calibrate=type(experiment.calibrate)(),
        quantize=msgspec.structs.replace(experiment.quantize, aware_epochs=epochs),
    )


def test_the_card_says_what_the_manifest_says(bundle: Bundle) -> None:
    """Version, figures, licence and attribution are the same in both."""
    manifest = bundle.manifest
    card = " ".join((bundle.folder / CARD_FILE).read_text(encoding="utf-8").split())
    assert card.startswith(f"# {manifest.id} {manifest.version} ")
    for metric in manifest.metrics:
        spread = f" ± {metric.spread:.2%}" if metric.spread else ""
        assert f"{metric.value:.2%}{spread}" in card, metric.name
    for told in (manifest.training.licence, manifest.training.attribution):
        assert told in card


def test_a_shipped_bundle_is_compact(bundle: Bundle) -> None:
    """Half a megabyte: room that the smallest board has."""
    assert bundle.manifest.model.bytes <= COMPACT_BYTES


def test_no_shipped_bundle_was_trained_on_what_it_is_judged_by(bundle: Bundle) -> None:
    """Its folds and held-out folds share none."""
    training = bundle.manifest.training
    assert sorted(training.folds + training.held_out_folds) == [1, 2, 3, 4, 5]


def test_every_label_can_be_told_and_none_by_chance(bundle: Bundle) -> None:
    """Thresholds are within 0.3 and 0.9, and an event ends below where it starts."""
    for label in bundle.manifest.labels:
        assert 0.3 <= label.on_threshold <= 0.9, label.name
        assert label.off_threshold < label.on_threshold, label.name
