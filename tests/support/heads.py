"""Heads of known weights, as tests store and run them."""

from pathlib import Path

import numpy as np

from soundpost import __version__
from soundpost.classify import Bundle, Classifier
from soundpost.heads import (
    Backbone,
    EmbeddingInput,
    GoldenEmbeddings,
    Head,
    HeadFacts,
    HeadWeights,
    Teaching,
    install_head,
)
from soundpost.manifest import Label

CARD = "# doorbell\n\nTaught by a test.\n"


def label(name: str = "gate_bell", **changes: object) -> Label:
    """Returns a label with the thresholds of a test."""
    given: dict[str, object] = {
        "name": name,
        "on_threshold": 0.6,
        "off_threshold": 0.3,
        "smoothing_windows": 1,
        "minimum_samples": 0,
        "refractory_samples": 0,
    }
    return Label(**{**given, **changes})  # type: ignore[arg-type]  # checked by the test


def facts(backbone: Backbone, embedding: EmbeddingInput, of_label: Label) -> HeadFacts:
    """Returns the description of a head."""
    return HeadFacts(
        id=of_label.name.replace("_", "-"),
        minimum_daemon="0.3.0",
        backbone=backbone,
        embedding=embedding,
        label=of_label,
        metrics=[],
        teaching=Teaching(
            taught="2026-11-30T00:00:00Z",
            recordings=10,
            windows=80,
            other_recordings=40,
            other_windows=320,
            background_seconds=3_600.0,
            command="soundpost teach gate_bell clips",
            daemon=__version__,
        ),
        licence="the sounds of the test",
    )


def tiny_facts(size: int = 6, of_label: Label | None = None) -> HeadFacts:
    """Returns the description of a head on a model that no test runs."""
    backbone = Backbone(id="tiny", version="1.0.0", sha256="0" * 64)
    embedding = EmbeddingInput(definition="output", size=size)
    return facts(backbone, embedding, of_label or label())


def random_weights(size: int = 6, seed: int = 0) -> HeadWeights:
    """Returns weights of which every value matters."""
    rng = np.random.default_rng(seed)
    return HeadWeights(
        weights=rng.normal(size=size).astype(np.float32),
        bias=rng.normal(size=1).astype(np.float32),
        mean=rng.normal(size=size).astype(np.float32),
        scale=rng.uniform(0.5, 2.0, size).astype(np.float32),
    )


def golden_of(weights: HeadWeights, seed: int = 1) -> GoldenEmbeddings:
    """Returns golden vectors of random embeddings."""
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(size=(4, len(weights.weights))).astype(np.float32)
    return GoldenEmbeddings.of(weights, embeddings)


def store_tiny_head(heads: Path, seed: int = 0, of_label: Label | None = None) -> Head:
    """Stores a head of random weights in a folder of heads."""
    of_label = of_label or label()
    weights = random_weights(seed=seed)
    described = tiny_facts(of_label=of_label)
    return install_head(heads / of_label.name, described, weights, golden_of(weights), CARD)


def facts_on(bundle: Bundle, of_label: Label) -> HeadFacts:
    """Returns the description of a head on the model of a bundle."""
    manifest, classifier = bundle.manifest, Classifier(bundle)
    backbone = Backbone(id=manifest.id, version=manifest.version, sha256=manifest.model.sha256)
    definition = classifier.embedding_definition or "none"
    embedding = EmbeddingInput(definition=definition, size=classifier.embedding_size)
    return facts(backbone, embedding, of_label)


def store_head(heads: Path, bundle: Bundle, of_label: Label, seed: int = 0) -> Head:
    """Stores a head of random weights on the model of a bundle."""
    described = facts_on(bundle, of_label)
    weights = random_weights(described.embedding.size, seed)
    folder = heads / of_label.name
    return install_head(folder, described, weights, golden_of(weights), CARD)
