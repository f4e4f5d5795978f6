"""The shipped bundles of closed sets keep what their cards and manifests state.

Each of them was trained on all clips, so its twin, which held a fold out, is tested in its
place. The stored scores of each clip by the network that held its fold out must give the figures
on its card, and the bundle must classify in int8 as its network did in float. Audio tagging has
no folds: its bundles are tested in tests/unit/training/tagging/test_shipped.py.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.manifest import CARD_FILE, Manifest, log_mel_input
from soundpost_training.bundle.export import AGREEMENT_METRIC, HELD_OUT_METRIC
from soundpost_training.bundle.proof import PROOF_FILE, SCORES_FILE, Proof
from soundpost_training.dataset import Clip
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.record import decode_experiment

ROOT = Path(__file__).resolve().parents[4]
MODELS, PROOFS = ROOT / "models", ROOT / "training" / "proofs"
CONFIGS = ROOT / "training" / "configs"

TOLERANCE = 0.005
"""Half a point: two clips of 400, for runtimes that round otherwise."""

COMPACT_BYTES = 500_000
"""Space that the smallest board has."""


def folders(parent: Path) -> list[Path]:
    """Returns the folders in a folder, which may be absent."""
    return sorted(path for path in parent.glob("*") if path.is_dir())


BUNDLES = [path for path in folders(MODELS) if load_bundle(path).manifest.training.folds]
TWINS = [twin for proof in folders(PROOFS) for twin in folders(proof)]


@pytest.fixture(params=[*BUNDLES, *TWINS], ids=lambda path: path.name)
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """A shipped bundle, or the twin of one."""
    return load_bundle(request.param)


@pytest.fixture(params=TWINS, ids=lambda path: path.name)
def twin(request: pytest.FixtureRequest) -> Bundle:
    """The twin of a shipped bundle."""
    return load_bundle(request.param)


@pytest.fixture(
    params=[path for path in BUNDLES if not load_bundle(path).manifest.training.held_out_folds],
    ids=lambda path: path.name,
)
def of_all_folds(request: pytest.FixtureRequest) -> Bundle:
    """A shipped bundle that was trained on every clip."""
    return load_bundle(request.param)


def proof_of(bundle: Bundle) -> Proof:
    """Returns the proof of a bundle of all folds."""
    content = (PROOFS / bundle.manifest.id / PROOF_FILE).read_bytes()
    return msgspec.json.decode(content, type=Proof)


def stored_scores(folder: Path) -> dict[str, np.ndarray]:
    """Returns the arrays of a proof's scores.npz."""
    with np.load(folder / SCORES_FILE) as arrays:
        return {name: arrays[name] for name in arrays.files}


def windows(clip: Clip, manifest: Manifest) -> Iterator[np.ndarray]:
    """Yields the log-mel of the whole windows that the daemon cuts from a clip."""
    windower = log_mel_input(manifest, "this test").windower()
    pcm = read_pcm(clip.path, manifest.input.sample_rate_hz)
    return (window.log_mel for window in windower.window(Chunk(0, pcm, 0)))


def classify(bundle: Bundle, clips: list[Clip]) -> list[str]:
    """Returns the label of each clip with the highest mean score, by the daemon's classifier."""
    classifier, names = Classifier(bundle), bundle.manifest.label_names
    return [
        names[np.mean([*map(classifier.scores, windows(clip, bundle.manifest))], axis=0).argmax()]
        for clip in clips
    ]


def clips_of(bundle: Bundle, shared_data: Path) -> list[Clip]:
    """Returns the clips that a bundle was made from."""
    esc10 = bundle.manifest.training.data == "ESC-10"
    return list(read_esc50(shared_data / "esc50", esc10=esc10).clips)


def held_out_clips(bundle: Bundle, shared_data: Path) -> list[Clip]:
    """Returns the clips of the folds that a bundle held out."""
    clips = clips_of(bundle, shared_data)
    held_out = [clip for clip in clips if clip.fold in bundle.manifest.training.held_out_folds]
    assert len(held_out) == len(clips) // 5
    return held_out


def stated(manifest: Manifest, name: str) -> float:
    """Returns the value of a metric that the manifest states."""
    (value,) = (metric.value for metric in manifest.metrics if metric.name == name)
    return value


def test_the_held_out_fold_is_recognised_as_the_manifest_states(
    twin: Bundle, shared_data: Path
) -> None:
    """Every clip of the fold, through the daemon's features and classifier: the same accuracy."""
    clips = held_out_clips(twin, shared_data)
    correct = np.array(classify(twin, clips)) == [clip.label for clip in clips]
    assert correct.mean() == pytest.approx(stated(twin.manifest, HELD_OUT_METRIC), abs=TOLERANCE)


def test_every_shipped_bundle_has_a_twin() -> None:
    """None of them held a fold out, so each needs one."""
    assert {path.name for path in BUNDLES} >= {"esc10", "esc50", "esc50-outdoors"}
    for path in BUNDLES:
        manifest = load_bundle(path).manifest
        assert not manifest.training.held_out_folds
        assert proof_of(load_bundle(path)).twin in {twin.name for twin in TWINS}


def test_a_model_of_all_folds_gives_the_labels_of_its_float_network(
    of_all_folds: Bundle, shared_data: Path
) -> None:
    """Clips of the last fold get in int8 the labels that the network gave in float."""
    manifest = of_all_folds.manifest
    scores = stored_scores(PROOFS / manifest.id)
    shipped = dict(zip(scores["clips"].tolist(), scores["shipped"].tolist(), strict=True))
    clips = clips_of(of_all_folds, shared_data)
    assert sorted(shipped) == sorted(clip.path.name for clip in clips)
    last_fold = [clip for clip in clips if clip.fold == manifest.training.folds[-1]]
    float_labels = [manifest.label_names[shipped[clip.path.name]] for clip in last_fold]
    agrees = np.array(classify(of_all_folds, last_fold)) == float_labels
    assert agrees.mean() >= stated(manifest, AGREEMENT_METRIC) - 2 * TOLERANCE


def test_the_figures_of_a_model_of_all_folds_are_those_of_the_stored_scores(
    of_all_folds: Bundle,
) -> None:
    """The scores of each clip by the network that held its fold out give the stated means."""
    manifest = of_all_folds.manifest
    scores = stored_scores(PROOFS / manifest.id)
    for name, kind in (("clip_accuracy_int8", "int8"), ("clip_accuracy_float", "real")):
        correct = scores[kind].argmax(axis=1) == scores["truth"]
        by_fold = [correct[scores["folds"] == fold].mean() for fold in manifest.training.folds]
        assert np.mean(by_fold) == pytest.approx(stated(manifest, name), abs=0.001)


def test_a_twin_is_of_the_same_recipe(of_all_folds: Bundle) -> None:
    """Bundle, twin, both cards, the proof and the committed experiment belong together."""
    proof = proof_of(of_all_folds)
    folder = PROOFS / of_all_folds.manifest.id / proof.twin
    twin = load_bundle(folder).manifest
    assert proof.bundle == of_all_folds.manifest
    assert twin.training.held_out_folds == [of_all_folds.manifest.training.folds[-1]]
    assert twin.version == of_all_folds.manifest.version
    for card in (of_all_folds.folder / CARD_FILE, folder / CARD_FILE):
        assert f"recipe `{proof.recipe}`" in " ".join(card.read_text(encoding="utf-8").split())
    proved = decode_experiment(proof.experiment)
    experiment = load_experiment(CONFIGS / f"{proved.name}.toml")
    assert weight_settings(proved) == weight_settings(experiment)


def weight_settings(experiment: Experiment) -> Experiment:
    """Returns an experiment without its bundle and thresholds, which do not affect the weights.

    Older proofs have 0 epochs of quantisation-aware training where the setting is absent.
    """
    bundle = msgspec.structs.replace(experiment.bundle, id="", version="", held_out_fold=None)
    epochs = experiment.quantize.aware_epochs or None
    return msgspec.structs.replace(
        experiment,
        bundle=bundle,
        calibrate=type(experiment.calibrate)(),
        quantize=msgspec.structs.replace(experiment.quantize, aware_epochs=epochs),
    )


def test_a_card_states_what_the_manifest_states(bundle: Bundle) -> None:
    """Version, metrics, licence and attribution are the same in both."""
    manifest = bundle.manifest
    card = " ".join((bundle.folder / CARD_FILE).read_text(encoding="utf-8").split())
    assert card.startswith(f"# {manifest.id} {manifest.version} ")
    for metric in manifest.metrics:
        spread = f" ± {metric.spread:.2%}" if metric.spread else ""
        assert f"{metric.value:.2%}{spread}" in card, metric.name
    for text in (manifest.training.licence, manifest.training.attribution):
        assert text in card


def test_a_shipped_bundle_is_compact(bundle: Bundle) -> None:
    """The model takes half a megabyte at most."""
    assert bundle.manifest.model.bytes <= COMPACT_BYTES


def test_no_bundle_was_trained_on_the_folds_it_is_tested_on(bundle: Bundle) -> None:
    """Its folds and its held-out folds share none."""
    training = bundle.manifest.training
    assert sorted(training.folds + training.held_out_folds) == [1, 2, 3, 4, 5]


def test_the_thresholds_of_every_label_are_in_range(bundle: Bundle) -> None:
    """An event starts between 0.3 and 0.9, and ends below the score at which it starts."""
    for label in bundle.manifest.labels:
        assert 0.3 <= label.on_threshold <= 0.9, label.name
        assert label.off_threshold < label.on_threshold, label.name
