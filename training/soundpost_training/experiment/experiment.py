"""An experiment is data: one TOML file, every key typed, every unknown key an error."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.features import FeatureSpec
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.data import AugmentConfig, DataConfig, WindowConfig
from soundpost_training.experiment.deploy import CalibrateConfig, QuantizeConfig
from soundpost_training.experiment.init import PATTERN, choose, imply, put
from soundpost_training.experiment.section import (
    AboveZero,
    Channels,
    NotNegative,
    Positive,
    RunName,
    Section,
    Share,
    refuse_unknown_keys,
)


class ModelConfig(Section, frozen=True, kw_only=True):
    """Which network, and how large.

    `residual` and `separable` begin with a stem, and have one width in `block_channels` for each
    halving block; `residual` may have `tail_blocks` behind them, which do not halve. `yamnet` is
    YAMNet's first `layers` layers, `mobilenet_v2` Keras' own at `width`; both are for `train.init`.
    `boosting` is a baseline without a network.
    """

    arch: Literal["residual", "separable", "yamnet", "mobilenet_v2", "boosting"] = "residual"
    stem_channels: Channels = 32
    stem_kernel: Positive = 5
    stem_stride_frames: Positive = 4
    stem_stride_bands: Positive = 2
    block_channels: Annotated[tuple[Channels, ...], Meta(min_length=1)] = (32, 64, 128)
    tail_blocks: NotNegative | UnsetType = UNSET
    layers: Annotated[int, Meta(ge=1, le=14)] = 14
    width: Annotated[float, Meta(gt=0.0, le=1.4)] = 1.0
    dropout: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.4


class TrainConfig(Section, frozen=True, kw_only=True):
    """How the weights are found: AdamW, warm-up and cosine, averaged weights.

    `init` is where they begin: at random, or `run:NAME`, with what the run NAME of the same network
    or a smaller one made of the same fold; `yamnet:FILE.tflite@7`, with YAMNet's first seven
    layers, `@7` left out with all; `imagenet:mobilenet_v2:FILE.h5`, without FILE with what Keras
    publishes. Files are absolute or under $SOUNDPOST_DATA. `backbone_learning_rate` is that of all
    layers but the new last one, where it is another. `init_share` is how much of the weights that
    training began with is in those that it ends with: what was learnt for one place is not to be
    forgotten for another.

    `validation_share` of each label's training clips, whole recordings, are kept back and judge the
    averaged weights after each epoch; training ends when `patience_epochs` brought nothing better,
    if any are given, and the best ones stay. `mixed_precision` calculates in bfloat16.
    """

    init: Annotated[str, Meta(pattern=PATTERN)] | None = None
    init_share: Share = 0.0
    epochs: Positive = 120
    batch_size: Positive = 64
    learning_rate: AboveZero = 3e-3
    backbone_learning_rate: AboveZero | None = None
    warm_up_share: Share = 0.1
    weight_decay: Annotated[float, Meta(ge=0.0)] = 0.01
    label_smoothing: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.1
    average_momentum: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.99
    validation_share: Annotated[float, Meta(ge=0.0, le=0.5)] = 0.0
    patience_epochs: NotNegative = 0
    mixed_precision: bool = False

    def __post_init__(self) -> None:
        if self.patience_epochs and not self.validation_share:
            raise ValueError("patience_epochs needs a validation_share to be patient with")
        if self.init_share and self.init is None:
            raise ValueError("init_share needs an init to have a share of")


class TeacherConfig(Section, frozen=True, kw_only=True):
    """Who teaches; each has an equal say.

    `weights` and `layers` are heads on layers of YAMNet, whose file is absolute or under
    $SOUNDPOST_DATA; `heads_of` are other experiments of the same folds, by name, whose heads on the
    same layers teach as well. `runs` are experiments whose networks do. `bundle` is a bundle's
    folder; `bundle_never_heard_them` states of one that was trained on other data that it has heard
    none of these recordings. `blend` is how what they say is put together.

    `pool_passes` is how many augmented examples of each clip the teachers listen to; the student
    is shown the very same ones, again and again.
    """

    weights: str | None = None
    layers: tuple[Annotated[int, Meta(ge=1, le=14)], ...] = ()
    heads_of: tuple[RunName, ...] = ()
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
        if self.heads_of and self.weights is None:
            raise ValueError("heads_of needs the weights and layers that those heads are on")
        if self.weights is None and not self.runs and self.bundle is None:
            raise ValueError("nobody teaches: give weights and layers, runs, or a bundle")


class BundleConfig(Section, frozen=True, kw_only=True):
    """What is shipped, under this name: a model of all folds, or the one that held a fold out.

    A model of all folds has heard the most, and its card gives the figures of the networks that
    each held a fold out. One that held out `held_out_fold` can itself be judged by that fold.
    """

    id: str
    version: str
    held_out_fold: Positive | None = None
    calibration_windows: Positive = 500


class Experiment(Section, frozen=True, kw_only=True):
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
    quantize: QuantizeConfig = QuantizeConfig()
    calibrate: CalibrateConfig = CalibrateConfig()

    def __post_init__(self) -> None:
        if self.teacher is not None and self.train.validation_share:
            raise ValueError("no validation_share with a teacher: it has heard all training clips")


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
    refuse_unknown_keys(raw, Experiment, "", path)
    if epochs is not None:
        put(raw, "train", "epochs", epochs)
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
