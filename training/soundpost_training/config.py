"""An experiment is data: one TOML file, every key typed, every unknown key an error."""

import difflib
import tomllib
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.features import FeatureSpec
from soundpost_training.errors import ExperimentError
from soundpost_training.init import PATTERN, choose, imply

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[int, Meta(ge=0)]
AboveZero = Annotated[float, Meta(gt=0.0)]
Channels = Annotated[int, Meta(ge=8, multiple_of=8)]
"""Widths in multiples of 8: what the int8 kernels of XNNPACK work in."""

NOT_STATED = "not stated"
"""Of a licence or an attribution: nobody has said what it is."""


RunName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$")]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class DataConfig(_Section, frozen=True, kw_only=True):
    """The recordings; `folder` is absolute or lies under $SOUNDPOST_DATA.

    `esc50`, `esc10`, `urbansound8k` and `fsd` (FSD50K, FSDKaggle2018 and 2019) bring folds, licence
    and attribution. `folders` is a folder per label, `csv` a table `labels.csv` of path, label and
    fold or group; for these, `folds` is into how many folds the recordings are dealt where none
    are given, and licence and attribution are yours to state, or the table's.

    `labels`, if any, are the only ones that are taken. Those in `background` are nothing to be
    told of: their clips are taught as no label at all, and may be mixed beneath the others.
    `shuffle_anyway` deals the folds by clip in spite of what leaks.
    """

    kind: Literal["esc50", "esc10", "urbansound8k", "fsd", "folders", "csv"]
    folder: str
    folds: Annotated[int, Meta(ge=2)] = 5
    licence: str = NOT_STATED
    attribution: str = NOT_STATED
    labels: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    shuffle_anyway: bool = False


class WindowConfig(_Section, frozen=True, kw_only=True):
    """The stretch that is classified at once, in frames of the feature specification."""

    frames: Positive = 192
    stride_frames: Positive = 50


class ModelConfig(_Section, frozen=True, kw_only=True):
    """Which network, and how large.

    `residual` and `separable` begin with a stem, and have one width in `block_channels` for each
    halving block. `yamnet` is YAMNet's first `layers` layers, `mobilenet_v2` Keras' own at
    `width`; both are for `train.init`. `boosting` is a baseline without a network.
    """

    arch: Literal["residual", "separable", "yamnet", "mobilenet_v2", "boosting"] = "residual"
    stem_channels: Channels = 32
    stem_kernel: Positive = 5
    stem_stride_frames: Positive = 4
    stem_stride_bands: Positive = 2
    block_channels: Annotated[tuple[Channels, ...], Meta(min_length=1)] = (32, 64, 128)
    layers: Annotated[int, Meta(ge=1, le=14)] = 14
    width: Annotated[float, Meta(gt=0.0, le=1.4)] = 1.0
    dropout: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.4


class BackgroundConfig(_Section, frozen=True, kw_only=True):
    """How the clips of `data.background` are mixed beneath the others.

    `mix_share` of the examples get one, so much fainter than the example as the ratio says.
    """

    mix_share: Share = 0.5
    lowest_snr_db: float = 5.0
    highest_snr_db: float = 30.0

    def __post_init__(self) -> None:
        if self.lowest_snr_db > self.highest_snr_db:
            raise ValueError("lowest_snr_db is above highest_snr_db")


class RoomsConfig(_Section, frozen=True, kw_only=True):
    """Rooms to hear the clips in: `folder` has impulse responses, under $SOUNDPOST_DATA as data.

    Each clip is heard in `copies` rooms once; training takes such a copy `share` of the time.
    """

    folder: str
    copies: Positive = 2
    share: Share = 0.5
    seed: NotNegative = 0


class AugmentConfig(_Section, frozen=True, kw_only=True):
    """What is done to an example before the network hears it; zeros leave it as it is.

    A table that is not there is not encoded either: what was named by its settings before there
    were such tables keeps its name.
    """

    stretch: Annotated[float, Meta(ge=0.0, lt=0.5)] = 0.1
    quietest_gain_db: float = -12.0
    loudest_gain_db: float = 6.0
    band_shift: NotNegative = 3
    mix_share: Share = 0.8
    masks: NotNegative = 2
    mask_frames: NotNegative = 24
    mask_bands: NotNegative = 8
    negative_share: Share = 0.04
    background: BackgroundConfig | UnsetType = UNSET
    rooms: RoomsConfig | UnsetType = UNSET


class TrainConfig(_Section, frozen=True, kw_only=True):
    """How the weights are found: AdamW, warm-up and cosine, averaged weights.

    `init` is where they begin: at random, or `run:NAME`, with what the run NAME of the same network
    made of the same fold; `yamnet:FILE.tflite@7`, with YAMNet's first seven layers, `@7` left out
    with all; `imagenet:mobilenet_v2:FILE.h5`, without FILE with what Keras publishes. Files are
    absolute or under $SOUNDPOST_DATA. `backbone_learning_rate` is that of all layers but the new
    last one, where it is another.
    """

    init: Annotated[str, Meta(pattern=PATTERN)] | None = None
    epochs: Positive = 120
    batch_size: Positive = 64
    learning_rate: AboveZero = 3e-3
    backbone_learning_rate: AboveZero | None = None
    warm_up_share: Share = 0.1
    weight_decay: Annotated[float, Meta(ge=0.0)] = 0.01
    label_smoothing: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.1
    average_momentum: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.99


class TeacherConfig(_Section, frozen=True, kw_only=True):
    """Who teaches; each has an equal say.

    `weights` and `layers` are heads on layers of YAMNet, whose file is absolute or under
    $SOUNDPOST_DATA. `runs` are other experiments of the same folds, by name. `bundle` is a bundle's
    folder; `bundle_never_heard_them` states of one that was trained on other data that it has heard
    none of these recordings. `blend` is how what they say is put together.

    `pool_passes` is how many augmented examples of each clip the teachers listen to; the student
    is shown the very same ones, again and again.
    """

    weights: str | None = None
    layers: tuple[Annotated[int, Meta(ge=1, le=14)], ...] = ()
    runs: tuple[RunName, ...] = ()
    bundle: str | None = None
    bundle_never_heard_them: bool = False
    blend: Literal["scores", "logits"] = "scores"
    pool_passes: Positive = 100
    head_units: Positive = 256
    head_epochs: Positive = 4
    temperature: AboveZero = 2.0
    weight: Share = 0.9

    def __post_init__(self) -> None:
        if (self.weights is None) != (not self.layers):
            raise ValueError("weights and layers go together")
        if self.weights is None and not self.runs and self.bundle is None:
            raise ValueError("nobody teaches: give weights and layers, runs, or a bundle")


class CalibrateConfig(_Section, frozen=True, kw_only=True):
    """When a label is told: as easily as false alarms allow, between a floor and a cap.

    `false_alarms_per_hour` is the budget of each label, in an hour of the other labels' clips:
    of five-second clips that is an hour with a new sound every five seconds, 720 in all, and no
    pause between them. A label of whose clips less than `told_at_least` would be told gets a
    lower threshold, over the budget: one that is never told is of no use.
    """

    false_alarms_per_hour: AboveZero = 2.0
    told_at_least: Share = 0.5
    lowest_on: Share = 0.3
    highest_on: Share = 0.9

    def __post_init__(self) -> None:
        if self.lowest_on > self.highest_on:
            raise ValueError("lowest_on is above highest_on")


class BundleConfig(_Section, frozen=True, kw_only=True):
    """What is shipped, under this name: a model of all folds, or the one that held a fold out.

    A model of all folds has heard the most, and its card gives the figures of the networks that
    each held a fold out. One that held out `held_out_fold` can itself be judged by that fold.
    """

    id: str
    version: str
    held_out_fold: Positive | None = None
    calibration_windows: Positive = 500


class Experiment(_Section, frozen=True, kw_only=True):
    """The whole file."""

    name: RunName
    seed: NotNegative = 0
    data: DataConfig
    bundle: BundleConfig
    features: FeatureSpec = FeatureSpec()
    window: WindowConfig = WindowConfig()
    model: ModelConfig = ModelConfig()
    augment: AugmentConfig = AugmentConfig()
    train: TrainConfig = TrainConfig()
    teacher: TeacherConfig | None = None
    calibrate: CalibrateConfig = CalibrateConfig()


def load_experiment(
    path: Path, epochs: int | None = None, *, arch: str | None = None, init: str | None = None
) -> Experiment:
    """The experiment in a TOML file.

    Args:
        path: The file.
        epochs: Replaces `train.epochs`, for a dry run.
        arch: Replaces `model.arch`; what is made so has a name of its own.
        init: Replaces `train.init`, likewise.

    Raises:
        ExperimentError: The file cannot be read, is not TOML, has an unknown or missing key, or
            a wrong value.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExperimentError(
            f"{path} cannot be read: {error.strerror}",
            hint="name an experiment with --config, such as training/configs/esc50.toml",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(
            f"{path} is not TOML: {error}", hint="strings need quotes; tables look like [train]"
        ) from error
    _refuse_unknown_keys(raw, Experiment, "", path)
    if epochs is not None:
        raw.setdefault("train", {})["epochs"] = epochs
    if arch is not None or init is not None:
        choose(raw, arch, init)
    imply(raw)
    try:
        return msgspec.convert(raw, Experiment)
    except msgspec.ValidationError as error:
        raise ExperimentError(
            f"{path}: {error}", hint="training/README.md lists every key with its default"
        ) from error


def dealt_by_clip(experiment: Experiment) -> Experiment:
    """The experiment with folds by clip, under a name of its own: its runs are no others' runs."""
    data = msgspec.structs.replace(experiment.data, shuffle_anyway=True)
    return msgspec.structs.replace(experiment, name=f"{experiment.name}-shuffled", data=data)


def _refuse_unknown_keys(
    raw: dict[str, Any], section: type[msgspec.Struct], table: str, path: Path
) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(section)}
    for key, value in raw.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, n=1, cutoff=0.5)
            guess = f"did you mean {table}{near[0]}?" if near else f"known: {', '.join(fields)}"
            raise ExperimentError(f"{path}: unknown key {table}{key}", hint=guess)
        for inner in typing.get_args(fields[key]) or (fields[key],):
            if isinstance(value, dict) and issubclass(inner, msgspec.Struct):
                _refuse_unknown_keys(value, inner, f"{table}{key}.", path)
