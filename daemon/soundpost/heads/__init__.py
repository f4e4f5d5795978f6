"""Heads: labels that were taught on a node, and run on the embedding of a model."""

from soundpost.heads.head import Head, load_head, read_description
from soundpost.heads.install import MadeFrom, install_head
from soundpost.heads.schema import (
    HEAD_CARD_FILE,
    HEAD_FILE,
    WEIGHTS_FILE,
    Backbone,
    EmbeddingInput,
    HeadDescription,
    HeadFacts,
    Teaching,
)
from soundpost.heads.store import current_version, use_version, version_folder, versions
from soundpost.heads.weights import GoldenEmbeddings, HeadWeights, LinearHeads

__all__ = [
    "HEAD_CARD_FILE",
    "HEAD_FILE",
    "WEIGHTS_FILE",
    "Backbone",
    "EmbeddingInput",
    "GoldenEmbeddings",
    "Head",
    "HeadDescription",
    "HeadFacts",
    "HeadWeights",
    "LinearHeads",
    "MadeFrom",
    "Teaching",
    "current_version",
    "install_head",
    "load_head",
    "read_description",
    "use_version",
    "version_folder",
    "versions",
]
