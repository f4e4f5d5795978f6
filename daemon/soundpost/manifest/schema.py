"""The types of a manifest: schema 1; only fields of a label may be optional."""

from typing import Annotated, Literal

from msgspec import Meta

from soundpost.events import ANY, UNKNOWN
from soundpost.manifest.input import ModelInput, Tensor, WaveformInput, input_rules
from soundpost.manifest.label import (
    FOREIGN_SINCE,
    SCHEMA_1_SINCE,
    Label,
    groups_of,
    minimum_daemon,
    version_numbers,
)
from soundpost.manifest.streaming import Streaming, streaming_rules
from soundpost.manifest.types import (
    BundleId,
    Bytes,
    Figure,
    Fold,
    LanguageTag,
    Sha256,
    Share,
    Strict,
    Version,
)

MANIFEST_FILE = "manifest.json"
MODEL_FILE = "model.tflite"
ONNX_FILE = "model.onnx"
RANGE_FILE = "range.tflite"
GOLDEN_FILE = "golden.npz"
CARD_FILE = "MODEL_CARD.md"

MOST_LABELS = 10_000
"""AudioSet has 527, and the largest networks for birds know some 6,500."""
Position = Annotated[int, Meta(ge=0, le=100)]
"""Of an output of the model; Perch has six of them."""


class Artifact(Strict, frozen=True):
    """A file of the bundle: its size and its hash."""

    bytes: Bytes
    sha256: Sha256


class Embedding(Strict, frozen=True):
    """An output beside the scores that heads can be fitted on: its position and its tensor."""

    position: Position
    tensor: Tensor


class Output(Strict, frozen=True, omit_defaults=True):
    """The model's output of a value for each label, and the function that turns it into scores.

    Attributes:
        tensor: One value for each label: logits, or scores where `activation` is `none`.
        activation: The function.
        temperature: The logits are divided by it first.
        position: The output's position among the outputs of the model. This field and the next
            are optional.
        embedding: A second output that is kept for heads.
    """

    tensor: Tensor
    activation: Literal["softmax", "sigmoid", "none"]
    temperature: Annotated[float, Meta(ge=0.01, le=100.0)]
    position: Position = 0
    embedding: Embedding | None = None


class RangeModel(Strict, frozen=True):
    """A second model that scores, from place and week, which labels occur there.

    Its input is float32[1, 3]: latitude, longitude and week (1 to 48, four a month); its output has
    a score for each label of the manifest, in the same order.

    Attributes:
        model: The file, `range.tflite`.
        threshold: Labels that score below it are not detected at the place.
    """

    model: Artifact
    threshold: Share


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


class Manifest(Strict, frozen=True, omit_defaults=True):
    """The contract between training and the daemon (schema 1).

    The fields from `runtime` on are optional. `language` is the one of the labels' common names, a
    tag such as `en` or `pt-BR` (BCP 47). Without `streaming` each window is computed as a whole.
    """

    schema: Literal[1]
    id: BundleId
    version: Version
    minimum_daemon: Version
    model: Artifact
    golden: Artifact
    input: ModelInput
    output: Output
    labels: Annotated[list[Label], Meta(min_length=1, max_length=MOST_LABELS)]
    training: Training
    metrics: list[Metric]
    runtime: Literal["tflite", "onnx"] = "tflite"
    range: RangeModel | None = None
    language: LanguageTag | None = None
    streaming: Streaming | None = None

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
    output, names = manifest.output.tensor, manifest.label_names
    needed = oldest_daemon(manifest)
    taken = groups_of(manifest.labels).keys() & {*names, ANY, UNKNOWN}
    return [
        (len(set(names)) == len(names), "two labels have the same name"),
        (ANY not in names, f"no label may be called {ANY}: that topic stands for all of them"),
        (output.shape == [1, len(names)], f"output shape {output.shape} is not [1, {len(names)}]"),
        *input_rules(manifest.input),
        (
            manifest.streaming is None
            or (manifest.runtime == "tflite" and not manifest.output.position),
            "streaming is for a TFLite model with one output",
        ),
        (
            manifest.streaming is None or manifest.output.embedding is None,
            "a model that computes each frame once has no embedding",
        ),
        *streaming_rules(manifest.streaming, manifest.input),
        (
            all(label.off_threshold <= label.on_threshold for label in manifest.labels),
            "an off_threshold is above its on_threshold",
        ),
        (
            not taken,
            f"a group has the name of a label: {', '.join(sorted(taken))}",
        ),
        (
            any(label.off_by_default is None for label in manifest.labels),
            "all labels are off by default",
        ),
        (
            needed == SCHEMA_1_SINCE
            or version_numbers(manifest.minimum_daemon) >= version_numbers(needed),
            f"minimum_daemon is below {needed}, the first that knows all fields of the manifest",
        ),
    ]


def oldest_daemon(manifest: Manifest) -> str:
    """Returns the oldest daemon that reads a manifest; an older one refuses unknown fields."""
    output = manifest.output
    has_fields = (
        *(manifest.language, manifest.range, manifest.streaming),
        *(output.position, output.embedding),
    )
    is_foreign = (
        isinstance(manifest.input, WaveformInput)
        or output.activation == "none"
        or manifest.runtime != "tflite"
    )
    return FOREIGN_SINCE if any(has_fields) or is_foreign else minimum_daemon(manifest.labels)
