"""Models of the tests at any sample rate: the tiny bundle's network behind another front end."""

import hashlib
import io
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.features import FeatureSpec, LogMel
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, Artifact, Manifest, read_manifest

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"


def tiny_model(rate_hz: int = 16_000, labels: tuple[str, ...] = ("hiss", "hum", "hush")) -> Model:
    """Returns a model at a rate, with an id that contains it."""
    bundle = load_bundle(TINY)
    manifest = manifest_at(bundle.manifest, rate_hz, f"tiny-{rate_hz}", labels)
    return Model(replace(bundle, manifest=manifest), Classifier(replace(bundle, manifest=manifest)))


def write_tiny_bundle(
    folder: Path, rate_hz: int, labels: tuple[str, ...] = ("hiss", "hum", "hush")
) -> Path:
    """Writes a bundle of the tiny network at a rate, with golden vectors of its own."""
    shutil.copytree(TINY, folder)
    manifest = manifest_at(read_manifest(TINY), rate_hz, folder.name, labels)
    pcm = _sounds(manifest)
    front_end = LogMel(manifest.input.spectrogram)
    log_mel = np.stack([front_end.compute(row) for row in pcm])
    scores = np.zeros((len(pcm), len(labels)), np.float32)
    for _ in range(2):  # a bundle is complete before it is loaded, and loaded to compute its scores
        file = io.BytesIO()
        np.savez_compressed(file, pcm=pcm, log_mel=log_mel, scores=scores)
        golden = file.getvalue()
        artifact = Artifact(bytes=len(golden), sha256=hashlib.sha256(golden).hexdigest())
        written = msgspec.structs.replace(manifest, golden=artifact)
        (folder / GOLDEN_FILE).write_bytes(golden)
        (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(written))
        classifier = Classifier(load_bundle(folder))
        scores = np.stack([classifier.scores(row) for row in log_mel])
    return folder


def manifest_at(manifest: Manifest, rate_hz: int, name: str, labels: tuple[str, ...]) -> Manifest:
    """Returns the manifest for another rate: frames of 25 ms every 10 ms, as at 16 kHz."""
    features = FeatureSpec.at_rate(rate_hz)
    return msgspec.structs.replace(
        manifest,
        id=name,
        input=msgspec.structs.replace(manifest.input, features=features),
        labels=[
            msgspec.structs.replace(
                label,
                name=new_name,
                minimum_samples=label.minimum_samples * rate_hz // 16_000,
                refractory_samples=label.refractory_samples * rate_hz // 16_000,
            )
            for label, new_name in zip(manifest.labels, labels, strict=True)
        ],
    )


def _sounds(manifest: Manifest) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """Returns int16[3, window_samples]: digital silence, a loud sine, loud noise."""
    samples = manifest.input.window_samples
    seconds = np.arange(samples) / manifest.input.sample_rate_hz
    noise = np.random.default_rng(0).normal(0.0, 20_000.0, samples)
    sine = 16_000.0 * np.sin(2.0 * np.pi * 440.0 * seconds)
    rows = np.stack([np.zeros(samples), sine, noise])
    return np.clip(np.rint(rows), -32_768, 32_767).astype(np.int16)
