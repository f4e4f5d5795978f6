"""What a model card says of the network, of where it began, and of who taught it."""

from soundpost_training.experiment.experiment import ModelConfig, TeacherConfig
from soundpost_training.experiment.init import Init
from soundpost_training.quantize.record import read_record
from soundpost_training.runs.run_folder import kept_experiment
from soundpost_training.train.context import TrainingContext

NETWORKS = {
    "residual": "A compact strided residual CNN",
    "separable": "A compact depthwise-separable CNN",
    "yamnet": "The first {layers} layers of YAMNet and a new last one",
    "mobilenet_v2": "MobileNetV2 of width {width:g} with a new last layer",
}

SOURCES = {
    "yamnet": "the weights of YAMNet (Google, Apache-2.0, trained on AudioSet)",
    "imagenet": "weights that Keras publishes (Apache-2.0, trained on ImageNet)",
}

TEACHER = """
What is learnt is to {weight:.0%} the answers of {teachers}, at temperature {temperature:g}, and for
the rest the truth. Teacher and student are given the very same augmented examples."""

HEADS = (
    "an ensemble of heads on layers {layers} of YAMNet (Google, Apache-2.0, trained on AudioSet), "
    "frozen, the heads fitted on the training folds only"
)

USED_TO_INT8 = """
The network then got used to int8 in {epochs} epochs, with itself in float as its teacher, on
windows of the same folds."""


def network_note(config: ModelConfig) -> str:
    """Which network it is."""
    return NETWORKS[config.arch].format(layers=config.layers, width=config.width)


def beginning(material: TrainingContext) -> tuple[list[str], Init | None]:
    """The runs that went before, the latest first, and what the first of them began with.

    Raises:
        TrainingError: A run that went before is not there any more.
    """
    fold = material.fold_folder(material.experiment.bundle.held_out_fold).name
    experiment, runs = material.experiment, list[str]()
    while experiment.train.init is not None:
        init = Init.of(experiment.train.init)
        if init.kind != "run":
            return runs, init
        runs.append(init.name)
        experiment = kept_experiment(material.runs / init.name / fold)
    return runs, None


def beginning_note(runs: list[str], source: Init | None) -> str:
    """What it was before it was trained."""
    way = ", by way of the run " + ", before it ".join(f"`{run}`" for run in runs) if runs else ""
    return f"trained from {SOURCES[source.kind] if source else 'random initialisation'}{way}"


def teacher_note(config: TeacherConfig | None, source: Init | None) -> str:
    """How a teacher taught, or nothing."""
    if config is None:
        return ""
    teachers = [f"the run `{run}` that held out the same fold" for run in config.runs]
    if config.bundle is not None:
        teachers.append(f"the bundle `{config.bundle}`")
    if config.weights is not None:
        teachers.append(HEADS.format(layers=", ".join(map(str, config.layers))))
    note = TEACHER.format(
        weight=config.weight, temperature=config.temperature, teachers="; and of ".join(teachers)
    )
    if config.weights is not None and source is None:
        note += "\nYAMNet teaches; none of its weights is in this bundle."
    return note


def int8_note(material: TrainingContext) -> str:
    """Whether the network got used to int8, or nothing."""
    record = read_record(material.fold_folder(material.experiment.bundle.held_out_fold))
    if record is None or not record.epochs:
        return ""
    return USED_TO_INT8.format(epochs=record.epochs)
