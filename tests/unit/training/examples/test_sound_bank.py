"""Labels that are nothing to be told of: taught as none, mixed beneath, kept in their folds."""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.bundle.card_tables import data_note
from soundpost_training.dataset import Clip, Dataset, Features, prepare
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.select import as_background, select_labels
from soundpost_training.errors import DatasetError
from soundpost_training.examples.augment import apply, draw
from soundpost_training.examples.mixing import choose_pairs
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, BackgroundConfig
from soundpost_training.experiment.experiment import Experiment, load_experiment

SPEC = FeatureSpec()
FRAMES, BANDS = 64, SPEC.mel_bands
FLOOR = np.float32(np.log(SPEC.log_offset))


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """The tiny experiment."""
    return load_experiment(experiment_file)


@pytest.fixture
def dataset(tones: Path) -> Dataset:
    """The tones, the high ones as background."""
    return as_background(read_esc50(tones), ("high_tone",))


def test_a_background_label_is_no_label(dataset: Dataset, tmp_path: Path) -> None:
    """It is gone from the labels, its clips follow the others, and each keeps its fold."""
    assert "high_tone" not in dataset.labels
    assert len(dataset.targets()) == len(dataset.clips) == 12
    readable, features = prepare(dataset, SPEC, tmp_path)
    assert len(readable.background) == 6
    assert len(features.frames) == 18
    assert [readable.recordings[at].fold for at in readable.background_in_folds([2])] == [2, 2]


@pytest.mark.parametrize(
    ("background", "told"),
    [
        (("hightone",), "no label hightone"),
        (("low_tone", "high_tone", "chirping_bird"), "all labels"),
    ],
)
def test_an_impossible_background_is_refused(
    tones: Path, background: tuple[str, ...], told: str
) -> None:
    """A typo is named, and something must be left to tell of."""
    with pytest.raises(DatasetError, match=told):
        as_background(read_esc50(tones), background)


def test_labels_that_are_not_chosen_are_left_alone(tones: Path) -> None:
    """Only the chosen labels are taken, in the order of the data set."""
    chosen = select_labels(read_esc50(tones), ("high_tone", "low_tone"))
    assert chosen.labels == ("low_tone", "high_tone")
    assert {clip.label for clip in chosen.clips} == set(chosen.labels)
    with pytest.raises(DatasetError, match="no label dog"):
        select_labels(chosen, ("dog",))


def test_a_background_that_leaks_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    """A recording whose pieces are a clip in one fold and background in another is a leak."""
    elsewhere = dataclasses.replace(dataset.background[0], fold=2, group=dataset.clips[0].group)
    leaking = dataclasses.replace(dataset, background=(elsewhere,))
    with pytest.raises(DatasetError, match=elsewhere.path.name):
        prepare(leaking, SPEC, tmp_path)


@pytest.fixture
def bank(experiment: Experiment, dataset: Dataset, tmp_path: Path) -> SoundBank:
    """The bank of folds 1 and 2."""
    readable, features = prepare(dataset, SPEC, tmp_path)
    return SoundBank.of(experiment, readable, features, readable.in_folds([1, 2]))


def test_background_is_taught_as_nothing_in_particular(bank: SoundBank) -> None:
    """Its targets are uniform, and only the training folds' background is there."""
    assert len(bank.background) == 4
    np.testing.assert_allclose(bank.targets[bank.background.start :], 0.5)
    assert set(bank.folds[bank.background.start :]) == {1, 2}


def test_half_of_the_negatives_are_background(bank: SoundBank) -> None:
    """Silence and faint noise stay the other half, however many recordings there are."""
    config = AugmentConfig(negative_share=1.0)
    pairs = choose_pairs(np.random.default_rng(0), config, bank, np.zeros(4000, np.int64))
    assert (pairs >= bank.clips).all()
    assert np.mean(pairs[:, 0] >= bank.quiet) == pytest.approx(0.5, abs=0.05)


@given(st.integers(0, 2**32))
def test_nothing_of_a_held_out_fold_is_heard(seed: int) -> None:
    """The folds of an example are those of both its clips and of what is beneath them."""
    bank = small_bank()
    rng = np.random.default_rng(seed)
    config = msgspec.structs.replace(AugmentConfig(), background=BackgroundConfig())
    pairs = rng.integers(0, 3, (8, 2))
    drawn = draw(rng, config, pairs, bank.starts, FRAMES, BANDS, bank.beneath)
    folds = bank.folds_of(drawn)
    assert folds.shape == (8, 3)
    assert np.array_equal(folds[:, :2], bank.folds[pairs])
    assert np.array_equal(folds[:, 2] == 9, drawn.beneath == 3)
    assert np.array_equal(folds[:, 2] == -1, drawn.beneath == -1)


def small_bank() -> SoundBank:
    """Two clips of folds 1 and 2, a stretch of silence, and background of fold 9."""
    rng = np.random.default_rng(0)
    sounds = [rng.uniform(-3.0, 3.0, (80, BANDS)).astype(np.float32) for _ in range(2)]
    silence, behind = np.full((80, BANDS), FLOOR), np.full((100, BANDS), np.float32(1.0))
    return SoundBank(
        features=Features.joined(SPEC, [*sounds, silence, behind]),
        dry=2,
        clips=2,
        quiet=3,
        starts=[np.arange(80)] * 3 + [np.arange(100)],
        targets=np.zeros((4, 2), np.float32),
        folds=np.array([1, 2, -1, 9]),
        beneath=np.array([3]),
    )


@given(st.integers(0, 2**32), st.floats(-10.0, 40.0))
def test_background_is_as_faint_as_was_drawn(
    still: AugmentConfig, seed: int, snr_db: float
) -> None:
    """What is added beneath has the power that the ratio says, and silence stays silent."""
    bank = small_bank()
    mixing = BackgroundConfig(mix_share=1.0, lowest_snr_db=snr_db, highest_snr_db=snr_db)
    config = msgspec.structs.replace(still, background=mixing)
    pairs = np.array([[0, 0], [1, 1], [2, 2]])
    rng = np.random.default_rng(seed)
    drawn = draw(rng, config, pairs, bank.starts, FRAMES, BANDS, bank.beneath)
    assert (drawn.beneath == 3).all()
    alone = dataclasses.replace(drawn, beneath=np.full(3, -1))
    power, before = (
        (np.exp(apply(one, bank.features, FRAMES).astype(np.float64)) - SPEC.log_offset) ** 2
        for one in (drawn, alone)
    )
    added = (power - before)[:2].mean(axis=(1, 2))
    expected = before[:2].mean(axis=(1, 2)) * 10 ** (-snr_db / 10)
    np.testing.assert_allclose(added, expected, rtol=0.02)
    assert (power[2] < 1e-9).all()


@given(st.integers(0, 2**32))
def test_what_begins_late_has_the_background_alone_before(still: AugmentConfig, seed: int) -> None:
    """Until its beginning only what is beneath is heard, and from then on both."""
    bank = small_bank()
    mixing = BackgroundConfig(mix_share=0.5, begin_share=1.0, lowest_snr_db=6.0)
    config = msgspec.structs.replace(still, background=mixing)
    pairs = np.zeros((8, 2), np.int64)
    rng = np.random.default_rng(seed)
    drawn = draw(rng, config, pairs, bank.starts, FRAMES, BANDS, bank.beneath)
    assert (drawn.begins <= FRAMES * 0.75).all()
    assert (drawn.begins[drawn.beneath < 0] == 0).all()
    whole = dataclasses.replace(drawn, begins=np.zeros(8, np.int64))
    late, early = (apply(one, bank.features, FRAMES) for one in (drawn, whole))
    for begin, beneath, one, other in zip(drawn.begins, drawn.beneath, late, early, strict=True):
        np.testing.assert_allclose(one[begin:], other[begin:], rtol=1e-6)
        assert np.ptp(one[:begin]) < 1e-5 if begin else beneath < 0 or np.ptp(one) > 1.0


def test_labels_are_heard_beneath_others_too(
    experiment: Experiment, tones: Path, tmp_path: Path
) -> None:
    """They stay labels with targets of their own; a typo is named."""
    dataset, features = prepare(read_esc50(tones), SPEC, tmp_path)
    clips = dataset.in_folds([1])
    low = [place for place, at in enumerate(clips) if dataset.clips[at].label == "low_tone"]
    assert (
        list(SoundBank.of(beneath(experiment, "low_tone"), dataset, features, clips).beneath) == low
    )
    with pytest.raises(DatasetError, match="no label lowtone") as caught:
        SoundBank.of(beneath(experiment, "lowtone"), dataset, features, clips)
    assert "augment.background.labels" in caught.value.hint


def beneath(experiment: Experiment, label: str) -> Experiment:
    """The experiment in which a label is heard beneath the others."""
    mixing = BackgroundConfig(labels=(label,))
    augment = msgspec.structs.replace(experiment.augment, background=mixing)
    return msgspec.structs.replace(experiment, augment=augment)


@given(st.integers(0, 2**32))
def test_without_the_table_background_draws_nothing(seed: int) -> None:
    """The generator is left where it was, so that older experiments see what they saw."""
    states = []
    for background in (np.empty(0, np.int64), np.array([3])):
        rng = np.random.default_rng(seed)
        bank = small_bank()
        draw(rng, AugmentConfig(), np.zeros((4, 2), int), bank.starts, FRAMES, BANDS, background)
        states.append(rng.bit_generator.state)
    assert states[0] == states[1]


def test_settings_without_new_tables_are_encoded_as_before() -> None:
    """Pools are named by their settings; what is not there must not rename them."""
    assert msgspec.json.encode(AugmentConfig()) == (
        b'{"stretch":0.1,"quietest_gain_db":-12.0,"loudest_gain_db":6.0,"band_shift":3,'
        b'"mix_share":0.8,"masks":2,"mask_frames":24,"mask_bands":8,"negative_share":0.04}'
    )


def test_a_ratio_upside_down_is_refused() -> None:
    """The lowest ratio is not above the highest."""
    with pytest.raises(ValueError, match="above"):
        BackgroundConfig(lowest_snr_db=10.0, highest_snr_db=5.0)


def test_a_clip_remembers_what_it_was_called(dataset: Dataset) -> None:
    """Background has no label among the model's outputs, but people want to know what it is."""
    assert {clip.label for clip in dataset.background} == {"high_tone"}
    assert all(isinstance(clip, Clip) for clip in dataset.recordings)


def test_the_card_names_what_is_background(dataset: Dataset) -> None:
    """Who reads what a model was trained on is told what it was taught to pass over."""
    note = " ".join(data_note(dataset).split())
    assert "6 clips of high_tone are background" in note
    assert "background" not in data_note(dataclasses.replace(dataset, background=()))
