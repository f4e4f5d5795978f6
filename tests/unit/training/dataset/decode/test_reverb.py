"""Clips heard in rooms."""

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
from soundpost_training.dataset.decode.reverb import draw_rooms, in_room
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.errors import DatasetError
from soundpost_training.examples.augment import draw
from soundpost_training.examples.mixing import choose_pairs
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, ReverbConfig
from soundpost_training.experiment.experiment import Experiment, load_experiment

SPEC = FeatureSpec()
SEEDS = st.integers(0, 2**32)


def echoes(seed: int, seconds: float = 0.1) -> np.ndarray:
    """The impulse response of a room: 3 ms of way, the direct sound, then a tail that fades."""
    rng = np.random.default_rng(seed)
    tail = rng.normal(0, 0.1, int(seconds * 16_000))
    tail *= np.exp(-np.arange(len(tail)) / (0.2 * len(tail)))
    return np.concatenate((np.zeros(48), [1.0], tail))


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A folder of three impulse responses, one of them a cathedral."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    for name, seconds in (("bath", 0.05), ("hall", 0.2), ("cathedral", 1.0)):
        soundfile.write(folder / f"{name}.wav", echoes(len(name), seconds), 16_000, "FLOAT")
    return folder


@given(SEEDS)
def test_a_room_without_walls_changes_nothing(seed: int) -> None:
    """The direct sound alone, however late and however loud, gives back the signal."""
    rng = np.random.default_rng(seed)
    signal = rng.uniform(-0.5, 0.5, 500)
    response = np.zeros(200)
    response[rng.integers(0, 200)] = rng.uniform(0.1, 3.0)
    np.testing.assert_allclose(in_room(signal, response)[:500], signal, atol=1e-12)


@given(SEEDS, st.floats(0.001, 0.9))
def test_a_room_keeps_energy_and_never_clips(seed: int, loudness: float) -> None:
    """What is heard has the energy of the signal, or less where it would be over full scale."""
    rng = np.random.default_rng(seed)
    signal = loudness * rng.uniform(-1.0, 1.0, 3000)
    wet = in_room(signal, echoes(seed))
    assert len(wet) >= len(signal)
    assert np.abs(wet).max() <= 1.0 + 1e-12
    assert np.sum(wet**2) <= np.sum(signal**2) * (1 + 1e-9)
    if np.abs(wet).max() < 1.0 - 1e-12:
        assert np.sum(wet**2) == pytest.approx(np.sum(signal**2))


def test_silence_stays_silent_in_any_room() -> None:
    """No division by the energy of nothing."""
    assert not in_room(np.zeros(1000), echoes(1)).any()


@given(SEEDS, st.integers(1, 5), st.integers(1, 4), st.integers(1, 6))
def test_a_clip_is_in_no_room_twice_if_that_can_be(
    seed: int, clips: int, copies: int, responses: int
) -> None:
    """Seeded, in range, and with as many different rooms as there are copies or responses."""
    drawn, again = (
        draw_rooms(np.random.default_rng(seed), clips, copies, responses) for _ in range(2)
    )
    assert np.array_equal(drawn, again)
    assert drawn.shape == (clips, copies)
    assert ((drawn >= 0) & (drawn < responses)).all()
    assert all(len(set(row)) == min(copies, responses) for row in drawn.tolist())


def test_copies_are_what_the_daemon_would_hear_in_the_room(
    tones: Path, rooms: Path, tmp_path: Path
) -> None:
    """A copy's features are those of the clip convolved, cached or not; the clips' own stay."""
    dataset, config = read_esc50(tones), ReverbConfig(folder=str(rooms), copies=2)
    (told, fresh), (_, cached) = (
        prepare(dataset, SPEC, tmp_path / "cache", config) for _ in range(2)
    )
    clips = len(dataset.clips)
    assert told.wet_copies == 2
    assert len(fresh.frames) == 3 * clips
    dry = prepare(dataset, SPEC, tmp_path / "cache")[1]
    assert np.array_equal(fresh.log_mel[: len(dry.log_mel)], dry.log_mel)
    responses = [read_signal(path, 16_000) for path in sorted(rooms.iterdir())]
    order = draw_rooms(np.random.default_rng(0), clips, 2, 3)
    for clip, copy in ((0, 0), (0, 1), (clips - 1, 1)):
        signal = read_signal(dataset.clips[clip].path, 16_000)
        wet = in_room(signal, responses[order[clip, copy]])
        expected = LogMel(SPEC).compute(to_pcm(wet))
        assert np.array_equal(fresh.clip(clips + 2 * clip + copy), expected)
    assert np.array_equal(fresh.log_mel, cached.log_mel)
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("change", [{"copies": 1}, {"seed": 1}])
def test_other_settings_are_other_copies(
    tones: Path, rooms: Path, tmp_path: Path, change: dict[str, int]
) -> None:
    """Copies of other settings are never taken from the cache."""
    config = ReverbConfig(folder=str(rooms))
    for one in (config, msgspec.structs.replace(config, **change)):
        prepare(read_esc50(tones), SPEC, tmp_path / "cache", one)
    assert len(list((tmp_path / "cache").glob("*-rooms-*.npz"))) == 2


def test_what_becomes_a_clip_is_heard_in_rooms(tones: Path, rooms: Path, tmp_path: Path) -> None:
    """Copies without those of the background are not taken for copies of all recordings."""
    dataset, config = read_esc50(tones), ReverbConfig(folder=str(rooms), copies=1)
    clips = tuple(clip for clip in dataset.clips if clip.fold < 3)
    behind = tuple(clip for clip in dataset.clips if clip.fold == 3)
    some = dataclasses.replace(dataset, clips=clips, background=behind)
    whole = dataclasses.replace(dataset, clips=clips + behind)
    for one, copies in ((some, len(clips)), (whole, len(whole.clips))):
        _, features = prepare(one, SPEC, tmp_path / "cache", config)
        assert len(features.frames) == len(whole.clips) + copies


def test_a_bad_response_is_left_out_and_told(
    tones: Path, rooms: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A note and a silent file among the responses are named with the reason."""
    (rooms / "readme.txt").write_text("recorded in May", encoding="utf-8")
    soundfile.write(rooms / "silent.wav", np.zeros(100), 16_000)
    prepare(read_esc50(tones), SPEC, tmp_path / "cache", ReverbConfig(folder=str(rooms)))
    told = capsys.readouterr().err.replace("\n", "")
    assert "readme.txt cannot be read" in told
    assert "silent.wav is silent" in told


@pytest.mark.parametrize("files", [[], ["silent.wav"]])
def test_no_room_at_all_is_refused(tones: Path, tmp_path: Path, files: list[str]) -> None:
    """An empty folder and one without a usable response give one clear error."""
    folder = tmp_path / "none"
    folder.mkdir()
    for name in files:
        soundfile.write(folder / name, np.zeros(100), 16_000)
    with pytest.raises(DatasetError, match="impulse response"):
        prepare(read_esc50(tones), SPEC, tmp_path / "cache", ReverbConfig(folder=str(folder)))


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """The tiny experiment."""
    return load_experiment(experiment_file)


@pytest.fixture
def dataset(tones: Path) -> Dataset:
    """The tones."""
    return read_esc50(tones)


def test_a_copy_has_the_label_and_the_fold_of_its_clip(
    experiment: Experiment, dataset: Dataset, rooms: Path, tmp_path: Path
) -> None:
    """And a clip that is not in the bank is in it in no room either."""
    told, features = prepare(dataset, SPEC, tmp_path / "cache", ReverbConfig(folder=str(rooms)))
    bank = SoundBank.of(experiment, told, features, told.in_folds([1, 2]))
    assert (bank.dry, bank.clips, bank.copies) == (12, 36, 2)
    owners = np.repeat(np.arange(12), 2)
    assert np.array_equal(bank.targets[12:36], bank.targets[owners])
    assert np.array_equal(bank.folds[12:36], bank.folds[owners])
    assert set(bank.folds.tolist()) == {1, 2, -1}
    there = {frame.tobytes() for frame in bank.features.log_mel}
    first = len(told.clips)
    for place, clip in enumerate(told.in_folds([1, 2])):
        for copy in range(2):
            heard = features.clip(first + 2 * clip + copy)
            assert np.array_equal(bank.features.clip(12 + 2 * place + copy), heard)
    for clip in told.in_folds([3]):
        for copy in (first + 2 * clip, first + 2 * clip + 1):
            loud = features.clip(copy)[20:100]
            assert not any(frame.tobytes() in there for frame in loud)


def test_copies_are_shown_in_their_share_in_place_of_their_clips(
    experiment: Experiment, dataset: Dataset, rooms: Path, tmp_path: Path
) -> None:
    """An epoch is no longer for them, and each copy belongs to the clip it stands for."""
    config = ReverbConfig(folder=str(rooms), share=0.25)
    told, features = prepare(dataset, SPEC, tmp_path / "cache", config)
    bank = SoundBank.of(experiment, told, features, told.in_folds([1, 2]))
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
    drawn = draw(rng, augment, pairs[:8], bank.starts, 64, SPEC.mel_bands, bank.beneath)
    assert np.array_equal(bank.folds_of(drawn)[:, :2], bank.folds[owners[:8]])
