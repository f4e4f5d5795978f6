"""An experiment as data: one TOML file; every key has a type, an unknown key is an error."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from soundpost.features import FeatureSpec
from soundpost_training.experiment.data import AugmentConfig, DataConfig, WindowConfig
from soundpost_training.experiment.deploy import BundleConfig, CalibrateConfig, QuantizeConfig
from soundpost_training.experiment.init import BundleInit, Init, RandomInit
from soundpost_training.experiment.section import (
    AboveZero,
    Channels,
    NotNegative,
    Positive,
    RunName,
    Section,
    Share,
)
from soundpost_training.experiment.teacher import TeacherConfig

Architecture = Literal[
    "residual", "separable", "streaming", "yamnet", "mobilenet_v2", "bundle", "boosting"
]


class ModelConfig(Section, frozen=True, kw_only=True):
    """The network's architecture and size.

    `residual`, `separable` and `streaming` begin with a stem; `block_channels` has the width of
    each block, and each block halves the resolution. The blocks of `streaming` have the strides
    `block_stride_frames` in time, 2 each by default, and do not pad in time. The `tail_blocks` of
    `residual` follow these at full resolution. `yamnet` is the first `layers` layers of YAMNet,
    `mobilenet_v2` the network of Keras at `width`, `bundle` that of the bundle in `train.init`;
    these are for `train.init`. `boosting` is a baseline without a network.
    """

    arch: Architecture = "residual"
    stem_channels: Channels = 32
    stem_kernel: Positive = 5
    stem_stride_frames: Positive = 4
    stem_stride_bands: Positive = 2
    block_channels: Annotated[tuple[Channels, ...], Meta(min_length=1)] = (32, 64, 128)
    tail_blocks: NotNegative | UnsetType = UNSET
    block_stride_frames: tuple[Positive, ...] | UnsetType = UNSET
    layers: Annotated[int, Meta(ge=1, le=14)] = 14
    width: Annotated[float, Meta(gt=0.0, le=1.4)] = 1.0
    dropout: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.4

    def __post_init__(self) -> None:
        strides = self.block_stride_frames
        if not isinstance(strides, UnsetType) and len(strides) != len(self.block_channels):
            raise ValueError(
                f"block_stride_frames needs {len(self.block_channels)} strides, one for each of "
                f"block_channels, got {len(strides)}"
            )

    @property
    def has_network(self) -> bool:
        """False for a baseline, which has no network and so neither int8 nor a bundle."""
        return self.arch != "boosting"


class TrainConfig(Section, frozen=True, kw_only=True):
    """Training: AdamW with warm-up, cosine decay and averaged weights.

    `init` has the weights to begin with; without it they are random. `backbone_learning_rate` is
    the rate of all layers but the last, if it differs. `init_share` is the share of the initial
    weights in the final ones: an interpolation that keeps what the initial network could do.

    `validation_share` of each label's training clips, as whole recordings, are held back to score
    the averaged weights after each epoch. Training ends after `patience_epochs` epochs without
    improvement (0: never early), and keeps the best weights. `mixed_precision` computes in
    bfloat16.
    """

    init: Init | None = None
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
            raise ValueError("patience_epochs needs a validation_share")
        if self.init_share and (self.init is None or isinstance(self.init, RandomInit)):
            raise ValueError("init_share needs an init")


class Experiment(Section, frozen=True, kw_only=True):
    """The whole file of an experiment."""

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
        if (self.model.arch == "bundle") != isinstance(self.train.init, BundleInit):
            raise ValueError("model.arch = bundle and a train.init of kind bundle go together")
        if self.teacher is not None and self.train.validation_share:
            raise ValueError(
                "no validation_share with a teacher: it was trained on all training clips"
            )
