"""The table of an experiment about the teachers of a distilled network."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from soundpost_training.experiment.section import AboveZero, Positive, RunName, Section, Share


class TeacherConfig(Section, frozen=True, kw_only=True):
    """The teachers of a distilled network; all have equal weight.

    `weights` and `layers` train heads on layers of YAMNet, whose file is absolute or lies under
    $SOUNDPOST_DATA. `heads_of` adds the heads of other experiments with the same folds and layers,
    by name. `runs` adds the networks of other experiments, `bundle` the network of a bundle's
    folder; `bundle_never_heard_them` states that it was trained on none of these recordings.
    `waveform` trains a linear head on the embedding of a network that takes waveforms: mn04 of
    EfficientAT as ONNX, absolute or under $SOUNDPOST_DATA. It scores crops of clean clips once; a
    mixed example has the mixture of its crops' scores. `blend` says what is averaged.

    `pool_passes` is the number of augmented examples of each clip that the teachers score; the
    student is trained on the same examples, repeatedly. `weight` is the teachers' share of the
    loss; the rest is of the labels.
    """

    weights: str | None = None
    layers: tuple[Annotated[int, Meta(ge=1, le=14)], ...] = ()
    heads_of: tuple[RunName, ...] = ()
    runs: tuple[RunName, ...] = ()
    bundle: str | None = None
    bundle_never_heard_them: bool = False
    blend: Literal["scores", "logits"] = "scores"
    waveform: str | UnsetType = UNSET
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
        others = self.runs or self.bundle is not None or self.waveform is not UNSET
        if self.weights is None and not others:
            raise ValueError(
                "there is no teacher: give weights and layers, runs, a bundle, or waveform"
            )
