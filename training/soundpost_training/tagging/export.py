"""Writes the bundle of a tagging experiment, completely or not at all."""

from collections.abc import Sequence
from pathlib import Path

import keras
import msgspec
import numpy as np

from soundpost.classify import Bundle
from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    Label,
    LogMelInput,
    Manifest,
    Output,
    Training,
    minimum_daemon,
)
from soundpost_training.audioset.label_map import LabelMap, MappedLabel
from soundpost_training.bundle.export import verify_bundle
from soundpost_training.bundle.golden import bundle_golden
from soundpost_training.files import install_folder, write_atomic
from soundpost_training.network.build import fold_scaling
from soundpost_training.network.streaming.describe import streaming_of
from soundpost_training.network.streaming.parts import with_streaming
from soundpost_training.quantize.convert import calibration_windows, convert
from soundpost_training.runs.run_folder import TFLITE_FILE
from soundpost_training.scoring.classifier import NO_GOLDEN
from soundpost_training.scoring.manifest import artifact, tensors
from soundpost_training.scoring.thresholds import label_defaults
from soundpost_training.sources.recording import Source
from soundpost_training.tagging.card import tagging_card
from soundpost_training.tagging.context import TaggingContext
from soundpost_training.tagging.examples.recordings import NON_COMMERCIAL
from soundpost_training.tagging.experiment import TaggingExperiment

UNCALIBRATED_ON = 0.5
"""Until `calibrate` chooses thresholds from negatives and annotated recordings."""

SPEECH = "speech"

PACKAGE = "debian:"
"""The names of sources that are Debian packages begin so."""

DEVICE_CLASSES = {"smoke_alarm": "smoke", "glass_breaking": "glass_break"}
"""Home Assistant's classes of sounds that it has a class for."""


def export_tagging(
    context: TaggingContext, model: keras.Model, run: Path, models: Path, command: str
) -> Path:
    """Writes the folder of the bundle, replacing an older one; returns it.

    Args:
        context: The experiment with its examples.
        model: The trained network.
        run: The folder of the run, which the int8 model is kept in as well.
        models: The folder that the bundle's folder is written to.
        command: The command line, for the manifest and the card.

    Raises:
        TrainingError: The bundle cannot be written, or Keras runs on another backend.
        BundleError: The daemon would reject the bundle; nothing is written.
    """
    experiment = context.experiment
    tflite = _int8(context, model)
    write_atomic(run / TFLITE_FILE, tflite)
    labels = manifest_labels(context.label_map, experiment)
    unproven = _manifest(context, tflite, NO_GOLDEN, labels, command)
    golden = bundle_golden(Bundle(folder=Path(), manifest=unproven, model=tflite))
    manifest = _manifest(context, tflite, golden, labels, command)
    files = {
        MODEL_FILE: tflite,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n",
        CARD_FILE: tagging_card(context, manifest).encode(),
    }
    return install_folder(files, models, experiment.bundle.id, verify_bundle)


def manifest_labels(label_map: LabelMap, experiment: TaggingExperiment) -> list[Label]:
    """Returns the labels of a manifest with groups, and thresholds that nothing has calibrated."""
    return [_label(label, experiment) for label in label_map.labels]


def _label(label: MappedLabel, experiment: TaggingExperiment) -> Label:
    return msgspec.structs.replace(
        label_defaults(label.name, UNCALIBRATED_ON, experiment.features),
        group=label.group,
        device_class=DEVICE_CLASSES.get(label.name),
        off_by_default=None if label.published else "context",
        speech=label.name == SPEECH,
    )


def _int8(context: TaggingContext, model: keras.Model) -> bytes:
    """Returns the TFLite file of a network, with ranges taken from examples of the pool."""
    experiment = context.experiment
    shape = (-1, experiment.window.frames, experiment.features.mel_bands)
    count = min(experiment.bundle.calibration_windows, len(context.pool.log_mel))
    windows = context.pool.log_mel[:count].astype(np.float32).reshape(shape)
    rng = np.random.default_rng(experiment.seed)
    calibration = calibration_windows(rng, windows, count, experiment.features.log_offset)
    keras.backend.clear_session(free_memory=False)
    tflite = convert(fold_scaling(model, experiment.model), calibration)
    return with_streaming(tflite, experiment.window.stride_frames)


def _manifest(
    context: TaggingContext, model: bytes, golden: bytes, labels: Sequence[Label], command: str
) -> Manifest:
    experiment = context.experiment
    entry, result = tensors(model)
    streaming = streaming_of(model)
    return Manifest(
        schema=1,
        id=experiment.bundle.id,
        version=experiment.bundle.version,
        minimum_daemon=minimum_daemon(labels, streams=streaming is not None),
        model=artifact(model),
        golden=artifact(golden),
        input=LogMelInput(
            features=experiment.features,
            window_frames=experiment.window.frames,
            stride_frames=experiment.window.stride_frames,
            tensor=entry,
        ),
        output=Output(tensor=result, activation="sigmoid", temperature=1.0),
        labels=list(labels),
        training=Training(
            data=_data(context.sources),
            licence=_licence(context.sources),
            attribution=f"see the table of sources in {CARD_FILE}",
            folds=[],
            held_out_folds=[],
            command=command,
        ),
        metrics=[],
        streaming=streaming,
    )


def _data(sources: Sequence[Source]) -> str:
    """Returns the names of the corpora, and the number of packages, which the card lists."""
    used = [source.name for source in sources if source.recordings]
    packages = sum(name.startswith(PACKAGE) for name in used)
    names = [name for name in used if not name.startswith(PACKAGE)]
    return ", ".join([*names, f"{packages} packages of Debian"] if packages else names)


def _licence(sources: Sequence[Source]) -> str:
    """Returns the licences that forbid commercial use, and where the others are listed."""
    licences = {item.licence for source in sources for item in source.recordings}
    limited = sorted(name for name in licences if NON_COMMERCIAL.search(name))
    return "; ".join([*limited, f"free licences, listed in {CARD_FILE}"])
