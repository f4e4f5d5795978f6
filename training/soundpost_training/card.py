"""The model card: what a person must know before trusting a bundle."""

from soundpost.manifest import Manifest
from soundpost_training.crossval import Summary
from soundpost_training.material import Material

BARELY_TRAINED_EPOCHS = 20
"""Fewer epochs make a bundle to try the plumbing with, and the card says so."""

CARD = """\
# {title}

{warning}A compact strided residual CNN, int8, {bytes:,} bytes, trained from random
initialisation by `soundpost-train`. It hears windows of {window_seconds:.3f} s every
{stride_seconds:.2f} s and gives one score for each of {labels} labels.

## Figures

Accuracy of held-out clips of {data}, official folds, single pass, last averaged weights; nothing
was chosen on a held-out fold. A clip's scores are the mean of the scores of its whole windows at
a stride of {stride_frames} frames, computed by the daemon's own features and interpreter.

| held out | int8 | float |
| --- | --- | --- |
{rows}
| **mean ± sd** | **{int8:.2%} ± {int8_spread:.2%}** | {real:.2%} ± {real_spread:.2%} |

Quantisation costs {delta:+.2f} points. Command: `{command}`

The model in this folder is the one of fold {held_out}: it was trained on folds {folds}, and fold
{held_out}'s clips are honest test material for it.

## Decision defaults

Each label's `on_threshold` is the lowest smoothed window score, within [0.35, 0.9], at which nine
windows in ten are of that label, over the clips of folds {folds}, each scored by the model that
held its fold out. `off_threshold` is 0.6 of it. Scores are smoothed over 2 windows; an event
shorter than 0.5 s is retracted; a label rests for 1 s after an event.

## Data

{data}: {attribution}.
Licence of the data: **{licence}**.{licence_note}

## Intended use, and its limits

Hearing which of these sounds is near, on a small device, as a hint for people and other machines.
Not for the protection of life, and not for telling people apart. It knows {labels} labels and
nothing else: a sound of another kind gets the label it resembles. Its training clips are single,
mostly close sounds of five seconds; far, overlapping or reverberant ones score lower. Digital
silence and faint noise were trained to give no confident label.

## How it was made

Experiment `{name}`, seed {seed}, {epochs} epochs: random {frames}-frame crops, stretch, gain,
mel-band shift, between-class mixing in the power domain, masks, label smoothing; AdamW with
warm-up and cosine, averaged weights. int8 calibration on windows of the training folds, with the
floor and the ceiling of the features planted. Training is seeded, yet sums run in another order
on another machine: weights repeat on the same machine and versions only.
"""


def model_card(manifest: Manifest, material: Material, summary: Summary) -> str:
    """The text of MODEL_CARD.md."""
    experiment, training = material.experiment, manifest.training
    rate = experiment.features.sample_rate_hz
    barely = experiment.train.epochs < BARELY_TRAINED_EPOCHS
    return CARD.format(
        title=f"{manifest.id} {manifest.version}",
        warning=(
            f"**Barely trained ({experiment.train.epochs} epochs): a stand-in to build on, "
            "not to rely on.**\n\n"
            if barely
            else ""
        ),
        bytes=manifest.model.bytes,
        window_seconds=experiment.features.sample_count(experiment.window.frames) / rate,
        stride_seconds=experiment.window.stride_frames * experiment.features.hop_samples / rate,
        stride_frames=experiment.window.stride_frames,
        frames=experiment.window.frames,
        labels=len(manifest.labels),
        data=training.data,
        rows="\n".join(
            f"| fold {fold.fold} | {fold.int8:.2%} | {fold.real:.2%} |" for fold in summary.folds
        ),
        int8=summary.int8_mean,
        int8_spread=summary.int8_spread,
        real=summary.real_mean,
        real_spread=summary.real_spread,
        delta=100 * (summary.int8_mean - summary.real_mean),
        command=training.command,
        held_out=", ".join(map(str, training.held_out_folds)),
        folds=", ".join(map(str, training.folds)),
        attribution=training.attribution,
        licence=training.licence,
        licence_note=(
            "\nNon-commercial: weights trained on it are not for commercial installs."
            if "NC" in training.licence
            else ""
        ),
        name=experiment.name,
        seed=experiment.seed,
        epochs=experiment.train.epochs,
    )
