"""Clips are made harder: by gain, position, and the background of the node."""

import numpy as np
import pytest
from made_clips import RATE_HZ, doorbell, quiet_background

from soundpost.teach.sound.harder import (
    HIGHEST_SNR_DB,
    LOWEST_GAIN_DB,
    LOWEST_SNR_DB,
    MOST_SEMITONES,
    PEAK,
    VARIANTS,
    background_piece,
    loud_level,
    pink_noise,
    quiet_level,
    surround,
    variants,
)

SOUND = doorbell(1, 3.0)
BACKGROUND = [quiet_background(6.0, seed) for seed in range(3)]


@pytest.mark.parametrize("background", [[], BACKGROUND])
def test_a_short_sound_lies_in_surroundings(background: list[np.ndarray]) -> None:
    """Its own samples are unchanged, and around it is no digital silence."""
    placed = surround(SOUND, background, 80_000, np.random.default_rng(0))
    before = (80_000 - len(SOUND)) // 2
    assert np.array_equal(placed[before : before + len(SOUND)], SOUND)
    around = np.concatenate((placed[:before], placed[before + len(SOUND) :]))
    assert 0.0 < around.astype(float).std() <= 3 * quiet_level(SOUND)


def test_variants_differ_in_gain_and_position() -> None:
    """None of them clips, and the sound alone says where it lies."""
    made = list(variants(SOUND, BACKGROUND, np.random.default_rng(0), 3_840))
    assert len(made) == VARIANTS
    levels = [loud_level(alone) / loud_level(SOUND) for _, alone in made]
    assert max(levels) / min(levels) > 2.0
    assert min(levels) > 0.7 * 10 ** (LOWEST_GAIN_DB / 20)
    assert len({len(mixture) for mixture, _ in made}) > 1
    for mixture, alone in made:
        assert len(SOUND) <= len(mixture) == len(alone) < len(SOUND) + 3_840
        assert np.abs(mixture.astype(int)).max() <= PEAK + 1


def test_by_turns_a_version_is_at_another_speed_or_in_background() -> None:
    """The one at another speed has other pitches; its windows are placed by it, too."""
    made = list(variants(SOUND, BACKGROUND, np.random.default_rng(1), 3_840))
    is_mixed = [bool((mixture != alone).any()) for mixture, alone in made]
    assert is_mixed == [False, True] * (VARIANTS // 2)
    tone = np.abs(np.fft.rfft(SOUND)).argmax() / len(SOUND)
    tones = [np.abs(np.fft.rfft(alone)).argmax() / len(alone) for _, alone in made]
    for place, other in enumerate(tones):
        semitones = 12 * np.log2(other / tone)
        assert abs(semitones) < (0.1 if is_mixed[place] else MOST_SEMITONES + 0.1)
    assert max(tones[::2]) / min(tones[::2]) > 1.02


def test_the_background_lies_below_the_loud_part() -> None:
    """By a ratio within the bounds."""
    made = list(variants(SOUND, BACKGROUND, np.random.default_rng(1), 3_840))
    for mixture, alone in made[1::2]:
        rest = mixture.astype(float) - alone
        ratio = 20 * np.log10(loud_level(alone) / np.sqrt(np.mean(np.square(rest))))
        assert LOWEST_SNR_DB - 1.0 <= ratio <= HIGHEST_SNR_DB + 1.0


def test_the_same_choice_gives_the_same_variants() -> None:
    """A head can be made again to the bit."""
    first, again = (
        list(variants(SOUND, BACKGROUND, np.random.default_rng(5), 3_840)) for _ in range(2)
    )
    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, again, strict=True))


def test_a_piece_of_background_has_the_length_that_is_needed() -> None:
    """A short one is repeated; without any it is noise."""
    rng = np.random.default_rng(0)
    assert len(background_piece([BACKGROUND[0][:1_000]], 5_500, rng)) == 5_500
    assert background_piece([], 5_500, rng).std() == pytest.approx(1.0)


def test_noise_falls_by_three_decibels_an_octave() -> None:
    """As pink noise does."""
    power = np.square(np.abs(np.fft.rfft(pink_noise(1 << 16, np.random.default_rng(0)))))
    low, high = power[512:1_024].mean(), power[8_192:16_384].mean()
    assert 10 * np.log10(low / high) == pytest.approx(12.0, abs=1.5)


def test_levels_are_those_of_the_quiet_and_the_loud_part() -> None:
    """Of a sound of two seconds in ten."""
    sound = np.concatenate((np.full(8 * RATE_HZ, 10), np.full(2 * RATE_HZ, 1_000)))
    assert quiet_level(sound.astype(np.int16)) == pytest.approx(10.0)
    assert loud_level(sound.astype(np.int16)) == pytest.approx(1_000.0)
