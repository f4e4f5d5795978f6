"""The manifest: what training promises about a model, and the daemon builds everything from."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost import __version__
from soundpost.errors import BundleError
from soundpost.features import FeatureSpec

MANIFEST_FILE = "manifest.json"
MODEL_FILE = "model.tflite"
GOLDEN_FILE = "golden.npz"
CARD_FILE = "MODEL_CARD.md"

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[int, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
LabelName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_]*$", max_length=64)]
"""A label is part of MQTT topics and file names, so its alphabet is small."""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the manifest: every field is required, none is unknown."""


class Artifact(_Strict, frozen=True):
    """A file of the bundle, as its bytes must be."""

    bytes: Positive
    sha256: Sha256


class Tensor(_Strict, frozen=True):
    """A tensor of the model; real value = scale * (quantised value - zero_point).

    A float32 tensor has scale 0 and zero point 0, as the interpreter reports it.
    """

    shape: list[Positive]
    dtype: Literal["int8", "float32"]
    scale: Annotated[float, Meta(ge=0.0)]
    zero_point: int


class LogMelInput(_Strict, frozen=True, tag="log_mel", tag_field="kind"):
    """The model hears log-mel windows, tensor [1, frames, mel_bands, 1]."""

    features: FeatureSpec
    window_frames: Positive
    stride_frames: Positive
    tensor: Tensor


class Output(_Strict, frozen=True):
    """The model's logits and how they become scores."""

    tensor: Tensor
    activation: Literal["softmax", "sigmoid"]
    temperature: Annotated[float, Meta(gt=0.0)]


class Label(_Strict, frozen=True):
    """A label and the decision defaults that were calibrated for it.

    Attributes:
        name: Lower-case letters, digits and underscores.
        on_threshold: Smoothed score at which an event starts.
        off_threshold: Smoothed score below which it ends; at most `on_threshold`.
        smoothing_windows: Windows in the moving mean of the score.
        minimum_samples: An event that ends sooner is retracted, one that lasts is confirmed.
        refractory_samples: Minimum time from an event's offset to the next event's onset.
    """

    name: LabelName
    on_threshold: Share
    off_threshold: Share
    smoothing_windows: Positive
    minimum_samples: NotNegative
    refractory_samples: NotNegative


class Training(_Strict, frozen=True):
    """Where the weights come from."""

    data: str
    licence: str
    attribution: str
    folds: list[int]
    held_out_folds: list[int]
    command: str


class Metric(_Strict, frozen=True):
    """A measured figure and the command that gave it; `spread` is a standard deviation."""

    name: str
    value: float
    spread: float
    command: str


class Manifest(_Strict, frozen=True):
    """The contract between training and the daemon (schema 1)."""

    schema: Literal[1]
    id: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+$")]
    minimum_daemon: Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+$")]
    model: Artifact
    golden: Artifact
    input: LogMelInput
    output: Output
    labels: Annotated[list[Label], Meta(min_length=1)]
    training: Training
    metrics: list[Metric]

    def __post_init__(self) -> None:
        for holds, rule in _rules(self):
            if not holds:
                raise ValueError(rule)

    @property
    def label_names(self) -> list[str]:
        """The labels in the order of the model's outputs."""
        return [label.name for label in self.labels]


def _rules(manifest: Manifest) -> list[tuple[bool, str]]:
    """What the types of the fields alone cannot say."""
    given, output = manifest.input, manifest.output.tensor
    names = manifest.label_names
    return [
        (len(set(names)) == len(names), "two labels have the same name"),
        (output.shape == [1, len(names)], f"output shape {output.shape} is not [1, {len(names)}]"),
        (
            given.tensor.shape == [1, given.window_frames, given.features.mel_bands, 1],
            f"input shape {given.tensor.shape} is not [1, window_frames, mel_bands, 1]",
        ),
        (given.stride_frames <= given.window_frames, "stride_frames is above window_frames"),
        (
            all(label.off_threshold <= label.on_threshold for label in manifest.labels),
            "an off_threshold is above its on_threshold",
        ),
    ]


def read_manifest(bundle: Path) -> Manifest:
    """The manifest of the bundle in a folder.

    Raises:
        BundleError: It is absent, not JSON, has an unknown, missing or impossible field, or asks
            for a newer daemon.
    """
    path = bundle / MANIFEST_FILE
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise BundleError(
            f"no manifest can be read at {path}: {error.strerror}",
            hint=f"a bundle is a folder with {MANIFEST_FILE}, {MODEL_FILE} and {GOLDEN_FILE}",
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BundleError(
            f"{path} is not a manifest of schema 1: {error}",
            hint="export the bundle again, or take the daemon that it was made for",
        ) from error
    if _numbers(manifest.minimum_daemon) > _numbers(__version__):
        raise BundleError(
            f"bundle {manifest.id} {manifest.version} needs soundpost {manifest.minimum_daemon} "
            f"or newer, this is {__version__}",
            hint="upgrade the daemon, or take an older bundle",
        )
    return manifest


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
