"""Makes a bundle compute each frame once, with the weights that it has."""

from dataclasses import replace
from pathlib import Path

import msgspec

from soundpost.classify import Bundle, load_bundle, read_golden
from soundpost.classify.arrays import arrays_archive
from soundpost.classify.classifier import Classifier
from soundpost.classify.golden import stretch_scores
from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    RANGE_FILE,
    log_mel_input,
    minimum_daemon,
)
from soundpost_training.bundle.export import verify_bundle
from soundpost_training.errors import TrainingError
from soundpost_training.files import install_folder
from soundpost_training.network.streaming.describe import streaming_of
from soundpost_training.network.streaming.parts import with_streaming
from soundpost_training.scoring.manifest import artifact


def stream_bundle(folder: Path, version: str) -> Bundle:
    """Adds to the model of a bundle the parts that compute each frame once; returns the bundle.

    Weights, thresholds and scores stay as they are, so no golden vector changes; those of a stretch
    are added.

    Args:
        folder: The bundle, which is replaced.
        version: Of the new bundle, because its model is another file.

    Raises:
        BundleError: The bundle is damaged, or takes a waveform.
        TrainingError: Its network pads in time, or has other layers than the parts can have.
    """
    bundle = load_bundle(folder)
    window = log_mel_input(bundle.manifest, "each frame once")
    model = with_streaming(bundle.model, window.stride_frames)
    streaming = streaming_of(model)
    if streaming is None:
        raise TrainingError(
            f"successive windows of {bundle.manifest.id} share no activation",
            hint="train a network with arch = streaming, and with a stride of its windows that is "
            "a multiple of the network's",
        )
    manifest = msgspec.structs.replace(
        bundle.manifest,
        version=version,
        model=artifact(model),
        streaming=streaming,
        minimum_daemon=minimum_daemon(bundle.manifest.labels, streams=True),
    )
    whole = Classifier(bundle)
    streams = replace(bundle, model=model, manifest=manifest)
    golden = _golden(bundle, streams, whole)
    manifest = msgspec.structs.replace(manifest, golden=artifact(golden))
    files = {
        MODEL_FILE: model,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: _card(bundle, len(model), version).encode(),
    }
    if bundle.range_model is not None:
        files[RANGE_FILE] = bundle.range_model
    install_folder(files, folder.parent, folder.name, verify_bundle)
    return load_bundle(folder)


def _golden(bundle: Bundle, streams: Bundle, whole: Classifier) -> bytes:
    """Returns the golden vectors of a bundle, with the scores of its whole windows of a stretch."""
    golden = read_golden(bundle)
    arrays = {"pcm": golden.pcm, "log_mel": golden.log_mel, "scores": golden.scores}
    scores = stretch_scores(streams, whole, golden.pcm)
    known = {name: array for name, array in arrays.items() if array is not None}
    return arrays_archive({**known, "stretch_scores": scores})


def _card(bundle: Bundle, size_bytes: int, version: str) -> str:
    """Returns the card with the version and the size of the new model."""
    card = bundle.folder / CARD_FILE
    manifest = bundle.manifest
    # A bundle from elsewhere may have no card.
    text = card.read_text(encoding="utf-8") if card.is_file() else f"# {manifest.id} {version}\n"
    text = text.replace(f"# {manifest.id} {manifest.version}\n", f"# {manifest.id} {version}\n", 1)
    return text.replace(f"{manifest.model.bytes:,} bytes", f"{size_bytes:,} bytes", 1)
