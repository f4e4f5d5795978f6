"""A microphone that was lost is reopened: each way to lose one, on a virtual card."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from recorder_process import SETTLED_CHUNKS, recording, run_python
from sound_card import MICROPHONE, SAMPLE_RATE_HZ, MakeSoundCard, SoundCard

pytestmark = pytest.mark.sound_card

HANG_SECONDS = 20.0
"""Time-out of a call in the tests in which one hangs; opening a card takes far less."""
TONE_HZ = 1_000.0

Change = Callable[[SoundCard], None]


def kill(card: SoundCard) -> None:
    """Kills the server."""
    card.kill()


def start(card: SoundCard) -> None:
    """Starts the server again."""
    card.start()


@pytest.mark.parametrize(
    ("lose", "restore"),
    [
        (kill, start),
        (SoundCard.unplug, SoundCard.plug_in),
        (SoundCard.suspend, SoundCard.resume),
        (SoundCard.freeze, SoundCard.thaw),
    ],
    ids=["killed", "unplugged", "suspended", "frozen"],
)
def test_recording_goes_on_after_the_microphone_was_away(
    make_sound_card: MakeSoundCard, tmp_path: Path, lose: Change, restore: Change
) -> None:
    """Sound comes back with the microphone, and samples are counted through its absence.

    test_reconnect.py shows that it does so in time.
    """
    card = make_sound_card()
    with recording(card, tmp_path, "--reconnect") as recorder:
        assert recorder.line() == "recording"
        lose(card)
        assert recorder.line() == "waiting"
        restore(card)
        assert recorder.line() == "recording"
        captured = recorder.stop()
    assert captured["reopens"] == 1
    assert_one_gap(captured)


def test_a_card_that_is_absent_at_the_start_is_waited_for(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """A recorder that starts before its microphone loses nothing and counts no reopening."""
    card = make_sound_card()
    card.kill()
    with recording(card, tmp_path, "--reconnect") as recorder:
        assert recorder.line() == "waiting"
        card.start()
        assert recorder.line() == "recording"
        captured = recorder.stop()
    assert captured["starts"][0] == 0
    assert captured["reopens"] == 0


def test_a_card_that_comes_back_under_another_index_is_found_by_its_name(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Even a card that was given by its index is found, when another device has that index.

    ALSA's number for a card is a part of its name, so the name may be a longer one.
    """
    card = make_sound_card()
    index = index_of(card, MICROPHONE)
    with recording(card, tmp_path, "--reconnect", device=index) as recorder:
        assert recorder.line() == "recording"
        # Before the card is lost: afterwards it could still be found under its old name.
        card.name_devices("another", f"{MICROPHONE}_2")
        card.kill()
        assert recorder.line() == "waiting"
        card.start()
        assert recorder.line() == "recording"
        recorder.stop()
    assert index_of(card, "another") == index
    assert recorder.log().rstrip().endswith(f"recording from {MICROPHONE}_2")


def test_without_a_microphone_the_process_ends_eventually(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """After the time limit the source ends with an error, so that a fresh process is started."""
    card = make_sound_card()
    with recording(card, tmp_path, "--reconnect", "--give-up", "1") as recorder:
        assert recorder.line() == "recording"
        card.kill()
        assert recorder.last_line().startswith("CaptureError: expected a microphone, got none for")
        recorder.wait()


@pytest.mark.slow
def test_sigterm_ends_the_wait_for_a_microphone(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """SIGTERM ends the wait for a card that hangs; no second attempt hangs until then."""
    card = make_sound_card()
    timeout = ["--call-timeout", str(HANG_SECONDS)]
    with recording(card, tmp_path, "--reconnect", *timeout) as recorder:
        assert recorder.line() == "recording"
        card.freeze()
        assert recorder.line() == "waiting"
        time.sleep(HANG_SECONDS + 1.0)
        recorder.stop()
        assert recorder.line() == ""


@pytest.mark.slow
def test_a_server_that_hangs_at_the_start_ends_the_process(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Opening, which would hang for ever inside PortAudio, ends with an error."""
    card = make_sound_card()
    card.freeze()
    timeout = ["--call-timeout", str(HANG_SECONDS)]
    with recording(card, tmp_path, "--reconnect", *timeout) as recorder:
        assert recorder.line().startswith("CaptureError: the sound system did not answer")
        recorder.wait()


@pytest.mark.slow
def test_sound_that_was_lost_without_a_flag_is_counted_once_sound_stays_late(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """A pause too short for a stall raises no flag; afterwards samples and UTC agree again."""
    card = make_sound_card()
    with recording(card, tmp_path, "--reconnect", "--stall", "600") as recorder:
        assert recorder.line() == "recording"
        time.sleep(SETTLED_CHUNKS / 20)
        card.suspend()
        time.sleep(2.0)
        card.resume()
        assert recorder.line() == "waiting"
        assert recorder.line() == "recording"
        captured = recorder.stop()
    starts, utc_ns = captured["starts"], captured["utc_ns"]
    # The first chunk after the gap is placed by the time that passed.
    at = SETTLED_CHUNKS
    passed_seconds = (utc_ns[-1] - utc_ns[at]) / 1e9
    assert passed_seconds == pytest.approx((starts[-1] - starts[at]) / SAMPLE_RATE_HZ, abs=0.5)


@pytest.mark.parametrize(
    ("lose", "restore", "rate_hz"),
    [(kill, start, 44_100), (SoundCard.unplug, SoundCard.plug_in, 96_000)],
    ids=["killed", "unplugged"],
)
def test_a_card_that_comes_back_at_another_rate_sounds_as_before(
    make_sound_card: MakeSoundCard, tmp_path: Path, lose: Change, restore: Change, rate_hz: int
) -> None:
    """A tone keeps its pitch, and samples are counted at the model's rate through the absence."""
    card = make_sound_card()
    tone_samples = write_tone(tmp_path / "tone.wav", 2.0)
    # Nearly all of a tone: a few of its samples are zero.
    reports = [str(round(0.9 * tone_samples)), str(round(1.8 * tone_samples))]
    with recording(card, tmp_path, "--reconnect", "--report", *reports) as recorder:
        assert recorder.line() == "recording"
        card.play(tmp_path / "tone.wav")
        assert recorder.line() == f"captured {reports[0]}"
        card.set_rate(rate_hz)
        lose(card)
        assert recorder.line() == "waiting"
        restore(card)
        assert recorder.line() == "recording"
        card.play(tmp_path / "tone.wav")
        assert recorder.line() == f"captured {reports[1]}"
        captured = recorder.stop()
    assert_one_gap(captured)
    starts, lengths = captured["starts"], captured["lengths"]
    before = int(np.flatnonzero(starts[1:] != starts[:-1] + lengths[:-1])[0]) + 1
    at = int(lengths[:before].sum())
    for part in (captured["samples"][:at], captured["samples"][at:]):
        assert loudest_hz(part) == pytest.approx(TONE_HZ, abs=2.0)


def write_tone(path: Path, seconds: float) -> int:
    """Writes a WAV of a tone; returns its number of samples."""
    phase = 2 * np.pi * TONE_HZ * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    soundfile.write(path, 0.5 * np.sin(phase + 0.1), SAMPLE_RATE_HZ, subtype="PCM_16")
    return len(phase)


def loudest_hz(samples: NDArray[np.int16]) -> float:
    """Returns the loudest frequency between the first and the last sound."""
    audible = np.flatnonzero(np.abs(samples) > 100)
    tone = samples[audible[0] : audible[-1] + 1].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
    return float(spectrum.argmax() * SAMPLE_RATE_HZ / len(tone))


def index_of(card: SoundCard, name: str) -> str:
    """Returns PortAudio's number for a device of the card."""
    return run_python(
        card,
        f"""
from soundpost.capture.microphone.portaudio import list_devices

print(*(device.index for device in list_devices() if device.name == {name!r}))
""",
    ).strip()


def assert_one_gap(captured: dict[str, NDArray[Any]]) -> None:
    """Asserts that there is one gap, over which samples and UTC agree."""
    starts, lengths, utc_ns = captured["starts"], captured["lengths"], captured["utc_ns"]
    gaps = starts[1:] - (starts[:-1] + lengths[:-1])
    assert np.all(gaps >= 0)
    assert np.count_nonzero(gaps) == 1
    at = int(np.argmax(gaps))
    away_seconds = gaps[at] / SAMPLE_RATE_HZ
    assert away_seconds >= 0.1
    passed_seconds = (utc_ns[at + 1] - utc_ns[at]) / 1e9
    assert passed_seconds == pytest.approx((starts[at + 1] - starts[at]) / SAMPLE_RATE_HZ, abs=0.5)
