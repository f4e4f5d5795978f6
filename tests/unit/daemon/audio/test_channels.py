"""Mono from one channel, from a mix, or from the channels that carry the sound."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.audio.channels import ChannelChoice, ChannelMixer
from soundpost.errors import CaptureError

RATE_HZ = 4_000
BLOCK = RATE_HZ // 20
Sound = NDArray[Any]

levels = st.floats(1e-4, 0.5)
seeds = st.integers(0, 2**32 - 1)
counts = st.integers(2, 9)


def noise(frames: int, level: float = 0.1, seed: int = 1) -> Sound:
    """Returns noise of this RMS, float32[frames]."""
    return np.random.default_rng(seed).normal(0.0, level, frames).astype(np.float32)


def stack(*channels: Sound) -> Sound:
    """Returns channels side by side, float32[frames, channels]."""
    return np.stack(channels, axis=1)


def mixed(blocks: list[Sound], choice: ChannelChoice = "auto") -> tuple[Sound, ChannelMixer]:
    """Returns all blocks after one mixer, flushed, and the mixer."""
    mixer = ChannelMixer(choice, RATE_HZ)
    parts = [mixer.mix(block) for block in blocks]
    return np.concatenate([*parts, mixer.flush()]), mixer


@given(seeds, st.integers(1, 2_000), st.sampled_from(["auto", "mix", "left", 1]))
def test_mono_passes_unchanged(seed: int, frames: int, choice: ChannelChoice) -> None:
    """Not a bit changes, and no frame is held back."""
    sound = noise(frames, seed=seed)
    mixer = ChannelMixer(choice, RATE_HZ)
    np.testing.assert_array_equal(mixer.mix(sound[:, np.newaxis]), sound)
    assert not len(mixer.flush())


@given(seeds, levels, counts, st.data())
def test_one_channel_with_sound_is_used_at_its_full_level(
    seed: int, level: float, count: int, data: st.DataObject
) -> None:
    """Its samples pass unchanged from the first on; the others are silent, or stuck at a value."""
    at = data.draw(st.integers(0, count - 1))
    sound = noise(3 * BLOCK + 7, level, seed)
    values = data.draw(st.lists(st.floats(-1, 1, width=32), min_size=count, max_size=count))
    frames = np.tile(np.array(values, np.float32), (len(sound), 1))
    frames[:, at] = sound
    mono, mixer = mixed([frames])
    np.testing.assert_array_equal(mono, sound)
    assert mixer.used_channels == (at + 1,)
    assert not mixer.is_antiphase


@given(seeds, levels, counts)
def test_equal_channels_are_the_same_sound(seed: int, level: float, count: int) -> None:
    """The mean of equal channels is one of them."""
    sound = noise(5 * BLOCK, level, seed)
    mono, mixer = mixed([stack(*[sound] * count)])
    np.testing.assert_allclose(mono, sound, rtol=1e-6)
    assert mixer.used_channels == tuple(range(1, count + 1))


@given(seeds, levels, st.floats(0.5, 1.0), counts, st.data())
def test_antiphase_is_detected_and_never_cancels(
    seed: int, level: float, ratio: float, count: int, data: st.DataObject
) -> None:
    """The channels of the loudest one's sign are used; the others are left out."""
    signs = np.array(data.draw(st.lists(st.sampled_from([-1, 1]), min_size=count, max_size=count)))
    signs[:2] = 1, -1
    signs = np.where(signs < 0, np.float32(-ratio), np.float32(1.0))
    sound = noise(5 * BLOCK, level, seed)
    mono, mixer = mixed([sound[:, np.newaxis] * signs])
    assert mixer.is_antiphase
    assert np.sqrt(np.mean(mono**2)) >= 0.49 * np.sqrt(np.mean(sound**2))
    used = signs[np.array(mixer.used_channels) - 1]
    assert len(set(used)) == 1


@given(seeds, counts, st.lists(st.tuples(levels, st.integers(0, 511)), min_size=1, max_size=6))
def test_a_mix_is_never_louder_than_the_loudest_channel(
    seed: int, count: int, parts: list[tuple[float, int]]
) -> None:
    """In no frame, whatever the channels do, and while the choice changes as well."""
    generator = np.random.default_rng(seed)
    pieces = [
        generator.normal(0.0, level, (RATE_HZ // 4, count))
        * [bits >> at & 1 for at in range(count)]
        for level, bits in parts
    ]
    frames = np.concatenate(pieces).astype(np.float32)
    mono, _ = mixed([frames])
    assert len(mono) == len(frames)
    assert np.all(np.abs(mono) <= np.abs(frames).max(axis=1) * (1 + 1e-6))


@given(seeds, st.lists(st.integers(0, 3 * BLOCK), max_size=8), st.sampled_from(["auto", "mix"]))
def test_cutting_into_blocks_changes_no_sample(
    seed: int, cuts: list[int], choice: ChannelChoice
) -> None:
    """Neither values nor their number depend on how the sound arrives."""
    generator = np.random.default_rng(seed)
    frames = generator.normal(0.0, 0.1, (3 * BLOCK + 11, 3)).astype(np.float32)
    frames[: 2 * BLOCK, 0] = 0.0
    whole, _ = mixed([frames], choice)
    parts, _ = mixed(np.split(frames, sorted(cuts)), choice)
    assert len(whole) == len(frames)
    np.testing.assert_array_equal(parts, whole)


@pytest.mark.parametrize(("choice", "at"), [("left", 0), ("right", 1), (1, 0), (2, 1), (3, 2)])
def test_a_chosen_channel_passes_unchanged(choice: ChannelChoice, at: int) -> None:
    """Numbers count from 1; left is 1 and right is 2."""
    channels = [noise(500, seed=seed) for seed in range(3)]
    mono, mixer = mixed([stack(*channels)], choice)
    np.testing.assert_array_equal(mono, channels[at])
    assert mixer.used_channels == (at + 1,)


def test_mix_averages_all_channels_and_still_detects_antiphase() -> None:
    """Channels that cancel are silence, as the user chose, but not without a word."""
    sound = noise(RATE_HZ)
    mono, mixer = mixed([stack(sound, -sound)], "mix")
    assert not mono.any()
    assert mixer.is_antiphase


@pytest.mark.parametrize("choice", ["right", 2, 5])
def test_a_channel_that_does_not_exist_is_refused(choice: ChannelChoice) -> None:
    """The error has the number of channels that there are."""
    with pytest.raises(
        CaptureError, match=r"night\.wav: expected at least \d channels .* 1 channel"
    ):
        ChannelMixer(choice, RATE_HZ, "night.wav").mix(noise(10)[:, np.newaxis])


def test_silence_then_sound_on_one_side_begins_at_its_full_level() -> None:
    """No fade delays the first sound of a card that starts with zeros."""
    silence, sound = np.zeros(RATE_HZ, np.float32), noise(RATE_HZ)
    left = np.concatenate((silence, 0 * sound))
    right = np.concatenate((silence, sound))
    mono, _ = mixed([stack(left, right)])
    np.testing.assert_array_equal(mono, right)
