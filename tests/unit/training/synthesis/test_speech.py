"""Synthetic speech, by the real espeak-ng where it is installed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.synthesis import speech
from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.programs import RenderError
from soundpost_training.synthesis.signals import RATE_HZ

installed = pytest.mark.skipif(bool(speech.missing()), reason="espeak-ng is not installed")


def utterance(seed: int, *, held_out: bool = False) -> speech.Utterance:
    """An utterance by seed."""
    return speech.draw_utterance(Parameters(np.random.default_rng(seed), held_out))


@given(st.integers(0, 2**32 - 1))
def test_languages_and_voices_are_of_one_part(seed: int) -> None:
    """Neither is shared, so that no speaker is."""
    training, evaluation = utterance(seed), utterance(seed, held_out=True)
    assert training.language in speech.TRAINING_LANGUAGES
    assert training.voice in speech.TRAINING_VOICES
    assert evaluation.language in speech.EVALUATION_LANGUAGES
    assert evaluation.voice in speech.EVALUATION_VOICES
    assert training.text
    assert utterance(seed) == training


def test_no_language_and_no_voice_is_in_both_parts() -> None:
    """Dialects of one language count as languages."""
    assert not set(speech.TRAINING_LANGUAGES) & set(speech.EVALUATION_LANGUAGES)
    assert not set(speech.TRAINING_VOICES) & set(speech.EVALUATION_VOICES)


@installed
@pytest.mark.parametrize("held_out", [False, True])
def test_every_language_is_spoken(*, held_out: bool) -> None:
    """Three digits take half a second to seven; the same text gives the same samples."""
    languages = speech.EVALUATION_LANGUAGES if held_out else speech.TRAINING_LANGUAGES
    for language in languages:
        digits = utterance(1)._replace(language=language, voice="m1", text="2, 7, 5")
        samples = speech.speak(digits)
        assert 0.5 < len(samples) / RATE_HZ < 7, language
    assert np.array_equal(samples, speech.speak(digits))


@installed
def test_every_voice_sounds_different() -> None:
    """A variant that espeak-ng lacks would be its default voice, without an error."""
    voices = ("m0", *speech.TRAINING_VOICES, *speech.EVALUATION_VOICES)
    spoken = {
        speech.speak(speech.Utterance("en-us", voice, "two", 160, 50)).tobytes() for voice in voices
    }
    assert len(spoken) == len(voices)


@installed
def test_an_unknown_language_is_an_error_of_one_sound() -> None:
    """espeak-ng names it."""
    with pytest.raises(RenderError, match="espeak-ng cannot render"):
        speech.speak(speech.Utterance("xx-none", "m1", "two", 160, 50))
