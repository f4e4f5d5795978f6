"""The microphone path on a real sound card: a virtual one, through PortAudio and ALSA."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from recorder_process import STALL_SECONDS, python, recording
from sound_card import MICROPHONE, PATIENCE_SECONDS, SAMPLE_RATE_HZ, MakeSoundCard, SoundCard

pytestmark = pytest.mark.sound_card


def write_noise(path: Path, seconds: float) -> NDArray[np.int16]:
    """Write a WAV of noise that begins and ends loud, and return its samples.

    Half a second of silence follows in the file: the noise has long been heard when that ends.
    """
    noise = np.random.default_rng(20_26).integers(
        -32_768, 32_768, round(seconds * SAMPLE_RATE_HZ), np.int16
    )
    noise[[0, -1]] = 12_345
    silence = np.zeros(SAMPLE_RATE_HZ // 2, np.int16)
    soundfile.write(path, np.concatenate((noise, silence)), SAMPLE_RATE_HZ, subtype="PCM_16")
    return noise


def test_every_played_sample_is_captured_and_no_other(
    sound_card: SoundCard, tmp_path: Path
) -> None:
    """What is captured between two silences is what was played, to the last sample and bit."""
    played = write_noise(tmp_path / "noise.wav", 10.0)
    with recording(sound_card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        sound_card.play(tmp_path / "noise.wav")
        captured = recorder.stop()
    heard = np.flatnonzero(captured["samples"])
    block = captured["samples"][heard[0] : heard[-1] + 1]
    np.testing.assert_array_equal(block, played)


def test_sample_counts_have_no_gap_and_times_agree_with_them(
    sound_card: SoundCard, tmp_path: Path
) -> None:
    """Chunks of an undisturbed recording follow each other in samples, and in UTC as well."""
    begun_ns = time.time_ns()
    write_noise(tmp_path / "noise.wav", 2.0)
    with recording(sound_card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        sound_card.play(tmp_path / "noise.wav")
        captured = recorder.stop()
    ended_ns = time.time_ns()
    starts, lengths, utc_ns = captured["starts"], captured["lengths"], captured["utc_ns"]
    np.testing.assert_array_equal(starts[1:], starts[:-1] + lengths[:-1])
    assert captured["overflows"] == 0
    assert begun_ns - 1e9 < utc_ns[0] < utc_ns[-1] < ended_ns
    assert (utc_ns[-1] - utc_ns[0]) / 1e9 == pytest.approx(starts[-1] / SAMPLE_RATE_HZ, abs=0.5)


def test_stop_from_another_thread_ends_the_chunks(sound_card: SoundCard) -> None:
    """`stop` in one thread ends `chunks` in another, well before anything times out."""
    printed = python(
        sound_card,
        """
import threading, time
from soundpost.capture import MicSource
from soundpost.health import Health

with MicSource("vmic", 16_000, queue_seconds=10.0, health=Health()) as source:
    asked = []
    def ask():
        asked.append(time.monotonic())
        source.stop()
    threading.Timer(0.3, ask).start()
    for chunk in source.chunks():
        pass
    print(time.monotonic() - asked[0])
""",
    )
    assert float(printed) < PATIENCE_SECONDS / 2


def test_a_server_that_dies_is_a_capture_error(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """When the sound server is killed, capture says so and the process ends by itself."""
    card = make_sound_card()
    with recording(card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        card.kill()
        assert recorder.line().startswith(f"CaptureError: {MICROPHONE} stopped")
        recorder.wait()


def test_a_server_that_hangs_is_a_capture_error(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """When the sound server freezes, capture says so and the process ends all the same."""
    card = make_sound_card()
    with recording(card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        card.freeze()
        assert "got none for" in recorder.line()
        recorder.wait()


def test_a_process_that_was_stopped_itself_goes_on_listening(
    sound_card: SoundCard, tmp_path: Path
) -> None:
    """Time in which the recorder was frozen, longer than a stall, is no fault of the card."""
    with recording(sound_card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        recorder.process.send_signal(signal.SIGSTOP)
        time.sleep(2 * STALL_SECONDS)
        recorder.process.send_signal(signal.SIGCONT)
        write_noise(tmp_path / "noise.wav", 0.5)
        sound_card.play(tmp_path / "noise.wav")
        captured = recorder.stop()
        assert recorder.line() == ""
    assert captured["samples"].any()


def test_closing_does_not_wait_for_a_server_that_hangs(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """SIGTERM just after the server froze, before the stall is noticed, ends the process."""
    card = make_sound_card()
    with recording(card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        card.freeze()
        assert len(recorder.stop()["samples"])


def test_a_full_queue_drops_and_counts_and_shows_as_a_gap(sound_card: SoundCard) -> None:
    """A reader that falls behind loses whole buffers: counted, and missing in `start_sample`."""
    printed = python(
        sound_card,
        """
import json, time
from soundpost.capture import MicSource
from soundpost.health import Health

health = Health()
with MicSource("vmic", 16_000, queue_seconds=1.0, health=health) as source:
    chunks = source.chunks()
    heard = [next(chunks)]
    time.sleep(2.0)
    heard += [next(chunks) for _ in range(30)]
gaps = [b.start_sample - a.end_sample for a, b in zip(heard, heard[1:])]
print(json.dumps([gaps, health.overflows, health.dropped_samples]))
""",
    )
    gaps, overflows, dropped_samples = json.loads(printed)
    assert sorted(gaps)[:-1] == [0] * 29
    assert max(gaps) == dropped_samples > 0
    assert overflows == 1


def test_a_rate_that_the_card_refuses_is_resampled(sound_card: SoundCard, tmp_path: Path) -> None:
    """A card that cannot give the model's rate is opened at its own, and its sound resampled."""
    tone_hz, rate_hz = 1_000, 500_000  # ALSA's pulse plugin gives no more than 384,000
    phase = 2 * np.pi * tone_hz * np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(phase), SAMPLE_RATE_HZ)
    with subprocess.Popen(
        ["paplay", "--latency-msec=200", str(tmp_path / "tone.wav")], env=sound_card.environment
    ):
        printed = python(
            sound_card,
            f"""
import json, time
import numpy as np
from soundpost.capture import MicSource
from soundpost.health import Health

samples = np.empty(0, np.int16)
with MicSource("vmic", {rate_hz}, queue_seconds=10.0, health=Health()) as source:
    for chunk in source.chunks():
        samples = np.concatenate((samples, chunk.samples))
        if len(samples) > {rate_hz}:
            break
spectrum = np.abs(np.fft.rfft(samples[-{rate_hz} // 2:]))
print(json.dumps([int(spectrum.argmax()) * 2, float(np.abs(samples / 32768).max())]))
""",
        )
    loudest_hz, peak = json.loads(printed)
    assert loudest_hz == tone_hz
    assert 0.4 < peak < 0.6


def test_devices_are_listed_by_their_names(sound_card: SoundCard) -> None:
    """The card is in the list under its name, and the system's default is marked."""
    printed = python(
        sound_card,
        """
import json
from soundpost.capture import list_devices

print(json.dumps([(d.index, d.name, d.is_default) for d in list_devices()]))
""",
    )
    devices = json.loads(printed)
    assert MICROPHONE in [name for _, name, _ in devices]
    assert [name for _, name, is_default in devices if is_default] == ["default"]


@pytest.mark.parametrize("wanted", ["99", "no such thing"])
def test_an_absent_device_is_refused_before_portaudio_sees_it(
    sound_card: SoundCard, wanted: str
) -> None:
    """An index or a name that is not there is an error with a list, not a crash of PortAudio."""
    printed = python(
        sound_card,
        f"""
from soundpost.capture import probe
from soundpost.errors import CaptureError

try:
    probe({wanted!r}, 16_000)
except CaptureError as error:
    print(error, error.hint)
""",
    )
    assert wanted in printed
    assert MICROPHONE in printed


def test_a_probe_hears_a_moment_of_the_card(sound_card: SoundCard) -> None:
    """0.1 s through the real path gives its samples, its level and the device's name."""
    printed = python(
        sound_card,
        """
from soundpost.capture import probe

heard = probe("vmic", 16_000)
print(heard.samples, heard.level_dbfs, heard.device_name)
""",
    )
    assert printed.split() == ["1600", "-120.0", MICROPHONE]


def test_looking_for_devices_prints_nothing(sound_card: SoundCard) -> None:
    """What ALSA and JACK have to say about cards that are not there stays out of stderr."""
    done = subprocess.run(
        [sys.executable, "-c", "from soundpost.capture import list_devices; list_devices()"],
        env={**os.environ, **sound_card.environment},
        check=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stderr == b""
