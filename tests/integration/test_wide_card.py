"""Sound cards of every format, rate and number of channels, through PortAudio and ALSA."""

import json
from pathlib import Path

import numpy as np
import pytest
from daemon_process import running, soundpost
from health_reader import HealthReader
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from numpy.typing import NDArray
from recorder_process import recording, run_python
from wide_card import NAME, RATE_HZ, MakeWideCard, place_sound

pytestmark = pytest.mark.sound_card

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
FORMATS = ["U8", "S16_LE", "S24_3LE", "S24_LE", "S32_LE", "FLOAT_LE"]
RECORD = f"""
import json, sys
import numpy as np
from soundpost.capture.microphone.mic import MicSource
from soundpost.health import Health

channel = json.loads(sys.argv[1]) if len(sys.argv) > 1 else "auto"
with MicSource({NAME!r}, 16_000, channel=channel, queue_seconds=60.0, health=Health()) as source:
    chunks = source.chunks()
    recorded = [next(chunks) for _ in range(20)]
    samples = np.concatenate([chunk.samples for chunk in recorded[4:]])
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    state = recorded[-1].source
    print(json.dumps({{
        "level": float(np.sqrt(np.mean(np.square(samples / 32768)))),
        "hz": float(spectrum[5:].argmax() + 5) * 16_000 / len(samples),
        "constant": state.constant, "antiphase": state.is_antiphase,
        "is": source.description, "values": sorted(set(samples.tolist()))[:3],
    }}))
"""
TONE_LEVEL = 0.2124
"""RMS of `place_sound`."""


def only(channel: int, channels: int, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    """Returns a place's sound on one channel of several, counted from 1."""
    sound = np.zeros((len(place_sound(rate_hz)), channels))
    sound[:, [channel - 1]] = place_sound(rate_hz)
    return sound


def test_a_recorded_card_is_described(make_wide_card: MakeWideCard) -> None:
    """The device, its rate and the channel that carries the sound."""
    card = make_wide_card(only(2, 2))
    assert json.loads(run_python(card, RECORD))["is"] == f"{NAME}: 48000 Hz, channel 2 of 2"


@pytest.mark.parametrize("sample_format", FORMATS)
@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000])
def test_every_format_and_rate_is_recorded(
    make_wide_card: MakeWideCard, sample_format: str, rate_hz: int
) -> None:
    """Pitch and level are those of the place."""
    recorded = json.loads(
        run_python(make_wide_card(place_sound(rate_hz), sample_format, rate_hz), RECORD)
    )
    assert recorded["hz"] == pytest.approx(1_000, abs=2)
    assert recorded["level"] == pytest.approx(TONE_LEVEL, rel=0.02)
    assert recorded["constant"] is None


@pytest.mark.parametrize(("channel", "channels"), [(1, 2), (2, 2), (3, 4), (3, 8), (11, 16)])
def test_the_channel_with_the_microphone_is_found(
    make_wide_card: MakeWideCard, channel: int, channels: int
) -> None:
    """Its sound is recorded at the full level, whichever channel it is."""
    recorded = json.loads(run_python(make_wide_card(only(channel, channels), "S24_3LE"), RECORD))
    assert recorded["level"] == pytest.approx(TONE_LEVEL, rel=0.02)
    assert recorded["is"].endswith(f"channel {channel} of {channels}")
    assert not recorded["antiphase"]


@pytest.mark.parametrize("sample_format", FORMATS)
@pytest.mark.parametrize("value", [0.0, 0.1234567, -0.5])
def test_a_constant_value_is_constant_at_every_width(
    make_wide_card: MakeWideCard, sample_format: str, value: float
) -> None:
    """No dither makes it look like noise: not zeros, and no value that is stuck."""
    card = make_wide_card(np.full((RATE_HZ, 2), value), sample_format)
    recorded = json.loads(run_python(card, RECORD))
    assert recorded["constant"] == pytest.approx(value, abs=0.01)
    assert len(recorded["values"]) == 1
    assert recorded["values"][0] == pytest.approx(value * 32_768, abs=256)


def test_noise_below_a_step_of_16_bits_is_not_constant(make_wide_card: MakeWideCard) -> None:
    """A 24-bit card in a very quiet place is no muted one, although all its samples round to 0."""
    faint = np.random.default_rng(3).normal(0.0, 1e-6, (RATE_HZ, 2))
    recorded = json.loads(run_python(make_wide_card(faint, "S24_3LE"), RECORD))
    assert recorded["values"] == [0]
    assert recorded["constant"] is None


def test_floats_that_are_no_sound_are_silence(make_wide_card: MakeWideCard) -> None:
    """NaN and infinity, of a broken driver, do not stay in any average."""
    sound = only(2, 2)
    sound[: RATE_HZ // 10, 0] = np.nan
    sound[:10, 0] = np.inf
    recorded = json.loads(run_python(make_wide_card(sound, "FLOAT_LE"), RECORD))
    assert recorded["level"] == pytest.approx(TONE_LEVEL, rel=0.02)


@pytest.mark.parametrize("sample_format", ["S16_LE", "S32_LE"])
def test_antiphase_is_recorded_and_named(make_wide_card: MakeWideCard, sample_format: str) -> None:
    """One of the two channels is used, at its full level."""
    card = make_wide_card(np.hstack((place_sound(), -place_sound())), sample_format)
    recorded = json.loads(run_python(card, RECORD))
    assert recorded["level"] == pytest.approx(TONE_LEVEL, rel=0.02)
    assert recorded["antiphase"]


def test_mono_of_16_bits_at_the_rate_of_the_model_passes_bit_for_bit(
    make_wide_card: MakeWideCard, tmp_path: Path
) -> None:
    """The samples of two seconds are those of the card, again and again."""
    played = np.random.default_rng(5).integers(-32_768, 32_768, 32_000)
    played[played == 0] = 1
    card = make_wide_card(played[:, np.newaxis] / 32_768, "S16_LE", 16_000)
    with recording(card, tmp_path, "--report", "40000", device=NAME) as recorder:
        assert recorder.line() == "recording"
        assert recorder.line() == "captured 40000"
        samples = recorder.stop()["samples"]
    np.testing.assert_array_equal(samples[:40_000], np.resize(played, 40_000))


def test_a_card_comes_back_with_another_format_and_another_microphone(
    make_wide_card: MakeWideCard, tmp_path: Path
) -> None:
    """Format, rate, channels and the one with the sound are found anew each time."""
    card = make_wide_card(only(1, 2), "S16_LE", RATE_HZ)
    with recording(card, tmp_path, "--reconnect", device=NAME) as recorder:
        assert recorder.line() == "recording"
        for sample_format, rate_hz, channel, channels in [
            ("S32_LE", 44_100, 2, 2), ("FLOAT_LE", 96_000, 3, 4), ("S24_3LE", 8_000, 1, 1),
        ]:  # fmt: skip
            card.unplug()
            assert recorder.line() == "waiting"
            card.plug_in(only(channel, channels, rate_hz), sample_format, rate_hz)
            assert recorder.line() == "recording"
        captured = recorder.stop()
    assert captured["reopens"] == 3
    assert "44100 Hz, channel 2 of 2" in recorder.log()
    assert "96000 Hz, channel 3 of 4" in recorder.log()


def test_a_channel_by_its_number_is_recorded(make_wide_card: MakeWideCard) -> None:
    """Of four channels the third, although the first is far louder."""
    sound = only(3, 4)
    sound[:, 0] = np.random.default_rng(6).normal(0.0, 0.3, len(sound))
    program = f"import sys; sys.argv = ['', '3']\n{RECORD}"
    recorded = json.loads(run_python(make_wide_card(sound), program))
    assert recorded["hz"] == pytest.approx(1_000, abs=2)
    assert recorded["level"] == pytest.approx(TONE_LEVEL, rel=0.02)


@pytest.mark.parametrize(
    ("sound", "found"),
    [
        (np.zeros((RATE_HZ, 2)), "digital_silence: "),
        (np.full((RATE_HZ, 2), 0.1), "stuck_value: "),
        (np.hstack((place_sound(), -place_sound())), "antiphase: "),
        (place_sound() + 0.2, "dc_offset: "),
        (only(2, 2), "48000 Hz, channel 2 of 2"),
        (np.tile(place_sound(), 2), "48000 Hz, mix of channels 1, 2 of 2"),
    ],
    ids=["zeros", "stuck", "antiphase", "offset", "right", "both"],
)
def test_check_names_the_fault_and_the_channels(
    make_wide_card: MakeWideCard, broker: Broker, sound: NDArray[np.float64], found: str
) -> None:
    """The line of the step `sound` has both."""
    environment = make_wide_card(sound).environment
    done = soundpost(
        "check", "--source", f"mic:{NAME}", "--broker", broker.url, "--bundle", str(GOLDEN),
        environment=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert found in next(
        line for line in done.stdout.splitlines() if line.startswith("ok    sound")
    )


@pytest.mark.parametrize(
    ("sound", "found"),
    [
        (np.zeros((RATE_HZ, 2)), "mix of channels 1, 2 of 2: -120.0 dBFS; digital_silence: "),
        (np.full((RATE_HZ, 2), 0.1), "stuck_value: "),
        (np.hstack((place_sound(), -place_sound())), "antiphase: "),
        (only(3, 4), "channel 3 of 4: -13."),
    ],
    ids=["zeros", "stuck", "antiphase", "third"],
)
def test_devices_tries_each_card(
    make_wide_card: MakeWideCard, sound: NDArray[np.float64], found: str
) -> None:
    """Below its name: the level, the channels that carry it, and its faults."""
    environment = make_wide_card(sound).environment
    listed = soundpost("devices", environment=environment)
    tried = soundpost("devices", "--try", environment=environment)
    assert listed.returncode == tried.returncode == 0
    assert f"{sound.shape[1]} ch, 48000 Hz" in listed.stdout
    assert found in tried.stdout, tried.stdout
    assert found not in listed.stdout


def test_check_refuses_a_channel_that_the_card_does_not_have(make_wide_card: MakeWideCard) -> None:
    """The line has the number of channels that it has."""
    environment = make_wide_card(only(1, 2)).environment
    arguments = ["--source", f"mic:{NAME}", "--channel", "3", "--bundle", str(GOLDEN)]
    done = soundpost("check", *arguments, environment=environment)
    assert done.returncode == 1
    assert "FAIL  sound   wide: expected at least 3 channels" in done.stdout
    assert "got 2 channels" in done.stdout


def test_a_channel_of_no_known_form_is_refused() -> None:
    """The error has the values that there are, and the exit status of a configuration error."""
    done = soundpost("run", "--channel", "rigth")
    assert done.returncode == 78
    assert "capture.channel: expected auto, mix, left, right, or a channel's number" in done.stderr


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (np.zeros((RATE_HZ, 2)), "digital_silence"),
        (np.full((RATE_HZ, 2), 0.1234567), "stuck_value"),
        (np.hstack((place_sound(), -place_sound())), "antiphase"),
    ],
    ids=["zeros", "stuck", "antiphase"],
)
def test_health_names_the_fault(
    make_wide_card: MakeWideCard,
    broker: Broker,
    subscriber: Subscriber,
    tmp_path: Path,
    sound: NDArray[np.float64],
    problem: str,
) -> None:
    """The daemon publishes it as a problem of the microphone, and no other one."""
    config = tmp_path / "soundpost.toml"
    config.write_text(f'classify.bundle = "{GOLDEN}"\nmqtt.health_seconds = 1\n')
    arguments = ["--config", str(config), "--source", f"mic:{NAME}", "--broker", broker.url]
    with running(*arguments, environment=make_wide_card(sound).environment) as daemon:
        HealthReader(subscriber).wait_for([problem])
        status, errors = daemon.terminate()
    assert status == 0, errors
    assert f"microphone, {problem}: " in errors
