"""The model card of an imported bundle."""

from soundpost.importer.noise import NoiseScores
from soundpost.importer.report import (
    ImportReport,
    describe_groups,
    describe_input,
    describe_noisy,
    describe_output,
)
from soundpost.system.printable import printable

_TOP = 3
"""Labels of each noise in the table."""


def model_card(report: ImportReport) -> str:
    """Returns the card, as Markdown."""
    manifest = report.manifest
    training = manifest.training
    groups = describe_groups(manifest)
    file = f"{manifest.model.bytes:,} bytes, {manifest.runtime}, sha256 `{manifest.model.sha256}`"
    lines = [
        f"# {manifest.id} {manifest.version}",
        "",
        "A model of another project, imported by Soundpost. Its weights are unchanged; Soundpost",
        "has not measured how well it recognises sounds.",
        "",
        f"- Licence: {_text(training.licence)}",
        f"- Attribution: {_text(training.attribution) or 'none stated'}",
        f"- Trained on: {_text(training.data)}",
        f"- File: {file}",
        f"- Input: {describe_input(manifest)}",
        f"- Output: {describe_output(manifest)}",
        f"- Activation: {manifest.output.activation} ({report.activation})",
        f"- Labels: {len(manifest.labels)} from {_text(report.label_source)}"
        + (f", groups: {groups}" if groups else ""),
    ]
    if manifest.range is not None:
        lines.append(
            f"- Range model: sha256 `{manifest.range.model.sha256}`, labels below "
            f"{manifest.range.threshold:g} do not occur at a place"
        )
    lines += [f"- {_text(note)}" for note in report.notes]
    lines += ["", "The command:", "", "```", training.command, "```", ""]
    return "\n".join([*lines, *_noise_section(report), ""])


def _noise_section(report: ImportReport) -> list[str]:
    labels = report.manifest.labels
    lines = [
        "## Silence, hum and noise",
        "",
        "Measured at the import, on windows without an event. Levels are RMS, relative to full",
        "scale. A label that scores 0.05 or more is listed with its threshold: above the score",
        "that a hundred times as much of that sound is expected to reach, where that is more than",
        "the threshold of all labels. A label that needs more than 0.95 is off by default.",
        "",
        "| sound | windows | highest scores |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {scores.noise} | {scores.windows} | {_highest(scores, report)} |"
        for scores in report.measured
    ]
    lines += ["", "| label | highest score |", "| --- | --- |"]
    lines += [f"| {noisy.name} | {describe_noisy(noisy)} |" for noisy in report.noisy]
    if not report.noisy:
        lines += ["| none | below 0.05 |"]
    default = min(label.on_threshold for label in labels)
    return [*lines, "", f"The threshold of all other labels is {default:g}."]


def _highest(scores: NoiseScores, report: ImportReport) -> str:
    names = report.manifest.label_names
    best = scores.highest.argsort()[::-1][:_TOP]
    return ", ".join(f"{names[at]} {scores.highest[at]:.3f}" for at in best)


def _text(text: str) -> str:
    """Returns a text of the user in one line, which cannot begin another element of Markdown."""
    return printable(" ".join(text.split()))
