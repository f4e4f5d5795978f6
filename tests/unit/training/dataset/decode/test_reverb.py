"""Reverberated copies of clips."""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec, LogMel
from soundpost_training.dataset import Dataset, prepare
from soundpost_training.dataset.decode.audio import read_signal, to_pcm
from soundpost_training.dataset.decode.reverb import convolve, draw_responses
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import DatasetError
from soundpost_training.examples.augment.draw import CropSize, CropSources, draw
from soundpost_training.examples.build_sound_bank import build_sound_bank
from soundpost_training.examples.mixing import choose_pairs
from soundpost_training.experiment.data import AugmentConfig, ReverbConfig
from soundpost_training.experiment.experiment import Experiment

SPEC = FeatureSpec()
SEEDS = st.integers(0, 2**32)


def echoes(seed: int, seconds: float = 0.1) -> np.ndarray:
    """Returns an impulse response: 3 ms of delay, the direct sound, then a decaying tail."""
    rng = np.random.default_rng(seed)
    tail = rng.normal(0, 0.1, int(seconds * 16_000))
    tail *= np.exp(-np.arange(len(tail)) / (0.2 * len(tail)))
    return np.concatenate((np.zeros(48), [1.0], tail))


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Provides a folder of three impulse responses, from 0.05 to 1 second."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    for name, seconds in (("bath", 0.05), ("hall", 0.2), ("cathedral", 1.0)):
        soundfile.write(folder / f"{name}.wav", echoes(len(name), seconds), 16_000, "FLOAT")
    return folder


@given(SEEDS)
def test_a_response_of_one_sample_changes_nothing(seed: int) -> None:
    """A response of one sample gives the signal itself, whatever its delay and level."""
    rng = np.random.default_rng(seed)
    signal = rng.uniform(-0.5, 0.5, 500)
    response = np.zeros(200)
    response[rng.integers(0, 200)] = rng.uniform(0.1, 3.0)
    np.testing.assert_allclose(convolve(signal, response)[:500], signal, atol=1e-12)


@given(SEEDS, st.floats(0.001, 0.9))
def test_reverb_keeps_the_energy_and_never_clips(seed: int, level: float) -> None:
    """The copy has the energy of the signal, or less if it would be over full scale."""
    rng = np.random.default_rng(seed)
    signal = level * rng.uniform(-1.0, 1.0, 3000)
    wet = convolve(signal, echoes(seed))
    assert len(wet) >= len(signal)
    assert np.abs(wet).max() <= 1.0 + 1e-12
    assert np.sum(wet**2) <= np.sum(signal**2) * (1 + 1e-9)
    if np.abs(wet).max() < 1.0 - 1e-12:
        assert np.sum(wet**2) == pytest.approx(np.sum(signal**2))


def test_silence_stays_silent() -> None:
    """There is no division by an energy of 0."""
    assert not convolve(np.zeros(1000), echoes(1)).any()


@given(SEEDS, st.integers(1, 5), st.integers(1, 4), st.integers(1, 6))
def test_copies_of_a_clip_have_different_responses(
    seed: int, clips: int, copies: int, responses: int
) -> None:
    """The draw is seeded, and a clip's copies have different responses as long as there are any."""
    drawn, again = (
        draw_responses(np.random.default_rng(seed), clips, copies, responses) for _ in range(2)
    )
    assert np.array_equal(drawn, again)
    assert drawn.shape == (clips, copies)
    assert ((drawn >= 0) & (drawn < responses)).all()
    assert all(len(set(row)) == min(copies, responses) for row in drawn.tolist())


def test_features_of_copies_are_those_of_the_convolved_clip(
    tones: Path, rooms: Path, tmp_path: Path
) -> None:
    """Features of a copy are those of the convolved clip, cached or not."""
    dataset, config = read_esc50(tones), ReverbConfig(folder=str(rooms), copies=2)
    (readable, fresh), (_, cached) = (
        prepare(dataset, SPEC, tmp_path / "cache", config) for _ in range(2)
    )
    clips = len(dataset.clips)
    assert readable.reverb_copies == 2
    assert len(fresh.frames) == 3 * clips
    dry = prepare(dataset, SPEC, tmp_path / "cache")[1]
    assert np.array_equal(fresh.log_mel[: len(dry.log_mel)], dry.log_mel)
    responses = [read_signal(path, 16_000) for path in sorted(rooms.iterdir())]
    order = draw_responses(np.random.default_rng(0), clips, 2, 3)
    for clip, copy in ((0, 0), (0, 1), (clips - 1, 1)):
        signal = read_signal(dataset.clips[clip].path, 16_000)
        wet = convolve(signal, responses[order[clip, copy]])
        expected = LogMel(SPEC).compute(to_pcm(wet))
        assert np.array_equal(fresh.clip(clips + 2 * clip + copy), expected)
    assert np.array_equal(fresh.log_mel, cached.log_mel)
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("change", [{"copies": 1}, {"seed": 1}])
def test_other_settings_are_other_copies(
    tones: Path, rooms: Path, tmp_path: Path, change: dict[str, int]
) -> None:
    """Copies with other settings are never taken from the cache."""
    config = ReverbConfig(folder=str(rooms))
    for changed in (config, msgspec.structs.replace(config, **change)):
        prepare(read_esc50(tones), SPEC, tmp_path / "cache", changed)
    assert len(list((tmp_path / "cache").glob("*-rooms-*.npz"))) == 2


def test_background_has_no_copies(tones: Path, rooms: Path, tmp_path: Path) -> None:
    """The cache distinguishes copies of some recordings from copies of all of them."""
    dataset, config = read_esc50(tones), ReverbConfig(folder=str(rooms), copies=1)
    clips = tuple(clip for clip in dataset.clips if clip.fold < 3)
    behind = tuple(clip for clip in dataset.clips if clip.fold == 3)
    some = dataclasses.replace(dataset, clips=clips, background=behind)
    whole = dataclasses.replace(dataset, clips=clips + behind)
    for chosen, copies in ((some, len(clips)), (whole, len(whole.clips))):
        _, features = prepare(chosen, SPEC, tmp_path / "cache", config)
        assert len(features.frames) == len(whole.clips) + copies


def test_a_bad_response_is_left_out_with_a_warning(
    tones: Path, rooms: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text file and a silent file among the responses are named with the reason."""
    (rooms / "readme.txt").write_text("recorded in May", encoding="utf-8")
    soundfile.write(rooms / "silent.wav", np.zeros(100), 16_000)
    prepare(read_esc50(tones), SPEC, tmp_path / "cache", ReverbConfig(folder=str(rooms)))
    warnings = capsys.readouterr().err.replace("\n", "")
    assert "readme.txt cannot be read" in warnings
    assert "silent.wav is silent" in warnings


@pytest.mark.parametrize("files", [[], ["silent.wav"]])
def test_no_usable_response_is_refused(tones: Path, tmp_path: Path, files: list[str]) -> None:
    """An empty folder and a folder without a usable response give one clear error."""
    folder = tmp_path / "none"
    folder.mkdir()
    for name in files:
        soundfile.write(folder / name, np.zeros(100), 16_000)
    with pytest.raises(DatasetError, match="impulse response"):
        prepare(read_esc50(tones), SPEC, tmp_path / "cache", ReverbConfig(folder=str(folder)))


def test_a_copy_has_the_label_and_the_fold_of_its_clip(
    experiment: Experiment, dataset: Dataset, rooms: Path, tmp_path: Path
) -> None:
    """The bank has no copy of a clip that it does not have."""
    readable, features = prepare(dataset, SPEC, tmp_path / "cache", ReverbConfig(folder=str(rooms)))
    bank = build_sound_bank(experiment, readable, features, readable.in_folds([1, 2]))
    assert (bank.dry, bank.clips, bank.copies) == (12, 36, 2)
    owners = np.repeat(np.arange(12), 2)
    assert np.array_equal(bank.targets[12:36], bank.targets[owners])
    assert np.array_equal(bank.folds[12:36], bank.folds[owners])
    assert set(bank.folds.tolist()) == {1, 2, -1}
    banked = {frame.tobytes() for frame in bank.features.log_mel}
    first = len(readable.clips)
    for place, clip in enumerate(readable.in_folds([1, 2])):
        for copy in range(2):
            expected = features.clip(first + 2 * clip + copy)
            assert np.array_equal(bank.features.clip(12 + 2 * place + copy), expected)
    for clip in readable.in_folds([3]):
        for copy in (first + 2 * clip, first + 2 * clip + 1):
            loud = features.clip(copy)[20:100]
            assert not any(frame.tobytes() in banked for frame in loud)


def test_copies_replace_their_clips_in_their_share(
    experiment: Experiment, dataset: Dataset, rooms: Path, tmp_path: Path
) -> None:
    """An epoch stays as long as without copies, and each copy replaces its own clip."""
    config = ReverbConfig(folder=str(rooms), share=0.25)
    readable, features = prepare(dataset, SPEC, tmp_path / "cache", config)
    bank = build_sound_bank(experiment, readable, features, readable.in_folds([1, 2]))
    augment = msgspec.structs.replace(AugmentConfig(negative_share=0.0), rooms=config)
    silent = msgspec.structs.replace(augment, negative_share=1.0)
    quiet = choose_pairs(np.random.default_rng(0), silent, bank, np.zeros(500, np.int64))
    assert ((quiet >= bank.clips) & (quiet < bank.quiet)).all()
    rng = np.random.default_rng(0)
    first = rng.integers(0, bank.dry, 4000)
    pairs = choose_pairs(rng, augment, bank, first)
    wet = pairs >= bank.dry
    assert wet.mean() == pytest.approx(0.25, abs=0.03)
    owners = np.where(wet, (pairs - bank.dry) // bank.copies, pairs)
    assert np.array_equal(owners[:, 0], first)
    sources = CropSources(bank.starts, bank.beneath)
    drawn = draw(rng, augment, pairs[:8], sources, CropSize(64, SPEC.mel_bands))
    folds = bank.folds_of(drawn.clips, drawn.beneath)
    assert np.array_equal(folds[:, :2], bank.folds[owners[:8]])
