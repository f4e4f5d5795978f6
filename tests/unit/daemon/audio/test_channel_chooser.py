"""The choice of channels over time: stable within a sound, and quick where sound begins."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.audio.channel_chooser import ChannelChooser

RATE_HZ = 4_000
BLOCK = RATE_HZ // 20
SECOND = 20  # blocks


def blocks(seconds: float, levels: list[float], seed: int = 1) -> NDArray[Any]:
    """Returns unrelated noise of these RMS levels, float64[blocks, frames, channels]."""
    generator = np.random.default_rng(seed)
    return generator.normal(0.0, 1.0, (round(seconds * SECOND), BLOCK, len(levels))) * levels


def choices(chooser: ChannelChooser, sound: NDArray[Any]) -> list[tuple[bool, ...]]:
    """Returns the channels that are used after each block."""
    used = []
    for block in sound:
        chooser.update(block)
        used.append(chooser.used)
    return used


def antiphase(chooser: ChannelChooser, sound: NDArray[Any]) -> bool:
    """Returns whether the channels are in antiphase after these blocks."""
    choices(chooser, sound)
    return chooser.is_antiphase


def test_similar_channels_are_all_used() -> None:
    """Two microphones with unrelated sounds at 6 dB from each other are mixed."""
    assert set(choices(ChannelChooser(2, RATE_HZ), blocks(30, [0.1, 0.05]))) == {(True, True)}


def test_noise_of_an_empty_socket_is_left_out() -> None:
    """A channel 26 dB below the other is not used, from the first block on."""
    assert set(choices(ChannelChooser(2, RATE_HZ), blocks(5, [0.005, 0.1]))) == {(False, True)}


def test_a_level_that_fluctuates_does_not_change_the_choice() -> None:
    """A channel from 12 to 18 dB below the other, by turns, keeps its state for good."""
    levels = [0.1 * 10 ** (-level / 20) for level in (12, 18, 12, 18)]
    sound = np.concatenate([blocks(2, [0.1, level], seed=at) for at, level in enumerate(levels)])
    joined = ChannelChooser(2, RATE_HZ)
    choices(joined, blocks(1, [0.1, 0.1]))
    assert set(choices(joined, sound)) == {(True, True)}
    left_out = ChannelChooser(2, RATE_HZ)
    choices(left_out, blocks(1, [0.1, 0.0]))
    assert set(choices(left_out, sound)) == {(True, False)}


def test_a_sound_after_a_quiet_hour_is_complete_from_its_first_block() -> None:
    """In the quiet both channels carry as good as nothing; the sound is on the right only."""
    chooser = ChannelChooser(2, RATE_HZ)
    choices(chooser, blocks(600, [1e-4, 1.5e-4]))
    assert set(choices(chooser, blocks(3, [1e-4, 0.1]))) == {(False, True)}
    assert set(choices(chooser, blocks(60, [1e-4, 1.5e-4]))) == {(False, True)}


def test_sound_that_moves_to_the_other_side_is_used_at_once() -> None:
    """Within a quarter of a second of silence on the side that had carried everything."""
    chooser = ChannelChooser(2, RATE_HZ)
    choices(chooser, blocks(10, [0.1, 0.0]))
    choices(chooser, blocks(10, [0.0, 0.0]))
    used = choices(chooser, blocks(5, [0.0, 0.1]))
    assert all(right for _, right in used[SECOND // 4 :])


def test_a_channel_that_dies_is_left_out_in_the_end() -> None:
    """The other one is used all the time, and alone after some minutes."""
    chooser = ChannelChooser(2, RATE_HZ)
    choices(chooser, blocks(60, [0.1, 0.1]))
    used = choices(chooser, blocks(200, [0.0, 0.1]))
    assert all(right for _, right in used)
    assert used[-1] == (False, True)


def test_antiphase_lasts_through_the_quiet_between_sounds() -> None:
    """Its state does not change with every sound, although converter noise is unrelated."""
    chooser = ChannelChooser(2, RATE_HZ)
    for at in range(3):
        sound = blocks(2, [0.1], seed=at)
        inverted = np.concatenate((sound, -sound), axis=2)
        assert antiphase(chooser, inverted + blocks(2, [1e-4, 1e-4]))
        assert sum(chooser.used) == 1
        assert antiphase(chooser, blocks(20, [1e-4, 1e-4], seed=at))


def test_antiphase_ends_when_the_cable_is_changed() -> None:
    """Equal sound in both channels clears it."""
    chooser = ChannelChooser(2, RATE_HZ)
    sound = blocks(5, [0.1])
    assert antiphase(chooser, np.concatenate((sound, -sound), axis=2))
    assert not antiphase(chooser, np.concatenate((sound, sound), axis=2))
    assert set(choices(chooser, np.tile(blocks(10, [0.1]), 2))) == {(True, True)}


def test_unrelated_channels_are_not_in_antiphase() -> None:
    """Nor is a channel that is delayed by a few samples, as by the distance of two microphones."""
    chooser = ChannelChooser(3, RATE_HZ)
    sound = np.random.default_rng(4).normal(0.0, 0.1, 20 * RATE_HZ)
    frames = np.stack(
        (sound, np.roll(sound, 3), np.random.default_rng(5).normal(0, 0.1, len(sound)))
    )
    for block in frames.T.reshape(-1, BLOCK, 3):
        chooser.update(block)
        assert not chooser.is_antiphase
        assert all(chooser.used)


def test_constant_channels_leave_the_choice_as_it_is() -> None:
    """Zeros, or a stuck value, on all channels are no sound; all channels are used."""
    chooser = ChannelChooser(2, RATE_HZ)
    assert set(choices(chooser, np.full((10, BLOCK, 2), [0.0, 0.3]))) == {(True, True)}
    assert not chooser.has_power
