"""A microphone that goes away comes back: each way to lose one, on a virtual card."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from recorder import PATIENCE_SECONDS
from recorder_process import python, recording
from sound_card import MICROPHONE, SAMPLE_RATE_HZ, MakeSoundCard, SoundCard

pytestmark = pytest.mark.sound_card

BACK_SECONDS = 5.0
"""What is promised from the return of the device to that of the sound."""
NEVER_SECONDS = 600.0
TONE_HZ = 1_000.0


def kill(card: SoundCard) -> None:
    """End the server."""
    card.kill()


def start(card: SoundCard) -> None:
    """Start it again."""
    card.start()


@pytest.mark.parametrize(
    ("take", "give"),
    [
        (kill, start),
        (SoundCard.pull_out, SoundCard.plug_in),
        (SoundCard.suspend, SoundCard.resume),
        (SoundCard.freeze, SoundCard.thaw),
    ],
    ids=["killed", "unplugged", "suspended", "frozen"],
)
def test_sound_goes_on_after_the_microphone_was_away(
    make_sound_card: MakeSoundCard,
    tmp_path: Path,
    take: Callable[[SoundCard], None],
    give: Callable[[SoundCard], None],
) -> None:
    """It is heard again within 5 s, and samples are counted as if it had been heard all along."""
    card = make_sound_card()
    with recording(card, tmp_path, give_up_seconds=NEVER_SECONDS) as recorder:
        assert recorder.line() == "recording"
        take(card)
        assert recorder.line() == "waiting"
        give(card)
        given_seconds = time.monotonic()
        assert recorder.line() == "recording"
        back_seconds = time.monotonic() - given_seconds
        captured = recorder.stop()
    if not is_busy():
        assert back_seconds < BACK_SECONDS
    assert captured["reopens"] == 1
    assert_one_gap(captured)


def test_a_card_that_is_not_there_yet_is_waited_for(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Switched on before its microphone, it hears as soon as there is one; nothing was lost."""
    card = make_sound_card()
    card.kill()
    with recording(card, tmp_path, give_up_seconds=NEVER_SECONDS) as recorder:
        assert recorder.line() == "waiting"
        card.start()
        assert recorder.line() == "recording"
        captured = recorder.stop()
    assert captured["starts"][0] == 0
    assert captured["reopens"] == 0


def test_a_card_that_comes_back_under_another_index_is_found_by_its_name(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Even one that was named by its index, which by then is another device's.

    ALSA's number for a card is a part of its name; so the name may be a longer one.
    """
    card = make_sound_card()
    index = index_of(card, MICROPHONE)
    with recording(card, tmp_path, index, give_up_seconds=NEVER_SECONDS) as recorder:
        assert recorder.line() == "recording"
        # Before it is gone: who looks for it then may take long, and find it under its old name.
        card.name_devices("another", f"{MICROPHONE}_2")
        card.kill()
        assert recorder.line() == "waiting"
        card.start()
        assert recorder.line() == "recording"
        captured = recorder.stop()
    assert index_of(card, "another") == index
    assert captured["device"] == f"{MICROPHONE}_2"


def test_without_a_microphone_the_process_leaves_in_the_end(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """So that a fresh one is started, the sound ends with an error that says why."""
    card = make_sound_card()
    with recording(card, tmp_path, give_up_seconds=1.0) as recorder:
        assert recorder.line() == "recording"
        card.kill()
        assert recorder.line() == "waiting"
        assert recorder.line().startswith("CaptureError: expected a microphone, got none for")
        recorder.wait()


@pytest.mark.slow
def test_stop_is_heard_while_there_is_no_microphone(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """SIGTERM ends the waiting for a card that hangs; until then no second try hangs, too."""
    card = make_sound_card()
    with recording(card, tmp_path, give_up_seconds=NEVER_SECONDS) as recorder:
        assert recorder.line() == "recording"
        card.freeze()
        assert recorder.line() == "waiting"
        time.sleep(PATIENCE_SECONDS + 1.0)
        recorder.stop()
        assert recorder.line() == ""


@pytest.mark.slow
def test_a_server_that_hangs_at_the_start_ends_the_process(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """Opening would wait for it for ever inside PortAudio; the process leaves and says why."""
    card = make_sound_card()
    card.freeze()
    with recording(card, tmp_path, give_up_seconds=NEVER_SECONDS) as recorder:
        assert recorder.line().startswith("CaptureError: the sound system did not answer")
        recorder.wait()


@pytest.mark.slow
def test_sound_that_was_lost_unseen_is_counted_once_it_stays_behind(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """A sleep too short to be a stall leaves no flag; after it samples and UTC agree again."""
    card = make_sound_card()
    with recording(
        card, tmp_path, stall_seconds=NEVER_SECONDS, give_up_seconds=NEVER_SECONDS
    ) as recorder:
        assert recorder.line() == "recording"
        card.suspend()
        time.sleep(2.0)
        card.resume()
        assert recorder.line() == "waiting"
        assert recorder.line() == "recording"
        captured = recorder.stop()
    starts, utc_ns = captured["starts"], captured["utc_ns"]
    passed_seconds = (utc_ns[-1] - utc_ns[0]) / 1e9
    assert passed_seconds == pytest.approx((starts[-1] - starts[0]) / SAMPLE_RATE_HZ, abs=0.5)


@pytest.mark.parametrize(
    ("take", "give", "rate_hz"),
    [(kill, start, 44_100), (SoundCard.pull_out, SoundCard.plug_in, 96_000)],
    ids=["killed", "unplugged"],
)
def test_a_card_that_comes_back_at_another_rate_sounds_as_before(
    make_sound_card: MakeSoundCard,
    tmp_path: Path,
    take: Callable[[SoundCard], None],
    give: Callable[[SoundCard], None],
    rate_hz: int,
) -> None:
    """A tone keeps its pitch, and samples go on at the model's rate over the absence."""
    card = make_sound_card()
    write_tone(tmp_path / "tone.wav", 2.0)
    with recording(card, tmp_path, give_up_seconds=NEVER_SECONDS) as recorder:
        assert recorder.line() == "recording"
        card.play(tmp_path / "tone.wav")
        card.set_rate(rate_hz)
        take(card)
        assert recorder.line() == "waiting"
        give(card)
        assert recorder.line() == "recording"
        card.play(tmp_path / "tone.wav")
        captured = recorder.stop()
    assert_one_gap(captured)
    starts, lengths = captured["starts"], captured["lengths"]
    before = int(np.flatnonzero(starts[1:] != starts[:-1] + lengths[:-1])[0]) + 1
    at = int(lengths[:before].sum())
    for part in (captured["samples"][:at], captured["samples"][at:]):
        assert loudest_hz(part) == pytest.approx(TONE_HZ, abs=2.0)


def is_busy() -> bool:
    """Whether the machine has more to do than it can, so that nothing can be said of time."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def write_tone(path: Path, seconds: float) -> None:
    """Write a WAV of a tone."""
    phase = 2 * np.pi * TONE_HZ * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    soundfile.write(path, 0.5 * np.sin(phase), SAMPLE_RATE_HZ, subtype="PCM_16")


def loudest_hz(samples: NDArray[np.int16]) -> float:
    """The frequency that is loudest where something is heard at all."""
    heard = np.flatnonzero(np.abs(samples) > 100)
    tone = samples[heard[0] : heard[-1] + 1].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
    return float(spectrum.argmax() * SAMPLE_RATE_HZ / len(tone))


def index_of(card: SoundCard, name: str) -> str:
    """PortAudio's number for a device of the card."""
    return python(
        card,
        f"""
from soundpost.capture import list_devices

print(*(device.index for device in list_devices() if device.name == {name!r}))
""",
    ).strip()


def assert_one_gap(captured: dict[str, NDArray[Any]]) -> None:
    """Chunks follow each other but for one gap, over which samples and UTC agree."""
    starts, lengths, utc_ns = captured["starts"], captured["lengths"], captured["utc_ns"]
    gaps = starts[1:] - (starts[:-1] + lengths[:-1])
    assert np.all(gaps >= 0)
    assert np.count_nonzero(gaps) == 1
    at = int(np.argmax(gaps))
    away_seconds = gaps[at] / SAMPLE_RATE_HZ
    assert away_seconds >= 0.1
    passed_seconds = (utc_ns[at + 1] - utc_ns[at]) / 1e9
    assert passed_seconds == pytest.approx((starts[at + 1] - starts[at]) / SAMPLE_RATE_HZ, abs=0.5)
