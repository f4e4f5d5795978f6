"""An experiment of audio tagging as data: one TOML file."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.features import FeatureSpec
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.data import WindowConfig
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.experiment.init import BundleInit
from soundpost_training.experiment.section import (
    AboveZero,
    NotNegative,
    Positive,
    RunName,
    Section,
    Share,
)
from soundpost_training.experiment.toml_file import read_toml, refuse_unknown_keys

SourceKind = Literal["esc50", "urbansound8k", "ambience", "debian", "synthesis"]


class SourcesConfig(Section, frozen=True, kw_only=True):
    """The recordings to train on.

    `packages` are the Debian packages of the table to use, all by default. `licences = "free"`
    leaves out recordings that must not be used commercially (NC). `made` is the number of made
    recordings of each family: alarms, speech, music. `without_categories` of ESC-50 are neither
    taught nor mixed into an example, nor are their labels: for figures on sounds never heard.
    """

    kinds: Annotated[tuple[SourceKind, ...], Meta(min_length=1)] = (
        "esc50",
        "urbansound8k",
        "ambience",
        "debian",
        "synthesis",
    )
    packages: tuple[str, ...] = ()
    licences: Literal["all", "free"] = "all"
    made: NotNegative = 400
    without_categories: tuple[str, ...] = ()


class ExamplesConfig(Section, frozen=True, kw_only=True):
    """The mixtures that the teachers score; they are stored once, and trained on repeatedly.

    `count` examples are made. `label_share` of their foregrounds are drawn label by label, so that
    rare labels are not rare; the others source by source. `mix_share` of the examples have a second
    sound, at a ratio of `lowest_snr_db` to `highest_snr_db`. `room_share` of the sounds are
    reverberated, and each example passes a random microphone.
    """

    count: Positive = 100_000
    label_share: Share = 0.55
    mix_share: Share = 0.6
    lowest_snr_db: float = -5.0
    highest_snr_db: float = 25.0
    room_share: Share = 0.3
    quietest_dbfs: float = -45.0
    loudest_dbfs: float = -3.0

    def __post_init__(self) -> None:
        if self.lowest_snr_db > self.highest_snr_db:
            raise ValueError("lowest_snr_db is above highest_snr_db")
        if self.quietest_dbfs > self.loudest_dbfs:
            raise ValueError("quietest_dbfs is above loudest_dbfs")


class TargetsConfig(Section, frozen=True, kw_only=True):
    """The targets: the teachers' blended scores, heads, and labels of data sets.

    A blended score of `even_score` becomes a target of 0.5, because both teachers together are
    right about as often as not there; `slope` says how fast targets depart from 0.5 around it.
    A label with at least `head_examples` examples gets a head on the teachers' outputs.
    """

    even_score: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.3
    slope: AboveZero = 1.5
    head_examples: Positive = 60
    head_epochs: Positive = 8


class TaggingTrainConfig(Section, frozen=True, kw_only=True):
    """Training: AdamW with warm-up, cosine decay and averaged weights.

    `init` is a bundle whose weights the network begins with; without it they are random.
    `mix_share` of the examples of a batch have another one added, and `delay_share` of them are
    moved towards the end of the window, so that the network learns to score a sound by its onset.
    """

    init: BundleInit | None = None
    epochs: Positive = 60
    epoch_batches: Positive = 400
    batch_size: Positive = 64
    learning_rate: AboveZero = 3e-3
    weight_decay: Annotated[float, Meta(ge=0.0)] = 0.02
    average_momentum: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.999
    mix_share: Share = 0.35
    delay_share: Share = 0.0
    mixed_precision: bool = True


class TaggingExperiment(Section, frozen=True, kw_only=True):
    """The whole file of an experiment of audio tagging."""

    name: RunName
    seed: NotNegative = 1
    bundle: BundleConfig
    sources: SourcesConfig = SourcesConfig()
    features: FeatureSpec = FeatureSpec()
    window: WindowConfig = WindowConfig(frames=197, stride_frames=24)
    model: ModelConfig = ModelConfig(
        arch="streaming",
        block_channels=(32, 96, 208),
        block_stride_frames=(2, 3, 1),
        dropout=0.1,
    )
    examples: ExamplesConfig = ExamplesConfig()
    targets: TargetsConfig = TargetsConfig()
    train: TaggingTrainConfig = TaggingTrainConfig()

    def __post_init__(self) -> None:
        if (self.model.arch == "bundle") != (self.train.init is not None):
            raise ValueError("model.arch = bundle and train.init go together")


def load_tagging_experiment(path: Path) -> TaggingExperiment:
    """Returns the experiment in a TOML file.

    Raises:
        ExperimentError: The file cannot be read, is not TOML, has an unknown or missing key, or
            a wrong value.
    """
    raw = read_toml(path)
    refuse_unknown_keys(raw, TaggingExperiment, "", path)
    try:
        return msgspec.convert(raw, TaggingExperiment)
    except msgspec.ValidationError as error:
        raise ExperimentError(
            f"{path}: {error}", hint="training/README.md lists every key with its default"
        ) from error
