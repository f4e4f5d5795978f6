"""Statements of a user about a foreign model, as far as its file does not show it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from soundpost.features import FeatureSpec

DEFAULT_THRESHOLD = 0.5
"""The score from which a label of a sigmoid is more likely than not. BirdNET's own programs list
from 0.25 on, for a person who reviews the list; a node publishes unattended."""
DEFAULT_RANGE_THRESHOLD = 0.03
"""Of BirdNET's range model, as its own programs have it."""
DEFAULT_NOISE_SECONDS = 600.0
"""Of each noise, so that a label that scores in it once in minutes is found."""

Activation = Literal["none", "sigmoid", "softmax"]


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """The sound that the model takes.

    Attributes:
        rate_hz: The sample rate; None if not stated.
        window_seconds: The length of a window, for a model that takes any; None if not stated.
        stride_seconds: From one window to the next; None for half a window, at most a second.
        features: The front end of a model of log-mel.
    """

    rate_hz: int | None = None
    window_seconds: float | None = None
    stride_seconds: float | None = None
    features: FeatureSpec = field(default_factory=FeatureSpec)


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """The outputs of the model, each by its name or its position from 0.

    Attributes:
        scores: The output with a value for each label; None to find it by its width.
        embedding: The output that is kept for heads; None to find it by its name.
        activation: The function that turns the output into scores; None to find it by probing.
    """

    scores: str | None = None
    embedding: str | None = None
    activation: Activation | None = None


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """The labels of the model.

    Attributes:
        file: Their names; None for the label map in the model's metadata.
        language: The language of the common names, a tag such as `en`; None if not stated.
        groups: A table of labels and groups; None for none.
        threshold: The score that starts an event, of a label that noise does not raise.
        noise_seconds: The sound of each noise that the model is measured with.
    """

    file: Path | None = None
    language: str | None = None
    groups: Path | None = None
    threshold: float = DEFAULT_THRESHOLD
    noise_seconds: float = DEFAULT_NOISE_SECONDS


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of the model, which the manifest keeps.

    Attributes:
        licence: The licence of the weights.
        attribution: The authors, as their licence wants them named.
        data: The data that it was trained on.
        command: The command that imports it.
    """

    licence: str
    attribution: str = ""
    data: str = "not stated by the person who imported it"
    command: str = "soundpost bundle import"


@dataclass(frozen=True, slots=True)
class RangeOptions:
    """A second model that scores which labels occur at a place in a week.

    Attributes:
        file: The TFLite file.
        threshold: Labels that score below it do not occur there.
    """

    file: Path
    threshold: float = DEFAULT_RANGE_THRESHOLD


@dataclass(frozen=True, slots=True)
class Target:
    """The bundle that is written.

    Attributes:
        folder: The folder of the bundle; its name is the id.
        version: Its version.
        is_forced: True to replace a bundle that is there.
    """

    folder: Path
    version: str = "1.0.0"
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """All that a user states for an import."""

    model: Path
    target: Target
    origin: Origin
    sound: SoundOptions = field(default_factory=SoundOptions)
    output: OutputOptions = field(default_factory=OutputOptions)
    labels: LabelOptions = field(default_factory=LabelOptions)
    range: RangeOptions | None = None
