"""Batches: functions of seed, epoch and batch, with rare labels and mixed examples."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.features import FeatureSpec
from soundpost_training.experiment.data import WindowConfig
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.tagging.batches import TaggingBatches
from soundpost_training.tagging.delay import LEAST_FRAMES
from soundpost_training.tagging.experiment import TaggingExperiment, TaggingTrainConfig

pytestmark = pytest.mark.training

FRAMES, BANDS = 40, 32
FLOOR = np.log(0.001)
LOW, HIGH = slice(2, 14), slice(18, 30)


def experiment(
    mix_share: float = 0.35, seed: int = 1, batch_size: int = 16, delay_share: float = 0.0
) -> TaggingExperiment:
    """Returns an experiment of small windows."""
    return TaggingExperiment(
        name="tiny",
        seed=seed,
        bundle=BundleConfig(id="tiny", version="0.1.0"),
        features=FeatureSpec(mel_bands=BANDS),
        window=WindowConfig(frames=FRAMES, stride_frames=24),
        train=TaggingTrainConfig(
            batch_size=batch_size, epoch_batches=20, mix_share=mix_share, delay_share=delay_share
        ),
    )


def examples(bands: list[slice]) -> NDArray[np.float16]:
    """Returns log-mel with sound in some bands and silence in the others, float16[n, values]."""
    log_mel = np.full((len(bands), FRAMES, BANDS), FLOOR, np.float16)
    for example, some in zip(log_mel, bands, strict=True):
        example[:, some] = 0.0
    return log_mel.reshape(len(bands), -1)


TWO = examples([LOW, HIGH])
OWN_LABELS = np.eye(2, dtype=np.float32)


def whole_epoch(batches: TaggingBatches) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns all examples and targets of an epoch."""
    parts = [batches[at] for at in range(len(batches))]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), epoch=st.integers(0, 100), batch=st.integers(0, 19))
def test_a_batch_depends_on_seed_epoch_and_number_only(seed: int, epoch: int, batch: int) -> None:
    """Batches that were drawn before do not matter; shapes, targets and log-mel are in range."""
    first, second = (TaggingBatches(experiment(seed=seed), TWO, OWN_LABELS) for _ in range(2))
    first.epoch = second.epoch = epoch
    second[(batch + 1) % 20]
    (log_mel, targets), (again, targets_again) = first[batch], second[batch]
    assert np.array_equal(log_mel, again)
    assert np.array_equal(targets, targets_again)
    assert log_mel.shape == (16, FRAMES, BANDS, 1)
    assert log_mel.dtype == targets.dtype == np.float32
    assert np.isfinite(log_mel).all()
    assert log_mel.min() > FLOOR - 1e-3
    assert targets.min() >= 0.0
    assert targets.max() <= 1.0


def test_other_epochs_and_batches_have_other_examples() -> None:
    """No two of four batches are equal."""
    batches = TaggingBatches(experiment(), TWO, OWN_LABELS)
    drawn = set()
    for epoch in (0, 1):
        batches.epoch = epoch
        drawn |= {batches[batch][0].tobytes() for batch in (0, 1)}
    assert len(drawn) == 4
    assert len(batches) == 20


def test_rare_labels_are_drawn_more_often() -> None:
    """Five examples of 405 with the rare label are drawn four times as often as by chance."""
    targets = np.zeros((405, 2), np.float32)
    targets[:400, 0] = targets[400:, 1] = 1.0
    log_mel = examples([LOW] * 405)
    config = experiment(mix_share=0.0, batch_size=256)
    _, drawn = whole_epoch(TaggingBatches(config, log_mel, targets))
    share = drawn[:, 1].mean()
    assert 3 * 5 / 405 < share < 6 * 5 / 405


def test_examples_without_a_label_are_drawn_half_as_often() -> None:
    """So that negatives are seen, and do not prevail."""
    targets = np.zeros((200, 1), np.float32)
    targets[:100] = 1.0
    _, drawn = whole_epoch(
        TaggingBatches(experiment(mix_share=0.0), examples([LOW] * 200), targets)
    )
    assert drawn.mean() == pytest.approx(2 / 3, abs=0.08)


def test_stored_targets_and_examples_are_not_changed() -> None:
    """The pool is mapped from a file, and used again in the next epoch."""
    log_mel, targets = TWO.copy(), OWN_LABELS.copy()
    whole_epoch(TaggingBatches(experiment(mix_share=1.0), log_mel, targets))
    assert np.array_equal(log_mel, TWO)
    assert np.array_equal(targets, OWN_LABELS)


def test_mixing_keeps_the_target_of_the_louder_example() -> None:
    """The fainter one's target fades with its level; the louder one keeps its 1."""
    log_mel, targets = whole_epoch(TaggingBatches(experiment(mix_share=1.0), TWO, OWN_LABELS))
    assert (targets.max(axis=1) == 1.0).all()
    levels = np.stack([log_mel[:, :, bands, 0].max(axis=(1, 2)) for bands in (LOW, HIGH)], axis=1)
    over = (levels[:, 0] - levels[:, 1]) * 20 / np.log(10)
    # The gain differs between the bands, by less than 14 decibels. An example of which one
    # half of the bands is silent has been mixed with another of the same label.
    is_of_two = levels.min(axis=1) > FLOOR + 0.5
    louder_low, louder_high = is_of_two & (over > 14.0), is_of_two & (over < -14.0)
    assert louder_low.sum() > 5
    assert louder_high.sum() > 5
    assert (targets[louder_low, 0] == 1.0).all()
    assert (targets[louder_high, 1] == 1.0).all()
    faded = (targets > 0.0) & (targets < 1.0)
    assert faded.any(axis=1).sum() > 30
    assert targets[over > 16.0, 1].max() < 0.2


def test_two_mixed_examples_of_a_label_have_its_target() -> None:
    """At every ratio of their levels: both are of that label, and so is their mixture."""
    one_label = np.ones((2, 1), np.float32)
    _, targets = whole_epoch(TaggingBatches(experiment(mix_share=1.0), TWO, one_label))
    assert (targets == 1.0).all()


def test_a_shift_of_bands_does_not_wrap() -> None:
    """A hiss in the top bands stays there: the bottom bands of every example are silent."""
    hiss = examples([slice(BANDS - 6, BANDS)])
    batches = TaggingBatches(experiment(mix_share=0.0), hiss, np.ones((1, 1), np.float32))
    log_mel, _ = whole_epoch(batches)
    sounding = (log_mel[..., 0] > FLOOR + 1.0).any(axis=1)
    assert not sounding[:, : BANDS - 7].any()
    lowest = sounding.argmax(axis=1)[sounding.any(axis=1)]
    assert {BANDS - 7, BANDS - 6, BANDS - 5} <= set(lowest.tolist())


def test_without_mixing_targets_are_those_that_are_stored() -> None:
    """Each example has the label of its bands."""
    log_mel, targets = whole_epoch(TaggingBatches(experiment(mix_share=0.0), TWO, OWN_LABELS))
    for bands, label in ((LOW, 0), (HIGH, 1)):
        sounds = log_mel[:, :, bands, 0].max(axis=(1, 2)) > FLOOR + 1.0
        assert np.array_equal(sounds, targets[:, label] == 1.0)


def test_delayed_examples_keep_their_targets() -> None:
    """A knock at the beginning moves to every third of the window, and stays a knock."""
    knock = examples([slice(0, 0)]).reshape(1, FRAMES, BANDS)
    knock[:, 1, LOW] = 2.0
    config = experiment(mix_share=0.0, delay_share=0.5)
    log_mel, targets = whole_epoch(
        TaggingBatches(config, knock.reshape(1, -1), np.ones((1, 1), np.float32))
    )
    assert (targets == 1.0).all()
    places = log_mel[..., 0].max(axis=2).argmax(axis=1)
    assert (places == 1).mean() > 0.4
    late = np.histogram(places[places > 1], bins=3, range=(1, FRAMES - LEAST_FRAMES))[0]
    assert (late > 20).all()


def test_gains_and_masks_vary_the_examples() -> None:
    """Some stretches of frames and bands are silenced; the gain differs between examples."""
    config = experiment(mix_share=0.0)
    train = msgspec.structs.replace(config.train, epoch_batches=10)
    log_mel, _ = whole_epoch(
        TaggingBatches(msgspec.structs.replace(config, train=train), TWO, OWN_LABELS)
    )
    sounding = log_mel[..., 0] > FLOOR + 0.5
    silenced_frames = (~sounding.any(axis=2)).any(axis=1)
    assert 0.35 < silenced_frames.mean() < 0.65
    peaks = log_mel.max(axis=(1, 2, 3)) * 20 / np.log(10)
    assert np.ptp(peaks) > 12.0
