"""The model card: the facts that a person needs before trusting a bundle."""

from pathlib import Path

from soundpost.manifest import Manifest
from soundpost_training.bundle.card_network import (
    initial_runs,
    initial_weights_note,
    int8_note,
    network_note,
    teacher_note,
)
from soundpost_training.bundle.card_tables import (
    closed_set_note,
    confusion_rows,
    count_labels,
    data_note,
    fold_rows,
    held_out_folds,
    label_rows,
    rewrap,
    shipped_note,
)
from soundpost_training.dataset.clip import Dataset
from soundpost_training.evaluate.evaluate import Evaluation
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.record import recipe_fingerprint

LINE = 99
"""Width of its paragraphs, that of the repository's documents."""

BARELY_TRAINED_EPOCHS = 20
"""Fewer epochs are for trying the software, and the card warns of such a bundle."""

BARELY_TRAINED = (
    "**Barely trained ({epochs} epochs): a placeholder to try the software with, not to rely "
    "on.**\n\n"
)

CARD = """\
# {title}

{warning}{network}, int8, {bytes:,} bytes, {initial_weights}, by `soundpost-train`. It
classifies windows of {window_seconds:.3f} s every {stride_seconds:.2f} s and gives one score for
each of {labels}.

## Figures

Accuracy of held-out clips of {data}, {folds_are}, single pass, last averaged weights; no
weights were chosen on a held-out fold. A clip's scores are the mean of the scores of its whole
windows at a stride of {stride_frames} frames, computed by the daemon's own features and
interpreter.

| held out | int8 | float |
| --- | --- | --- |
{fold_rows}
| **mean ± sd** | **{int8:.2%} ± {int8_spread:.2%}** | {real:.2%} ± {real_spread:.2%} |

Quantisation: {delta:+.2f} points; int8 and float logits have a mean cosine of {cosine:.4f}. Over
all folds: F1 {f1:.3f}, area under ROC {roc:.4f}, under precision and recall {pr:.4f} (macro);
single windows {window_accuracy:.2%}. The command:

```
{command}
```

{shipped}

Most frequent confusions, over all folds:

| label | classified as | clips |
| --- | --- | --- |
{confusion_rows}

## Decision defaults

Chosen on the clips of folds {folds} ({hours:.2f} hours), each scored by the model that held its
fold out. Temperature {temperature:.2f} changes the expected calibration error of windows from
{error_before:.3f} to {error_after:.3f}, measured on {held_out_folds}. Each label's
`on_threshold` is the lowest smoothed score, from {lowest_on} to {highest_on}, at which it gives
at most {budget:g} false alarms in an hour of other labels' clips without a pause, or a lower one
where otherwise less than {told_at_least:.0%} of the label's own clips would be detected; it keeps
a distance from the scores of silence and faint noise. `off_threshold` is 0.2 of it, or half way
between it and the score of silence where that is more. Scores are smoothed over 2 windows; an
event shorter than 0.5 s is retracted; the refractory time after an event is 1 s.

With these, {detected:.1%} of the clips that they were chosen on are detected by their own label,
and all labels together give {false_alarms:.0f} false alarms in such an hour; on {held_out_folds},
**{held_out_detected:.1%}** are detected, with **{held_out_false_alarms:.0f}** false alarms per
hour. An hour that is mostly quiet has proportionally fewer.

| label | on threshold | its clips detected | false alarms / h | recall | F1 |
| --- | --- | --- | --- | --- | --- |
{label_rows}

Detected clips and false alarms are of the clips that thresholds were chosen on; recall and F1 are
of all clips, by the highest score.

## Data

{data}, licence **{licence}**. Attribution: {attribution}.{data_note}

## Intended use, and its limits

Detecting which of these sounds is near, on a small device, as a hint for people and machines. Not
for the protection of life, and not for identifying people. {closed_set} Its training clips are
single, mostly close sounds of a few seconds; far, overlapping or reverberant ones score lower.
Digital silence and faint noise were trained to give no confident label.

## How it was made

Experiment `{name}`, recipe `{recipe}`, seed {seed}, {epochs} epochs: random {frames}-frame crops,
stretch, gain, mel-band shift, between-class mixing in the power domain, masks, label smoothing;
AdamW with warm-up and cosine, averaged weights.{teacher_note} int8 calibration on windows of the
training folds, with the floor and the ceiling of the features planted.{int8_note} Training is
seeded, but another machine adds floating-point numbers in another order: weights are reproducible
on the same machine and versions only.
"""


def model_card(
    manifest: Manifest,
    experiment: Experiment,
    dataset: Dataset,
    folder: Path,
    evaluation: Evaluation,
) -> str:
    """Returns the text of MODEL_CARD.md.

    Args:
        manifest: Of the bundle.
        experiment: The experiment.
        dataset: Its recordings.
        folder: Of the run whose model is shipped.
        evaluation: Its metrics, temperature and thresholds.
    """
    training, summary, calibration = manifest.training, evaluation.summary, evaluation.calibration
    runs, source = initial_runs(experiment, folder)
    rate_hz, epochs = experiment.features.sample_rate_hz, experiment.train.epochs
    text = CARD.format(
        title=f"{manifest.id} {manifest.version}",
        warning=BARELY_TRAINED.format(epochs=epochs) if epochs < BARELY_TRAINED_EPOCHS else "",
        bytes=manifest.model.bytes,
        window_seconds=experiment.features.sample_count(experiment.window.frames) / rate_hz,
        stride_seconds=experiment.window.stride_frames * experiment.features.hop_samples / rate_hz,
        stride_frames=experiment.window.stride_frames,
        frames=experiment.window.frames,
        labels=count_labels(len(manifest.labels)),
        closed_set=closed_set_note(dataset),
        data=training.data,
        folds_are=dataset.fold_origin,
        fold_rows=fold_rows(summary),
        int8=summary.int8_mean,
        int8_spread=summary.int8_spread,
        real=summary.real_mean,
        real_spread=summary.real_spread,
        delta=100 * (summary.int8_mean - summary.real_mean),
        cosine=evaluation.logit_cosine,
        f1=evaluation.macro_f1,
        roc=evaluation.macro_roc_auc,
        pr=evaluation.macro_average_precision,
        window_accuracy=evaluation.window_accuracy,
        command=training.command,
        shipped=shipped_note(manifest, evaluation),
        held_out_folds=held_out_folds(calibration),
        folds=", ".join(map(str, training.folds)),
        confusion_rows=confusion_rows(evaluation.top_confusions),
        hours=calibration.chosen_on.hours,
        temperature=calibration.temperature,
        error_before=evaluation.reliability.error_before,
        error_after=evaluation.reliability.error_after,
        lowest_on=experiment.calibrate.lowest_on,
        highest_on=experiment.calibrate.highest_on,
        budget=experiment.calibrate.false_alarms_per_hour,
        told_at_least=experiment.calibrate.told_at_least,
        detected=calibration.chosen_on.detected,
        false_alarms=calibration.chosen_on.false_alarms_per_hour,
        held_out_detected=calibration.held_out.detected,
        held_out_false_alarms=calibration.held_out.false_alarms_per_hour,
        label_rows=label_rows(evaluation),
        attribution=training.attribution,
        licence=training.licence,
        data_note=data_note(dataset),
        name=experiment.name,
        recipe=recipe_fingerprint(experiment),
        seed=experiment.seed,
        epochs=epochs,
        network=network_note(experiment.model),
        initial_weights=initial_weights_note(runs, source),
        teacher_note=teacher_note(experiment.teacher, source),
        int8_note=int8_note(folder),
    )
    return "\n\n".join(rewrap(paragraph, LINE) for paragraph in text.split("\n\n"))
