"""`soundpost bundle show`: shows what a bundle is."""

import json
from collections.abc import Iterator
from typing import TextIO

import msgspec

from soundpost.classify import find_bundle, load_bundle
from soundpost.importer.report import describe_groups, describe_input, describe_output
from soundpost.manifest import CARD_FILE, Artifact, Manifest, Streaming
from soundpost.system.printable import printable

_MOST_NOISY = 5


def show(name_or_folder: str, out: TextIO, *, is_json: bool) -> None:
    """Prints what the manifest of a bundle states; as JSON, all of it but the labels.

    Raises:
        BundleError: The bundle cannot be used.
    """
    bundle = load_bundle(find_bundle(name_or_folder))
    manifest = bundle.manifest
    if is_json:
        fields = msgspec.to_builtins(manifest)
        fields["labels"] = len(manifest.labels)
        out.write(json.dumps(fields, indent=1, ensure_ascii=False) + "\n")
        return
    out.writelines(f"{name:11} {printable(text)}\n" for name, text in _rows(manifest))
    out.write(f"{'card':11} {printable(str(bundle.folder / CARD_FILE))}\n")


def _rows(manifest: Manifest) -> Iterator[tuple[str, str]]:
    training = manifest.training
    yield "bundle", f"{manifest.id} {manifest.version}, daemon {manifest.minimum_daemon} or newer"
    yield "model", f"{manifest.runtime}, {_described(manifest.model)}"
    yield "golden", _described(manifest.golden)
    yield "input", describe_input(manifest)
    if manifest.streaming is not None:
        yield "frames", _describe_streaming(manifest.streaming)
    yield "output", describe_output(manifest)
    yield "activation", manifest.output.activation
    yield "labels", _describe_labels(manifest)
    if groups := describe_groups(manifest):
        yield "groups", groups
    yield "noise", _describe_noise(manifest)
    if manifest.range is not None:
        threshold = f"labels below {manifest.range.threshold:g} at a place are off"
        yield "range", f"{_described(manifest.range.model)}; {threshold}"
    yield "licence", training.licence
    if training.attribution:
        yield "attribution", training.attribution
    yield "data", training.data
    yield "command", training.command


def _described(artifact: Artifact) -> str:
    return f"{artifact.bytes} bytes, sha256 {artifact.sha256}"


def _describe_streaming(streaming: Streaming) -> str:
    return (
        f"computed once: a position every {streaming.stride_frames} frames, "
        f"of {streaming.receptive_frames}"
    )


def _describe_labels(manifest: Manifest) -> str:
    labels = manifest.labels
    thresholds = sorted(label.on_threshold for label in labels)
    off = sum(label.off_by_default is not None for label in labels)
    text = f"{len(labels)}, thresholds {thresholds[0]:g} to {thresholds[-1]:g}"
    if manifest.language:
        text += f", common names in {manifest.language}"
    return f"{text}, {off} off by default" if off else text


def _describe_noise(manifest: Manifest) -> str:
    """Returns the labels that scored in noise at the import, the highest first."""
    noisy = sorted(
        (label for label in manifest.labels if label.noise_score is not None),
        key=lambda label: -(label.noise_score or 0.0),
    )
    if not noisy:
        return "no label is known to score in silence, hum or noise"
    shown = ", ".join(f"{label.name} {label.noise_score:.2f}" for label in noisy[:_MOST_NOISY])
    more = len(noisy) - _MOST_NOISY
    return f"{shown}{f' and {more} more' if more > 0 else ''}"
