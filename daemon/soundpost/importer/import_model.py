"""Imports a foreign model: a bundle from its files and from what a user states."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from soundpost.classify import Bundle, Classifier
from soundpost.classify.arrays import arrays_archive
from soundpost.errors import BundleImportError
from soundpost.features import LogMel
from soundpost.importer.card import model_card
from soundpost.importer.examples import example_sounds
from soundpost.importer.label_source import doubles, find_labels
from soundpost.importer.labels import Names, read_groups, unique_slugs
from soundpost.importer.manifest_labels import manifest_labels
from soundpost.importer.model import ForeignModel, open_foreign_model, read_range_model
from soundpost.importer.noise import LabelThreshold, Progress, label_thresholds, measure_noises
from soundpost.importer.options import ImportOptions
from soundpost.importer.report import ImportReport, noisy_labels
from soundpost.importer.runtime import ModelFile, read_model_file
from soundpost.importer.write import artifact, refuse_existing, write_bundle
from soundpost.manifest import (
    CARD_FILE,
    GOLDEN_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_FILE,
    RANGE_FILE,
    Artifact,
    Label,
    LogMelInput,
    Manifest,
    RangeModel,
    Training,
)
from soundpost.manifest.label import FOREIGN_SINCE
from soundpost.manifest.types import BundleId, LanguageTag, Version

_NO_GOLDEN = Artifact(bytes=1, sha256="0" * 64)
"""In the manifest by which the golden vectors are computed."""


@dataclass(frozen=True, slots=True)
class _Files:
    """The models of a bundle."""

    model: ModelFile
    range: ModelFile | None


def import_model(options: ImportOptions, progress: Progress) -> ImportReport:
    """Imports a model: inspects it, measures it, and writes its bundle.

    Args:
        options: What the user states.
        progress: Is called for each window that is scored.

    Raises:
        BundleImportError: A file cannot be used, or the bundle cannot be written.
        BundleError: The daemon cannot use the bundle.
    """
    folder = options.target.folder
    _refuse_names(options)
    refuse_existing(folder, is_forced=options.target.is_forced)
    model = read_model_file(options.model)
    names, label_source = find_labels(model, options.labels.file)
    slugs = unique_slugs(names)
    groups = read_groups(options.labels.groups, slugs, names) if options.labels.groups else {}
    with open_foreign_model(model, len(names), options) as foreign:
        range_file = read_range_model(options.range, len(names)) if options.range else None
        measured = measure_noises(
            foreign.scores,
            foreign.input.window_samples,
            foreign.input.sample_rate_hz,
            options.labels.noise_seconds,
            progress,
        )
    thresholds = label_thresholds(measured, options.labels.threshold)
    _refuse_all_off(thresholds)
    labels = manifest_labels(slugs, names, thresholds, groups, foreign.input)
    files = _Files(model, range_file)
    manifest, golden = _with_golden(_manifest(foreign, labels, files, options), files)
    report = ImportReport(
        folder=folder,
        manifest=manifest,
        activation=foreign.activation.reason,
        label_source=label_source,
        measured=measured,
        noisy=noisy_labels(slugs, thresholds),
        notes=_notes(names),
    )
    contents = {
        MODEL_FILE if model.runtime == "tflite" else ONNX_FILE: model.content,
        GOLDEN_FILE: golden,
        MANIFEST_FILE: msgspec.json.format(msgspec.json.encode(manifest)) + b"\n",
        CARD_FILE: model_card(report).encode(),
    }
    if range_file is not None:
        contents[RANGE_FILE] = range_file.content
    write_bundle(folder, contents, is_forced=options.target.is_forced)
    return report


def _refuse_names(options: ImportOptions) -> None:
    """Raises BundleImportError for a name that no manifest can have."""
    given = [
        ("--name", options.target.folder.name, BundleId, "lower-case letters, digits, hyphens"),
        ("--release", options.target.version, Version, "a version such as 1.0.0"),
        ("--language", options.labels.language or "en", LanguageTag, "a tag such as en or pt-BR"),
    ]
    for flag, value, kind, expected in given:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise BundleImportError(
                f"{flag}: expected {expected}, got {value!r}", hint="give another one"
            ) from error


def _refuse_all_off(thresholds: Sequence[LabelThreshold]) -> None:
    if all(threshold.is_off for threshold in thresholds):
        raise BundleImportError(
            "expected a label that does not score in noise, got none: each needs a threshold "
            "above 0.95",
            hint="is the activation right, and the rate? See --activation and --rate",
        )


def _notes(names: list[Names]) -> list[str]:
    double = doubles(names)
    if not double:
        return []
    shown = ", ".join(double[:5])
    return [f"labels with the name of another have a number: {shown}"]


def _manifest(
    foreign: ForeignModel, labels: list[Label], files: _Files, options: ImportOptions
) -> Manifest:
    """Returns the manifest, without the golden vectors."""
    origin = options.origin
    range_model = None
    if files.range is not None and options.range is not None:
        range_model = RangeModel(
            model=artifact(files.range.content), threshold=options.range.threshold
        )
    fields = Manifest(
        schema=1,
        id=options.target.folder.name,
        version=options.target.version,
        minimum_daemon=FOREIGN_SINCE,
        model=artifact(files.model.content),
        golden=_NO_GOLDEN,
        input=foreign.input,
        output=foreign.output,
        labels=labels,
        training=Training(
            data=origin.data,
            licence=origin.licence,
            attribution=origin.attribution,
            folds=[],
            held_out_folds=[],
            command=origin.command,
        ),
        metrics=[],
        runtime=files.model.runtime,
        range=range_model,
        language=options.labels.language,
    )
    # Decoding validates the rules of a manifest, which creating one does not.
    return msgspec.json.decode(msgspec.json.encode(fields), type=Manifest)


def _with_golden(manifest: Manifest, files: _Files) -> tuple[Manifest, bytes]:
    """Returns the manifest with the golden vectors, computed by the daemon's own code."""
    known = manifest.input
    pcm = example_sounds(known.window_samples, known.sample_rate_hz)
    range_content = files.range.content if files.range else None
    bundle = Bundle(files.model.path.parent, manifest, files.model.content, range_content)
    classifier = Classifier(bundle)
    arrays = {"pcm": pcm}
    content = pcm
    if isinstance(known, LogMelInput):
        front_end = LogMel(known.features)
        content = np.stack([front_end.compute(samples) for samples in pcm])
        arrays["log_mel"] = content
    arrays["scores"] = np.stack([classifier.scores(row) for row in content])
    golden = arrays_archive(arrays)
    return msgspec.structs.replace(manifest, golden=artifact(golden)), golden
