"""Privacy: no speech is written to the disk, if so configured."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from evidence_harness import RATE_HZ, WINDOW, Event, EvidenceNode
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from synthetic_voice import speak

from soundpost.audio import Pcm
from soundpost.audio.vad import RATES_HZ, STRICTEST, VoiceDetector
from soundpost.errors import ConfigError
from soundpost.evidence.encode.spectrogram import draw
from soundpost.evidence.privacy import Privacy
from soundpost.evidence.speech import silence_speech
from soundpost.features import FeatureSpec, LogMel

Signal = NDArray[np.float64]

SPEAKERS = ("en", "en+f3", "de+m4")
QUIET_SECONDS = 12.0
SPEECH_SECONDS = 16.0  # the sentence, with quiet before and after it
AMBIENT_DBFS = -65.0

SECONDS: Signal = np.arange(round(SPEECH_SECONDS * RATE_HZ)) / RATE_HZ


def scaled(signal: Signal, level_dbfs: float) -> Signal:
    """Returns the signal at an RMS level."""
    at_level: Signal = signal / np.sqrt(np.mean(signal**2)) * 10 ** (level_dbfs / 20)
    return at_level


@pytest.fixture(scope="session", params=SPEAKERS)
def spoken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Signal:
    """The sentence, from -1 to 1, by one of several synthetic voices."""
    return speak(tmp_path_factory.mktemp("speech"), request.param)


def siren() -> Signal:
    """Returns a wail between 500 and 1300 Hz, with overtones."""
    pitch_hz = 900 + 400 * np.sin(2 * np.pi * 0.5 * SECONDS)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    wail: Signal = np.sin(phase) + np.sin(2 * phase) / 2 + np.sin(3 * phase) / 3
    return wail


def dog() -> Signal:
    """Returns a bark every 0.8 s."""
    since = SECONDS % 0.8
    phase = 2 * np.pi * (500 * since + 20 * (1 - np.exp(-since / 0.05)))
    bark = sum(np.sin(number * phase) / number for number in range(1, 8))
    rough = np.random.default_rng(2).normal(0.0, 0.3, len(SECONDS))
    barks: Signal = np.where(since < 0.2, np.sin(np.pi * since / 0.2), 0.0) * (bark + rough)
    return barks


SOUNDS = {"siren": siren, "dog": dog}


def scene(sound: str, spoken: Signal, speech_dbfs: float, over_speech_db: float) -> Pcm:
    """Returns quiet, then the sound with speech over it; all with the noise of a quiet yard."""
    begin = round(QUIET_SECONDS * RATE_HZ)
    signal = np.random.default_rng(1).normal(0.0, 1.0, begin + len(SECONDS))
    signal = scaled(signal, AMBIENT_DBFS)
    if sound in SOUNDS:
        signal[begin:] += scaled(SOUNDS[sound](), speech_dbfs + over_speech_db)
    speech = scaled(spoken, speech_dbfs)
    at = begin + 4 * RATE_HZ
    signal[at : at + len(speech)] += speech
    return np.clip(np.rint(signal * 32_768), -32_768, 32_767).astype(np.int16)


def speech_mask(spoken: Signal) -> NDArray[np.bool_]:
    """Returns which samples of the scene are in a word, without the silence between words."""
    words = np.zeros(round((QUIET_SECONDS + SPEECH_SECONDS) * RATE_HZ), np.bool_)
    at = round((QUIET_SECONDS + 4) * RATE_HZ)
    words[at : at + len(spoken)] = np.abs(spoken) > 0.05 * np.abs(spoken).max()
    return words


def has_voice(samples: Pcm) -> bool:
    """Returns whether the strictest detector finds a voice, in blocks of any of its lengths."""
    for block_ms in (10, 20, 30):
        detector = VoiceDetector(STRICTEST, RATE_HZ)
        size = RATE_HZ * block_ms // 1000
        blocks = samples[: len(samples) // size * size].reshape(-1, size)
        if any(detector.is_voice(block) for block in blocks):
            return True
    return False


def clip_of(folder: Path) -> Pcm:
    """Returns the only clip of a folder."""
    (path,) = folder.glob("*.flac")
    samples: Pcm = soundfile.read(path, dtype="int16")[0]
    return samples


@pytest.mark.parametrize("over_speech_db", [-20.0, -10.0, 0.0, 10.0])
@pytest.mark.parametrize("speech_dbfs", [-25.0, -45.0, -65.0])
@pytest.mark.parametrize("sound", ["siren", "dog"])
def test_no_word_is_left_in_a_muted_clip(
    sound: str, speech_dbfs: float, over_speech_db: float, spoken: Signal
) -> None:
    """The strictest detector finds no voice; samples of words and silenced stretches are zero."""
    samples = scene(sound, spoken, speech_dbfs, over_speech_db)
    begin = round(QUIET_SECONDS * RATE_HZ)
    kept, silenced = silence_speech(samples[begin:], samples[:begin], RATE_HZ, [])
    assert not has_voice(kept)
    assert not kept[speech_mask(spoken)[begin:]].any()
    for start, end in silenced:
        assert not kept[start:end].any()


def test_audio_is_muted_before_it_is_written(folder: Path, spoken: Signal) -> None:
    """This holds for audio, picture and sidecar of an event with speech; its clip is published."""
    samples = scene("dog", spoken, -30.0, 0.0)
    words = np.flatnonzero(speech_mask(spoken))
    event = Event(int(words[0]), int(words[0]) + RATE_HZ)
    node = EvidenceNode(folder, privacy="mute-speech")
    node.run(samples, [event])
    kept = clip_of(folder)
    start = event.onset - node.lengths.pre_roll_samples
    assert not has_voice(kept)
    assert not kept[speech_mask(spoken)[start : start + len(kept)]].any()
    assert node.published[-1] == ("ended", next(folder.glob("*.flac")).name)
    assert b'"muted":[]' not in next(folder.glob("*.json")).read_bytes()


def test_speech_outside_a_clip_does_not_change_it(folder: Path, spoken: Signal) -> None:
    """Samples far enough from a voice are stored bit for bit."""
    samples = scene("nothing", spoken, -40.0, 0.0)
    at = round((QUIET_SECONDS + 0.5) * RATE_HZ)
    EvidenceNode(folder, privacy="mute-speech").run(samples, [Event(at, at + RATE_HZ)])
    kept = clip_of(folder)
    assert np.array_equal(kept, samples[at - RATE_HZ // 2 :][: len(kept)])


@pytest.mark.parametrize("privacy", ["off", "mute-speech", "no-speech-clips"])
def test_a_clip_with_speech_is_stored_muted_or_withheld(
    folder: Path, spoken: Signal, privacy: str
) -> None:
    """A withheld clip is counted, and leaves no file."""
    samples = scene("nothing", spoken, -30.0, 0.0)
    at = int(np.flatnonzero(speech_mask(spoken))[0])
    node = EvidenceNode(folder, privacy=privacy)
    node.run(samples, [Event(at, at + RATE_HZ)])
    withheld = privacy == "no-speech-clips"
    assert (node.health.clips_kept, node.health.clips_withheld) == (not withheld, withheld)
    assert bool(list(folder.iterdir())) != withheld
    assert (node.published[-1][1] is None) == withheld


def test_a_window_scored_as_speech_is_muted_completely(folder: Path) -> None:
    """The voice detector does not matter; the margins are exact to the sample."""
    hum = np.tile(np.array([3, -3], np.int16), 5 * RATE_HZ)
    node = EvidenceNode(folder, privacy="mute-speech")
    start = 4 * RATE_HZ
    event = Event(3 * RATE_HZ, 5 * RATE_HZ)
    node.run(hum, [event], speech=lambda at: 0.2 if at == start else 0.0)
    kept = clip_of(folder)
    first = event.onset - node.lengths.pre_roll_samples
    margin = round(0.3 * RATE_HZ)
    silent = np.flatnonzero(kept == 0) + first
    assert silent.tolist() == list(range(start - margin, start + WINDOW + margin))


def test_the_picture_does_not_show_muted_sound(folder: Path) -> None:
    """It is computed from the stored samples, not from the classifier's frames."""
    samples = np.random.default_rng(3).integers(-30, 30, 6 * RATE_HZ).astype(np.int16)
    spoken_at = 4 * RATE_HZ
    # No voice, but loud, so that the picture would differ.
    samples[spoken_at : spoken_at + WINDOW] *= 10
    node = EvidenceNode(folder, privacy="mute-speech")
    event = Event(3 * RATE_HZ, 5 * RATE_HZ)
    node.run(samples, [event], speech=lambda at: 0.2 if at == spoken_at else 0.0)
    kept = clip_of(folder)
    first = event.onset - node.lengths.pre_roll_samples
    edges = np.flatnonzero(np.diff(kept == 0, prepend=False, append=False))
    silenced = [
        (int(start), int(end)) for start, end in edges.reshape(-1, 2) if end - start > WINDOW
    ]
    ((start, end),) = silenced
    assert 0 < start < spoken_at - first < spoken_at - first + WINDOW < end < len(kept)
    marks = event.onset - first, event.offset - first
    spec = FeatureSpec()
    expected = draw(LogMel(spec).compute(kept), len(kept), spec, marks, silenced)
    assert next(folder.glob("*.png")).read_bytes() == expected


def test_a_window_is_muted_from_the_score_of_its_label_on(folder: Path) -> None:
    """Scores below it are those of other sounds; the window that reaches it is silenced whole."""
    hum = np.tile(np.array([3, -3], np.int16), 5 * RATE_HZ)
    node = EvidenceNode(folder, privacy="mute-speech", speech_score=0.6)
    start = 4 * RATE_HZ
    event = Event(3 * RATE_HZ, 5 * RATE_HZ)
    node.run(hum, [event], speech=lambda at: 0.6 if at == start else 0.59)
    first = event.onset - node.lengths.pre_roll_samples
    margin = round(0.3 * RATE_HZ)
    silent = np.flatnonzero(clip_of(folder) == 0) + first
    assert silent.tolist() == list(range(start - margin, start + WINDOW + margin))


def test_a_low_speech_score_mutes_nothing(folder: Path) -> None:
    """A model gives every label a small score."""
    hum = np.tile(np.array([3, -3], np.int16), 5 * RATE_HZ)
    node = EvidenceNode(folder, privacy="mute-speech")
    node.run(hum, [Event(3 * RATE_HZ, 5 * RATE_HZ)], speech=lambda _: 0.05)
    assert clip_of(folder).all()


@pytest.mark.parametrize("rate_hz", [11_025, 22_050, 44_100])
def test_a_sample_rate_without_voice_detection_is_refused(rate_hz: int) -> None:
    """Otherwise speech would be stored that was to be silenced."""
    with pytest.raises(ConfigError, match="privacy"):
        Privacy("mute-speech", [{}], rate_hz)
    Privacy("off", [{}], rate_hz)


@settings(max_examples=40)
@given(
    st.integers(0, 12_000),
    st.integers(0, 20_000),
    st.sampled_from([0, 1, 50, 5_000, 32_767]),
    st.sampled_from(RATES_HZ),
    st.integers(0, 99),
)
def test_muting_terminates_for_any_sound(
    length: int, history: int, amplitude: int, rate_hz: int, seed: int
) -> None:
    """Muted stretches are zeros, all other samples are unchanged."""
    rng = np.random.default_rng(seed)
    samples = rng.integers(-amplitude - 1, amplitude + 1, history + length).astype(np.int16)
    kept, silenced = silence_speech(samples[history:], samples[:history], rate_hz, [(0, seed)])
    expected = samples[history:].copy()
    for start, end in silenced:
        expected[start:end] = 0
    assert np.array_equal(kept, expected)
