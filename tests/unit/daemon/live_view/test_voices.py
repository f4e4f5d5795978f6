"""Voices in a stream."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from live_view_node import RATE_HZ, noise

from soundpost.audio import Pcm
from soundpost.evidence import speech
from soundpost.live_view.voices import VoiceFinder

SECONDS = 3.0
TONE: Pcm = (3_000 * np.sin(np.arange(round(SECONDS * RATE_HZ)) * 0.2)).astype(np.int16)
SOUND: Pcm = np.concatenate((noise(SECONDS), TONE, noise(SECONDS)))


def voiced(samples: Pcm, sizes: list[int]) -> list[bool]:
    """Returns the samples of voices, of a stream in chunks of these sizes."""
    finder, at = VoiceFinder(RATE_HZ), 0
    for size in [*sizes, len(samples)]:
        finder.append(samples[at : at + size])
        at = min(at + size, len(samples))
    found: list[bool] = finder.voiced(0, len(samples)).tolist()
    return found


@given(st.lists(st.integers(1, 20_000), max_size=20))
@settings(max_examples=20, deadline=None)
def test_voices_do_not_depend_on_the_size_of_chunks(sizes: list[int]) -> None:
    """The same samples have the same voices."""
    assert voiced(SOUND, sizes) == voiced(SOUND, [])


def test_voices_are_those_of_clips() -> None:
    """The detector of clips finds them at each gain, but for a last block that is not complete."""
    whole = len(SOUND) // 480 * 480
    expected = np.zeros(whole, np.bool_)
    for gain in speech.GAINS:
        louder = np.clip(SOUND.astype(np.int32) * gain, *speech.INT16_RANGE).astype(np.int16)
        expected |= speech._voiced(louder, RATE_HZ, speech.STRICTNESS)[:whole]  # noqa: SLF001 - the rule of clips
    assert voiced(SOUND, [])[:whole] == expected.tolist()
    assert 0 < expected.sum() < whole


def test_what_is_not_known_is_a_voice() -> None:
    """Before the stream, after it, and what was forgotten."""
    finder = VoiceFinder(RATE_HZ)
    finder.append(noise(12.0))
    assert not finder.voiced(10 * RATE_HZ, 11 * RATE_HZ).any()
    assert finder.voiced(12 * RATE_HZ, 13 * RATE_HZ).all()
    assert finder.voiced(-100, 0).all()
    finder.drop_before(11 * RATE_HZ)
    assert finder.voiced(10 * RATE_HZ, 11 * RATE_HZ).all()
    finder.reset(20 * RATE_HZ)
    assert finder.voiced(11 * RATE_HZ, 21 * RATE_HZ).all()


def test_a_new_detector_takes_noise_for_a_voice() -> None:
    """So what is not known to be background is not shown."""
    finder = VoiceFinder(RATE_HZ)
    finder.append(noise(1.0))
    assert finder.voiced(0, RATE_HZ // 10).any()
