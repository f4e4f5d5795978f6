"""Sentences of a model card on the network, its initial weights and its teachers."""

from pathlib import Path

from msgspec import UnsetType

from soundpost.classify import find_bundle
from soundpost.manifest import read_manifest
from soundpost_training.experiment.experiment import Experiment, ModelConfig
from soundpost_training.experiment.init import (
    BundleInit,
    ImagenetInit,
    Init,
    RandomInit,
    RunInit,
    YamnetInit,
)
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.quantize.record import read_record
from soundpost_training.runs.run_folder import load_run_experiment

NETWORKS = {
    "residual": "A compact strided residual CNN",
    "separable": "A compact depthwise-separable CNN",
    "yamnet": "The first {layers} layers of YAMNet and a new last one",
    "mobilenet_v2": "MobileNetV2 of width {width:g} with a new last layer",
    "bundle": "The network of another bundle",
}

SOURCES = {
    YamnetInit: "the weights of YAMNet (Google, Apache-2.0, trained on AudioSet)",
    ImagenetInit: "weights that Keras publishes (Apache-2.0, trained on ImageNet)",
}

TEACHER = """
The training target is to {weight:.0%} the soft labels of {teachers}, at temperature
{temperature:g}, and for the rest the true labels. Teacher and student get the same augmented
examples."""

HEADS = (
    "an ensemble of heads on layers {layers} of YAMNet (Google, Apache-2.0, trained on AudioSet), "
    "frozen, the heads fitted on the training folds only"
)

CROP_HEAD = (
    "a linear head on the embedding of the network `{file}`, which takes waveforms, frozen, the "
    "head fitted on the training folds only; it scores crops of the clean clips, and an example "
    "has the mixture of its crops' scores"
)

QUANTISATION_AWARE = """
The network was then fine-tuned for int8 (quantisation-aware training) in {epochs} epochs, with its
float version as teacher, on windows of the same folds."""


def network_note(config: ModelConfig) -> str:
    """Returns the sentence that describes the architecture."""
    return NETWORKS[config.arch].format(layers=config.layers, width=config.width)


def initial_runs(experiment: Experiment, folder: Path) -> tuple[list[str], Init | None]:
    """Returns the runs that the network was trained in before, and the pretrained weights.

    Args:
        experiment: Of the network.
        folder: Of its run.

    Returns:
        The names of the runs, the latest first, and the weights that the first of them started
        from; None if it started at random.

    Raises:
        TrainingError: An earlier run does not exist any more.
    """
    runs = list[str]()
    while isinstance(init := experiment.train.init, RunInit):
        runs.append(init.name)
        experiment = load_run_experiment(folder.parent.parent / init.name / folder.name)
    return runs, None if isinstance(init, RandomInit) else init


def initial_weights_note(runs: list[str], source: Init | None) -> str:
    """Returns the part of a sentence on the weights that training started from.

    Args:
        runs: Earlier runs, the latest first.
        source: Pretrained weights; None for random initialisation.
    """
    names = ", ".join(f"`{run}`" for run in reversed(runs))
    through = f" through {'run' if len(runs) == 1 else 'runs'} {names}" if runs else ""
    return f"trained from {_source_note(source)}{through}"


def _source_note(source: Init | None) -> str:
    """Returns what initial weights are, and what they were trained on."""
    if isinstance(source, BundleInit):
        manifest = read_manifest(find_bundle(source.bundle))
        training = manifest.training
        return (
            f"the int8 weights of the bundle {manifest.id} {manifest.version} (trained on "
            f"{training.data}, licence {training.licence}), dequantised"
        )
    return SOURCES[type(source)] if source else "random initialisation"


def teacher_note(config: TeacherConfig | None, source: Init | None) -> str:
    """Returns the sentences on distillation; empty without a teacher."""
    if config is None:
        return ""
    teachers = [f"the run `{run}` that held out the same fold" for run in config.runs]
    if config.bundle is not None:
        teachers.append(f"the bundle `{config.bundle}`")
    if config.weights is not None:
        teachers.append(HEADS.format(layers=", ".join(map(str, config.layers))))
    if not isinstance(config.waveform, UnsetType):
        teachers.append(CROP_HEAD.format(file=Path(config.waveform).name))
    note = TEACHER.format(
        weight=config.weight, temperature=config.temperature, teachers="; and of ".join(teachers)
    )
    if config.weights is not None and source is None:
        note += "\nYAMNet is a teacher only; none of its weights is in this bundle."
    if not isinstance(config.waveform, UnsetType):
        note += f"\nNothing of `{Path(config.waveform).name}` is in this bundle."
    return note


def int8_note(folder: Path) -> str:
    """Returns the sentence on quantisation-aware training of a run; empty without any."""
    record = read_record(folder)
    if record is None or not record.epochs:
        return ""
    return QUANTISATION_AWARE.format(epochs=record.epochs)
