"""The live view as the configuration says."""

import base64
import json

import msgspec
import pytest
from live_view_node import LABELS, RATE_HZ, STARTS_AT_NS, manifest_with_speech, noise, scores

from soundpost.audio import Chunk
from soundpost.config import Config, MqttConfig, NodeConfig
from soundpost.errors import ConfigError
from soundpost.features import FeatureSpec
from soundpost.live_view.factory import build_live_view
from soundpost.manifest import Manifest, WaveformInput

MANIFEST = manifest_with_speech()
CONFIG = Config(
    node=NodeConfig(name="barn", source="yard"),
    mqtt=MqttConfig(commands=True, live_view=True),
)


def messages(manifest: Manifest, rate_hz: int, seconds: int) -> list[dict[str, object]]:
    """Returns what a live view sends of noise, at the highest pace."""
    sent: list[bytes] = []
    view = build_live_view(CONFIG, [manifest], LABELS, rate_hz, lambda: "synced", sent.append)
    view.renew(60.0)
    samples = noise(seconds * rate_hz / RATE_HZ)
    for start in range(0, len(samples), rate_hz):
        view.on_chunk(Chunk(start, samples[start : start + rate_hz], STARTS_AT_NS))
        view.on_scores(scores(start, start + rate_hz, 0.5, 0.25, 0.0))
    return [json.loads(payload) for payload in sent]


def test_a_message_has_what_a_picture_needs() -> None:
    """The node and the source, the time, the bands, and the scores."""
    first = messages(MANIFEST, RATE_HZ, 6)[0]
    columns = base64.b64decode(str(first.pop("columns")))
    assert len(columns) == 20 * 64
    delay = first.pop("delay_seconds")
    model_input = MANIFEST.input
    longest = (model_input.window_samples + model_input.stride_samples) / RATE_HZ
    assert delay == pytest.approx(longest + 0.25 + 0.3 + 0.015, abs=0.01)
    end = first.pop("end")
    assert str(end).endswith("Z")
    assert isinstance(first.pop("first"), int)
    assert first == {
        "schema": 1,
        "node": "barn",
        "source": "yard",
        "clock": "synced",
        "column_seconds": 0.05,
        "bands": 64,
        "low_hz": 125.0,
        "high_hz": 7500.0,
        "scores": {"hiss": 0.5, "hum": 0.25, "hush": 0.0},
    }


def test_a_model_of_waveforms_has_the_bands_of_the_rate_of_capture() -> None:
    """As its clips have."""
    tensor = msgspec.structs.replace(MANIFEST.input.tensor, shape=[1, 144_000])
    waveform = WaveformInput(
        sample_rate_hz=48_000, window_samples=144_000, stride_samples=48_000, tensor=tensor
    )
    manifest = msgspec.structs.replace(MANIFEST, input=waveform)
    first = messages(manifest, 48_000, 12)[0]
    spec = FeatureSpec.at_rate(48_000)
    assert (first["bands"], first["high_hz"]) == (spec.mel_bands, spec.high_hz)
    assert first["delay_seconds"] == pytest.approx(4.0 + 0.25 + 0.3 + 0.015, abs=0.01)


def test_a_rate_at_which_no_voice_can_be_found_is_refused() -> None:
    """Speech must never be sent because nothing looked for it."""
    with pytest.raises(
        ConfigError, match=r"mqtt\.live_view needs capture at .* 22050 Hz"
    ) as caught:
        build_live_view(CONFIG, [MANIFEST], LABELS, 22_050, lambda: "synced", lambda _: None)
    assert "capture.rate_hz" in caught.value.hint


def test_the_configuration_is_refused_without_commands() -> None:
    """Nothing could request the view."""
    with pytest.raises(ValueError, match="live_view is requested by a command"):
        MqttConfig(live_view=True)
