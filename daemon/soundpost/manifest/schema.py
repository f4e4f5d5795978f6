"""The types of a manifest: schema 1; only fields of a label may be optional."""

from typing import Annotated, Literal

from msgspec import Meta

from soundpost.events import ANY, UNKNOWN
from soundpost.features import FeatureSpec
from soundpost.manifest.label import (
    SCHEMA_1_SINCE,
    Label,
    groups_of,
    minimum_daemon,
    version_numbers,
)
from soundpost.manifest.types import (
    BundleId,
    Bytes,
    Figure,
    Fold,
    Frames,
    Sha256,
    Size,
    Strict,
    Version,
)

MANIFEST_FILE = "manifest.json"
MODEL_FILE = "model.tflite"
GOLDEN_FILE = "golden.npz"
CARD_FILE = "MODEL_CARD.md"

MOST_LABELS = 10_000
"""AudioSet has 527, and the largest networks for birds know some 6,500."""
MOST_WINDOW_SAMPLES = 4_000_000
"""Ten seconds at the rate of a bat recorder, minutes at 16 kHz."""
MOST_WINDOW_VALUES = 1_000_000
"""Of a log-mel window; those of the included bundles have 12,288."""

SMALLEST_SCALE, LARGEST_SCALE = 1e-30, 1e30
"""Both are normal float32 numbers: a scale must neither underflow to 0 nor overflow."""


class Artifact(Strict, frozen=True):
    """A file of the bundle: its size and its hash."""

    bytes: Bytes
    sha256: Sha256


class Tensor(Strict, frozen=True):
    """A tensor of the model; real value = scale * (quantised value - zero_point).

    A float32 tensor has scale 0 and zero point 0, as the interpreter reports it.
    """

    shape: Annotated[list[Size], Meta(min_length=1, max_length=8)]
    dtype: Literal["int8", "float32"]
    scale: Annotated[float, Meta(ge=0.0, le=LARGEST_SCALE)]
    zero_point: Annotated[int, Meta(ge=-128, le=127)]

    def __post_init__(self) -> None:
        if self.dtype == "int8" and self.scale < SMALLEST_SCALE:
            raise ValueError(f"an int8 tensor needs a scale of at least {SMALLEST_SCALE}")
        if self.dtype == "float32" and (self.scale, self.zero_point) != (0.0, 0):
            raise ValueError("a float32 tensor has scale 0 and zero point 0")


class LogMelInput(Strict, frozen=True, tag="log_mel", tag_field="kind"):
    """A model input of log-mel windows, tensor [1, frames, mel_bands, 1]."""

    features: FeatureSpec
    window_frames: Frames
    stride_frames: Frames
    tensor: Tensor


class Output(Strict, frozen=True):
    """The model's logits, and the function that turns them into scores."""

    tensor: Tensor
    activation: Literal["softmax", "sigmoid"]
    temperature: Annotated[float, Meta(ge=0.01, le=100.0)]


class Training(Strict, frozen=True):
    """The origin of the weights."""

    data: str
    licence: str
    attribution: str
    folds: list[Fold]
    held_out_folds: list[Fold]
    command: str


class Metric(Strict, frozen=True):
    """A measured figure and the command that measured it; `spread` is a standard deviation."""

    name: str
    value: Figure
    spread: Figure
    command: str


class Manifest(Strict, frozen=True):
    """The contract between training and the daemon (schema 1)."""

    schema: Literal[1]
    id: BundleId
    version: Version
    minimum_daemon: Version
    model: Artifact
    golden: Artifact
    input: LogMelInput
    output: Output
    labels: Annotated[list[Label], Meta(min_length=1, max_length=MOST_LABELS)]
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
    """Returns the rules that the types of single fields cannot express, and whether each holds."""
    model_input, output = manifest.input, manifest.output.tensor
    names = manifest.label_names
    needed = minimum_daemon(manifest.labels)
    return [
        (len(set(names)) == len(names), "two labels have the same name"),
        (ANY not in names, f"no label may be called {ANY}: that topic stands for all of them"),
        (output.shape == [1, len(names)], f"output shape {output.shape} is not [1, {len(names)}]"),
        (
            model_input.tensor.shape
            == [1, model_input.window_frames, model_input.features.mel_bands, 1],
            f"input shape {model_input.tensor.shape} is not [1, window_frames, mel_bands, 1]",
        ),
        (
            model_input.features.sample_count(model_input.window_frames) <= MOST_WINDOW_SAMPLES,
            f"a window has more than {MOST_WINDOW_SAMPLES} samples",
        ),
        (
            model_input.window_frames * model_input.features.mel_bands <= MOST_WINDOW_VALUES,
            f"a window has more than {MOST_WINDOW_VALUES} log-mel values",
        ),
        (
            model_input.stride_frames <= model_input.window_frames,
            "stride_frames is above window_frames",
        ),
        (
            all(label.off_threshold <= label.on_threshold for label in manifest.labels),
            "an off_threshold is above its on_threshold",
        ),
        (
            not groups_of(manifest.labels).keys() & {*names, ANY, UNKNOWN},
            f"a group has the name of a label, or is called {ANY} or {UNKNOWN}",
        ),
        (
            any(label.off_by_default is None for label in manifest.labels),
            "all labels are off by default",
        ),
        (
            needed == SCHEMA_1_SINCE
            or version_numbers(manifest.minimum_daemon) >= version_numbers(needed),
            f"minimum_daemon is below {needed}, the first that knows all fields of the labels",
        ),
    ]
