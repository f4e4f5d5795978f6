"""The findings of an import, for the terminal and for the model card."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost.importer.noise import LabelThreshold, NoiseScores
from soundpost.manifest import LogMelInput, Manifest, groups_of


@dataclass(frozen=True, slots=True)
class NoisyLabel:
    """A label that scores in noise."""

    name: str
    threshold: LabelThreshold


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The findings of an import.

    Attributes:
        folder: The bundle that was written.
        manifest: Its manifest.
        activation: The reason for the activation.
        label_source: The file that the labels are from.
        measured: The scores of each noise.
        noisy: The labels that score in noise, the highest first.
        notes: What a person should know, such as two labels of one name.
    """

    folder: Path
    manifest: Manifest
    activation: str
    label_source: str
    measured: Sequence[NoiseScores]
    noisy: Sequence[NoisyLabel]
    notes: Sequence[str]


def noisy_labels(slugs: Sequence[str], thresholds: Sequence[LabelThreshold]) -> list[NoisyLabel]:
    """Returns the labels that score in noise, the highest first."""
    noisy = [
        NoisyLabel(slug, threshold)
        for slug, threshold in zip(slugs, thresholds, strict=True)
        if threshold.noise_score is not None
    ]
    return sorted(noisy, key=lambda label: -(label.threshold.noise_score or 0.0))


def describe_input(manifest: Manifest) -> str:
    """Returns the input of a model: its kind, its rate, its window and its stride."""
    known = manifest.input
    rate_hz = known.sample_rate_hz
    window_seconds = known.window_samples / rate_hz
    kind = f"waveform of {known.window_samples} samples"
    if isinstance(known, LogMelInput):
        kind = f"log-mel of {known.window_frames} frames and {known.features.mel_bands} bands"
    return (
        f"{kind}, {window_seconds:.4g} s at {rate_hz / 1000:g} kHz, every "
        f"{known.stride_samples / rate_hz:.4g} s, {known.tensor.dtype}"
    )


def describe_groups(manifest: Manifest) -> str:
    """Returns the groups of a bundle with the number of labels in each; empty if it has none."""
    groups = groups_of(manifest.labels)
    return ", ".join(f"{group} {len(names)}" for group, names in groups.items())


def describe_output(manifest: Manifest) -> str:
    """Returns the outputs of a model that are used."""
    output = manifest.output
    text = f"{output.tensor.shape[-1]} values at position {output.position}"
    if output.embedding is not None:
        embedding = output.embedding
        text += f", embedding of {embedding.tensor.shape[-1]} at position {embedding.position}"
    return text


def describe_noisy(label: NoisyLabel) -> str:
    """Returns the score of a label in noise, and what follows from it."""
    threshold = label.threshold
    text = f"{threshold.noise_score:.2f} in {threshold.noise}"
    if threshold.is_off:
        return f"{text}; off by default"
    if threshold.is_raised:
        return f"{text}; threshold {threshold.on_threshold:.2f}"
    return f"{text}; threshold {threshold.on_threshold:.2f}, which is above it"
