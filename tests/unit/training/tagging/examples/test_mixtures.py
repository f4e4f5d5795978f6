"""Mixtures: functions of seed and number, with the levels that they state."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from source_recordings import RATE_HZ, write_recording

from soundpost_training.sources.recording import SourceRecording
from soundpost_training.synthesis import degrade
from soundpost_training.synthesis.rooms import ResponseBank
from soundpost_training.tagging.examples import mixtures
from soundpost_training.tagging.examples.mixtures import NOTHING, Mixture, MixtureMaker
from soundpost_training.tagging.examples.waveforms import HOP_SAMPLES, Waveforms, load_waveforms
from soundpost_training.tagging.experiment import ExamplesConfig

SAMPLES = 31_760
DRY = ExamplesConfig(room_share=0.0)
FIRST_HZ, SECOND_HZ = 1000, 3000


def maker(waveforms: Waveforms, config: ExamplesConfig = DRY, seed: int = 1) -> MixtureMaker:
    """Returns a maker of dry examples."""
    return MixtureMaker(config, waveforms, None, SAMPLES, seed)


def without_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces the random microphone by an ideal one, for measurements."""
    ideal = degrade.Degradation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    monkeypatch.setattr(mixtures, "MICROPHONE", ideal)
    monkeypatch.setattr(mixtures, "NOISE_SHARE", 0.0)


def power_at(sound: NDArray[np.int16], hertz: float) -> float:
    """Returns the power of a sound within 50 Hz of a frequency, in any unit."""
    spectrum = np.square(np.abs(np.fft.rfft(sound / 32_768)))
    near = np.abs(np.fft.rfftfreq(len(sound), 1 / RATE_HZ) - hertz) < 50
    return float(spectrum[near].sum())


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), number=st.integers(0, 100_000))
def test_an_example_depends_on_seed_and_number_only(
    waveforms: Waveforms, seed: int, number: int
) -> None:
    """Two makers agree in any order of calls; samples and levels are in range."""
    first, second = maker(waveforms, seed=seed), maker(waveforms, seed=seed)
    second.make(number + 1)
    mixture, again = first.make(number), second.make(number)
    assert np.array_equal(mixture.samples, again.samples)
    assert mixture[1:] == again[1:]
    check(mixture, len(waveforms.recordings))


def check(mixture: Mixture, recordings: int) -> None:
    """Asserts that an example is whole."""
    assert mixture.samples.dtype == np.int16
    assert mixture.samples.shape == (SAMPLES,)
    assert 0 <= mixture.first.recording < recordings
    assert -1 <= mixture.second.recording < recordings
    for sound in (mixture.first, mixture.second):
        # A tenth of a second of a crop may have the loudest parts of two tenths of a recording.
        assert -200.0 < sound.level_db < 3.1
    assert -5.0 <= mixture.snr_db <= 25.0
    if mixture.second == NOTHING:
        assert mixture.snr_db == 0.0


def test_other_numbers_and_seeds_give_other_examples(waveforms: Waveforms) -> None:
    """No two of twenty examples are equal."""
    examples = [maker(waveforms, seed=seed).make(number) for seed in (1, 2) for number in range(10)]
    assert len({example.samples.tobytes() for example in examples}) == 20


def test_the_crop_of_an_event_has_its_loud_moment(
    made: list[SourceRecording], tmp_path: Path
) -> None:
    """Of two seconds of silence and one of a beep, the beep is in nearly every example."""
    event = load_waveforms(made[:1], tmp_path)
    make = maker(event, ExamplesConfig(room_share=0.0, mix_share=0.0)).make
    levels = [make(number).first.level_db for number in range(100)]
    assert np.mean(np.array(levels) > -1.0) > 0.9


def test_the_sound_around_a_short_event_is_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click of a quarter of a second stays as short as it is."""
    without_losses(monkeypatch)
    beep = 0.5 * np.sin(2 * np.pi * FIRST_HZ * np.arange(RATE_HZ // 4) / RATE_HZ)
    event = load_waveforms([write_recording(tmp_path / "beep.wav", beep, "esc50", ())], tmp_path)
    mixture = maker(event, ExamplesConfig(room_share=0.0, mix_share=0.0)).make(3)
    assert 0 < np.count_nonzero(mixture.samples) <= RATE_HZ // 4


def test_a_lasting_sound_is_repeated_to_the_length_of_an_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a second of ambience fills the whole example."""
    without_losses(monkeypatch)
    noise = np.random.default_rng(1).normal(0.0, 0.1, RATE_HZ // 2)
    place = load_waveforms([write_recording(tmp_path / "a.wav", noise, "ambience", ())], tmp_path)
    samples = maker(place, ExamplesConfig(room_share=0.0, mix_share=0.0)).make(3).samples
    tenths = samples[: SAMPLES // HOP_SAMPLES * HOP_SAMPLES].reshape(-1, HOP_SAMPLES)
    assert (np.abs(tenths).max(axis=1) > 0).all()
    assert np.array_equal(samples[: RATE_HZ // 2], samples[RATE_HZ // 2 : RATE_HZ])


def test_the_ratio_of_two_sounds_is_the_stated_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lasting tones of different levels and frequencies, measured in the spectrum."""
    without_losses(monkeypatch)
    seconds = np.arange(4 * RATE_HZ) / RATE_HZ
    tones = [
        write_recording(
            tmp_path / f"{hertz}.wav", level * np.sin(2 * np.pi * hertz * seconds), "ambience", ()
        )
        for hertz, level in ((FIRST_HZ, 0.5), (SECOND_HZ, 0.01))
    ]
    make = maker(load_waveforms(tones, tmp_path), msgspec.structs.replace(DRY, mix_share=1.0)).make
    pairs = [make(number) for number in range(40)]
    mixed = [pair for pair in pairs if pair.first.recording != pair.second.recording]
    assert len(mixed) > 10
    for mixture in mixed:
        powers = [power_at(mixture.samples, hertz) for hertz in (FIRST_HZ, SECOND_HZ)]
        first, second = (powers[sound.recording] for sound in (mixture.first, mixture.second))
        assert 10 * np.log10(first / second) == pytest.approx(mixture.snr_db, abs=0.3)


def test_the_level_of_an_example_is_within_its_bounds(
    waveforms: Waveforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ideal microphone keeps the peaks between the quietest and the loudest level."""
    without_losses(monkeypatch)
    config = ExamplesConfig(room_share=0.0, quietest_dbfs=-30.0, loudest_dbfs=-10.0)
    peaks = [np.abs(maker(waveforms, config).make(n).samples.astype(int)).max() for n in range(60)]
    decibels = 20 * np.log10(np.array(peaks) / 32_768)
    assert decibels.min() > -30.1
    assert decibels.max() < -9.9
    assert np.ptp(decibels) > 10.0


def test_a_room_keeps_the_length_and_changes_the_sound(waveforms: Waveforms) -> None:
    """An echo after a tenth of a second; all samples stay finite and within int16."""
    response = np.zeros((1, RATE_HZ), np.float32)
    response[0, [40, 40 + HOP_SAMPLES]] = 0.8, 0.6
    rooms = ResponseBank(response, np.array([False]))
    config = ExamplesConfig(room_share=1.0)
    wet = MixtureMaker(config, waveforms, rooms, SAMPLES, 1)
    for number in range(5):
        mixture = wet.make(number)
        check(mixture, len(waveforms.recordings))
        assert not np.array_equal(mixture.samples, maker(waveforms).make(number).samples)
