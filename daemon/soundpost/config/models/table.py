"""The tables `[classify]` and `[[models]]`: the model of a source, or several."""

from typing import Annotated

from msgspec import Meta

from soundpost.config.decide import DecideConfig
from soundpost.config.types import Section, Text

MOST_MODELS = 8
"""Each holds its weights and an interpreter in memory, 5 to 100 MB: the service may use 512 MB."""


class ClassifyConfig(Section, frozen=True):
    """The model: the folder of a bundle, or the name of one that came with soundpost."""

    bundle: Text = "everyday"
    threads: Annotated[int, Meta(ge=1, le=64)] = 1


class ModelConfig(ClassifyConfig, frozen=True):
    """One of several models on a source, with the rules that turn its scores into events."""

    decide: DecideConfig = DecideConfig()
