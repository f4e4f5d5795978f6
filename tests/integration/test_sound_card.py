"""The microphone on a real sound card: a virtual one, through PortAudio and ALSA."""

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
from recorder import STALL_SECONDS
from recorder_process import SETTLED_CHUNKS, recording, run_python
from sound_card import (
    LATENCY,
    MICROPHONE,
    SAMPLE_RATE_HZ,
    TIMEOUT_SECONDS,
    MakeSoundCard,
    SoundCard,
)

pytestmark = pytest.mark.sound_card


LIST_DEVICES = "from soundpost.capture.microphone.portaudio import list_devices; list_devices()"


def write_noise(path: Path, seconds: float) -> NDArray[np.int16]:
    """Writes a WAV of noise without a zero, then half a second of silence; returns the noise."""
    generator = np.random.default_rng(20_26)
    noise = generator.integers(-32_768, 32_768, round(seconds * SAMPLE_RATE_HZ), np.int16)
    noise[noise == 0] = 1
    silence = np.zeros(SAMPLE_RATE_HZ // 2, np.int16)
    soundfile.write(path, np.concatenate((noise, silence)), SAMPLE_RATE_HZ, subtype="PCM_16")
    return noise


def test_every_played_sample_is_captured_and_no_other(
    sound_card: SoundCard, tmp_path: Path
) -> None:
    """The samples other than silence are those that were played, to the last sample and bit.

    A busy machine may insert silence, where paplay did not deliver in time.
    """
    played = write_noise(tmp_path / "noise.wav", 10.0)
    with recording(sound_card, tmp_path, "--report", str(len(played))) as recorder:
        assert recorder.line() == "recording"
        sound_card.play(tmp_path / "noise.wav")
        assert recorder.line() == f"captured {len(played)}"
        captured = recorder.stop()
    samples = captured["samples"]
    np.testing.assert_array_equal(samples[samples != 0], played)


def test_sample_counts_have_no_gap_and_times_agree_with_them(
    sound_card: SoundCard, tmp_path: Path
) -> None:
    """Chunks of an undisturbed recording follow each other in samples, and in UTC as well."""
    before_ns = time.time_ns()
    played = write_noise(tmp_path / "noise.wav", 5.0)
    with recording(sound_card, tmp_path, "--report", str(len(played))) as recorder:
        assert recorder.line() == "recording"
        sound_card.play(tmp_path / "noise.wav")
        assert recorder.line() == f"captured {len(played)}"
        captured = recorder.stop()
    after_ns = time.time_ns()
    starts, lengths, utc_ns = captured["starts"], captured["lengths"], captured["utc_ns"]
    np.testing.assert_array_equal(starts[1:], starts[:-1] + lengths[:-1])
    assert captured["overflows"] == 0
    assert before_ns - 1e9 < utc_ns[0] < utc_ns[-1] < after_ns
    at = SETTLED_CHUNKS
    assert (utc_ns[-1] - utc_ns[at]) / 1e9 == pytest.approx(
        (starts[-1] - starts[at]) / SAMPLE_RATE_HZ, abs=0.5
    )


def test_stop_from_another_thread_ends_the_chunks(sound_card: SoundCard) -> None:
    """`stop` in one thread ends `chunks` in another."""
    printed = run_python(
        sound_card,
        """
import threading
from soundpost.capture.microphone.mic import MicSource
from soundpost.health import Health

with MicSource("vmic", 16_000, queue_seconds=10.0, health=Health()) as source:
    threading.Timer(0.3, source.stop).start()
    for chunk in source.chunks():
        pass
    print("ended")
""",
    )
    assert printed == "ended\n"


def test_a_server_that_dies_is_a_capture_error(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """After the sound server is killed, capture raises an error and the process ends by itself."""
    card = make_sound_card()
    with recording(card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        card.kill()
        assert recorder.line().startswith(f"CaptureError: {MICROPHONE} stopped")
        recorder.wait()


def test_a_server_that_hangs_is_a_capture_error(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """After the sound server freezes, capture raises an error and the process ends all the same."""
    card = make_sound_card()
    with recording(card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        card.freeze()
        assert "got none for" in recorder.line()
        recorder.wait()


def test_a_process_that_was_stopped_itself_goes_on_recording(
    sound_card: SoundCard, tmp_path: Path
) -> None:
    """Time in which the recorder itself was frozen, longer than a stall, is not a stall."""
    played = write_noise(tmp_path / "noise.wav", 0.5)
    with recording(sound_card, tmp_path, "--report", str(len(played))) as recorder:
        assert recorder.line() == "recording"
        recorder.process.send_signal(signal.SIGSTOP)
        time.sleep(1.2 * STALL_SECONDS)
        recorder.process.send_signal(signal.SIGCONT)
        sound_card.play(tmp_path / "noise.wav")
        assert recorder.line() == f"captured {len(played)}"
        recorder.stop()
        assert recorder.line() == ""


def test_closing_does_not_wait_for_a_server_that_hangs(
    make_sound_card: MakeSoundCard, tmp_path: Path
) -> None:
    """SIGTERM just after the server froze, before the stall is detected, ends the process."""
    card = make_sound_card()
    with recording(card, tmp_path) as recorder:
        assert recorder.line() == "recording"
        card.freeze()
        assert len(recorder.stop()["samples"])


def test_a_full_queue_drops_and_counts_and_shows_as_a_gap(sound_card: SoundCard) -> None:
    """A slow reader loses whole buffers, which are counted and missing in `start_sample`."""
    printed = run_python(
        sound_card,
        """
import json, time
from soundpost.capture.microphone.mic import MicSource
from soundpost.health import Health

health = Health()
with MicSource("vmic", 16_000, queue_seconds=1.0, health=health) as source:
    chunks = source.chunks()
    captured = [next(chunks)]
    while not health.overflows:
        while source.waiting_seconds < 1.0:
            time.sleep(0.1)
        time.sleep(0.5)
        captured += [next(chunks) for _ in range(30)]
gaps = [b.start_sample - a.end_sample for a, b in zip(captured, captured[1:])]
print(json.dumps([gaps, health.overflows, health.dropped_samples]))
""",
    )
    gaps, overflows, dropped_samples = json.loads(printed)
    assert all(gap >= 0 for gap in gaps)
    assert sum(gaps) == dropped_samples > 0
    assert sum(gap > 0 for gap in gaps) == overflows


@pytest.mark.parametrize("rate_hz", [8_000, 384_000, 500_000])
def test_every_rate_is_recorded(sound_card: SoundCard, tmp_path: Path, rate_hz: int) -> None:
    """A card that does not support a rate records at its own, and is resampled.

    ALSA's pulse plugin gives no more than 384,000.
    """
    tone_hz = 1_000
    phase = 2 * np.pi * tone_hz * np.arange(120 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(phase), SAMPLE_RATE_HZ)
    with subprocess.Popen(
        ["paplay", LATENCY, str(tmp_path / "tone.wav")], env=sound_card.environment
    ) as player:
        printed = run_python(
            sound_card,
            f"""
import json
import numpy as np
from soundpost.capture.microphone.mic import MicSource
from soundpost.health import Health

samples = np.empty(0, np.int16)
with MicSource("vmic", {rate_hz}, queue_seconds=60.0, health=Health()) as source:
    for chunk in source.chunks():
        if len(samples) or np.abs(chunk.samples).max() > 8_000:  # the tone has started
            samples = np.concatenate((samples, chunk.samples))
        if len(samples) > {rate_hz}:
            break
spectrum = np.abs(np.fft.rfft(samples[-{rate_hz} // 2:]))
print(json.dumps([int(spectrum.argmax()) * 2, float(np.abs(samples / 32768).max())]))
""",
        )
        player.terminate()
    loudest_hz, peak = json.loads(printed)
    assert loudest_hz == tone_hz
    assert 0.4 < peak < 0.6


def test_devices_are_listed_by_their_names(sound_card: SoundCard) -> None:
    """The card is listed under its name, and the system's default is marked."""
    printed = run_python(
        sound_card,
        """
import json
from soundpost.capture.microphone.portaudio import list_devices

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
    """An index or a name that is absent is an error with a list, not a crash of PortAudio."""
    printed = run_python(
        sound_card,
        f"""
from soundpost.capture.probe import probe
from soundpost.errors import CaptureError

try:
    probe({wanted!r}, 16_000)
except CaptureError as error:
    print(error, error.hint)
""",
    )
    assert wanted in printed
    assert MICROPHONE in printed


def test_a_probe_records_a_moment_from_the_card(sound_card: SoundCard) -> None:
    """0.1 s through the real path gives its samples, its level and the device's name."""
    printed = run_python(
        sound_card,
        """
from soundpost.capture.probe import probe

result = probe("vmic", 16_000)
print(result.samples, result.level_dbfs, result.device_name)
""",
    )
    assert printed.split() == ["1600", "-120.0", MICROPHONE]


def test_listing_devices_prints_nothing(sound_card: SoundCard) -> None:
    """Messages of ALSA and JACK about absent cards do not reach stderr."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from soundpost.capture.microphone.portaudio import list_devices; list_devices()",
        ],
        env={**os.environ, **sound_card.environment},
        check=True,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.stderr == b""
