"""The model card of a head on frozen features."""

from collections.abc import Sequence
from typing import NamedTuple

from soundpost_training.bundle.card_tables import NON_COMMERCIAL, count_labels, rewrap
from soundpost_training.dataset.clip import Dataset
from soundpost_training.quick.backbone import Backbone
from soundpost_training.quick.bundle import Origin
from soundpost_training.quick.figures import Figures, accuracy_sentence
from soundpost_training.quick.thresholds import LabelThreshold, Negatives

LINE = 99
"""Width of its paragraphs, that of the repository's documents."""

CARD = """\
# {name} {version}

A linear head on the frozen features of {backbone}, int8, {bytes:,} bytes, by `soundpost-train
quick`. It classifies windows of {window_seconds:.3f} s every {stride_seconds:.2f} s and gives one
score for each of {labels}; {exclusive}.

## Figures

Of held-out recordings, {folds} folds by recording, each scored in float by a head that was fitted
on the other folds. {accuracy}The head in this folder was fitted on all folds: none is left to test
it on. For {agreement:.2%} of its windows int8 gives the same answer as float. The command:

```
{command}
```

If the network below was trained on some of these recordings, the figures are too high; it was
trained on {backbone_data}.

## Decision defaults

Each label's `on_threshold` is the lowest smoothed score from which on it gives at most {budget:g}
false events in an hour of {negatives} ({hours:.2f} h), each recording scored by a head that was
fitted without its fold; it keeps a distance from the scores of silence and faint noise. "over"
marks a label that exceeds the budget at the highest threshold, too. Recall is by the highest score.

| label | clips | recordings | recall | on threshold | its clips detected | false events / h |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

## Data

{data}, licence **{licence}**. Attribution: {attribution}. The features are of weights of licence
**{backbone_licence}**; attribution: {backbone_attribution}.{non_commercial}

## Intended use, and its limits

Detecting which of these sounds is near, on a small device, as a hint for people and machines. Not
for the protection of life, and not for identifying people. A sound of another kind than those in
the recordings may be taken for a label that it resembles.

## How it was made

Logistic regression on the logarithms of mean and maximum over time and frequency of activations,
standardised; silence and faint noise were among the examples without a label. No weight of the
network below the head was changed.
"""


class Results(NamedTuple):
    """Measured figures of a head, and the budget of its thresholds.

    Attributes:
        figures: Of held-out clips.
        thresholds: Of each label.
        negatives: What false events were counted in.
        budget: False events an hour that each label may give.
        agreement: Share of windows with the same answer in int8 and in float.
    """

    figures: Figures
    thresholds: Sequence[LabelThreshold]
    negatives: Negatives
    budget: float
    agreement: float


def card(
    origin: Origin, backbone: Backbone, dataset: Dataset, results: Results, model: bytes
) -> str:
    """Returns the text of MODEL_CARD.md."""
    spec, window = backbone.spec, backbone.window
    licences = dataset.licence + backbone.licence
    text = CARD.format(
        name=origin.name,
        version=origin.version,
        command=origin.command,
        backbone=backbone.name,
        backbone_data=backbone.data,
        backbone_licence=backbone.licence,
        backbone_attribution=backbone.attribution,
        bytes=len(model),
        window_seconds=spec.sample_count(window.frames) / spec.sample_rate_hz,
        stride_seconds=window.stride_frames * spec.hop_samples / spec.sample_rate_hz,
        labels=count_labels(len(dataset.labels)),
        exclusive=_exclusive(dataset),
        folds=len(dataset.folds),
        accuracy=accuracy_sentence(results.figures),
        agreement=results.agreement,
        budget=results.budget,
        negatives=results.negatives.name,
        hours=results.negatives.hours,
        rows=_rows(results),
        data=dataset.name,
        licence=dataset.licence,
        attribution=dataset.attribution,
        non_commercial=NON_COMMERCIAL if "NC" in licences else "",
    )
    return "\n\n".join(rewrap(paragraph, LINE) for paragraph in text.split("\n\n"))


def _exclusive(dataset: Dataset) -> str:
    if dataset.background or len(dataset.labels) == 1:
        return "each score is a probability of its own, low in the background it was fitted on"
    return "the scores of a window sum to 1, so some label is always the likeliest"


def _rows(results: Results) -> str:
    return "\n".join(
        f"| {label.name} | {label.clips} | {label.recordings} | {label.recall:.1%} "
        f"| {chosen.on_threshold:.3f} | {chosen.detected:.0%} "
        f"| {chosen.false_events_per_hour:.1f}{'' if chosen.is_within_budget else ' (over)'} |"
        for label, chosen in zip(results.figures.labels, results.thresholds, strict=True)
    )
