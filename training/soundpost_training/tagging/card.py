"""The model card of a tagging bundle."""

from collections import Counter

from soundpost.classify import find_bundle
from soundpost.manifest import Manifest, read_manifest
from soundpost_training.experiment.init import BundleInit
from soundpost_training.sources.recording import Source
from soundpost_training.tagging.context import TaggingContext

CARD = """\
# {id} {version}

A network for {labels} sounds, int8, {bytes:,} bytes, from {start}, by
`soundpost-train`. It classifies windows of {window_seconds:.3f} s every {stride_seconds:.2f} s and
gives each label a score of its own between 0 and 1: no sound, or a sound of another kind, is
a low score of all labels. No convolution pads in time, so that overlapping windows share
activations, and each frame is computed once (docs/adr/0033, docs/adr/0051).

## Labels

Labels in italics are not detected unless the configuration names them: they are there so that their
sounds are not mistaken for others.

| group | labels |
| --- | --- |
{groups}

## Data

Recordings held out for evaluation are in none of these figures.

| source | recordings | hours | labelled as | licence |
| --- | --- | --- | --- | --- |
{sources}

{attributions}

## How it was made

Experiment `{name}`, seed {seed}: {examples:,} mixtures of these recordings, with rooms,
distances, microphones and codecs, were scored by two networks of AudioSet, YAMNet (Google,
Apache-2.0) and mn04 of EfficientAT (Schmid, Koutini and Widmer, ICASSP 2023, MIT), and by linear
heads on both, fitted to the labels of the data sets. The student was trained on these scores for
{epochs} epochs of {batches:,} batches of {batch}. Weights are reproducible on the same machine and
versions only.

```
{command}
```

## Intended use, and its limits

A hint for people and machines that a sound is near. Not for the protection of life, and not for
identifying people. docs/DETECTION.md says what it detects, and what it misses, in recordings that
were held out.
"""


def tagging_card(context: TaggingContext, manifest: Manifest) -> str:
    """Returns the card of a bundle, as Markdown."""
    experiment = context.experiment
    hop_seconds = experiment.features.hop_samples / experiment.features.sample_rate_hz
    samples = experiment.features.sample_count(experiment.window.frames)
    return CARD.format(
        id=manifest.id,
        version=manifest.version,
        labels=len(manifest.labels),
        bytes=manifest.model.bytes,
        window_seconds=samples / experiment.features.sample_rate_hz,
        stride_seconds=experiment.window.stride_frames * hop_seconds,
        groups=_groups(manifest),
        sources="\n".join(_source(source) for source in context.sources if source.recordings),
        attributions="\n".join(
            f"- {source.name}: {source.attribution}"
            for source in context.sources
            if source.recordings
        ),
        start=_start(experiment.train.init),
        name=experiment.name,
        seed=experiment.seed,
        examples=experiment.examples.count,
        epochs=experiment.train.epochs,
        batches=experiment.train.epoch_batches,
        batch=experiment.train.batch_size,
        command=manifest.training.command,
    )


def _start(init: BundleInit | None) -> str:
    """Returns what the weights were before the training."""
    if init is None:
        return "random initialisation"
    begun = read_manifest(find_bundle(init.bundle))
    return f"the weights of `{begun.id}` {begun.version}"


def _groups(manifest: Manifest) -> str:
    groups: dict[str, list[str]] = {}
    for label in manifest.labels:
        name = label.name if label.off_by_default is None else f"*{label.name}*"
        groups.setdefault(label.group or "", []).append(name)
    return "\n".join(f"| {group} | {', '.join(names)} |" for group, names in groups.items())


def _source(source: Source) -> str:
    used = [item for item in source.recordings if not item.held_out]
    counts = Counter(label for item in used for label in item.labels)
    labels = ", ".join(f"{name} {count}" for name, count in counts.most_common(5))
    more = f" and {len(counts) - 5} more" if len(counts) > 5 else ""  # noqa: PLR2004 - as above
    hours = sum(item.seconds for item in used) / 3600
    return f"| {source.name} | {len(used)} | {hours:.2f} | {labels}{more} | {source.licence} |"
