"""Two sound cards and a camera in one daemon: two of the three are lost, one for good."""

import json
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from chaos import MESSAGES_PER_SECOND
from mosquitto import wait_until
from numpy.typing import NDArray
from rtsp_server import MakeCamera
from several_sources import SeveralSources
from stream_recorder import children
from wide_card import MakeWideCard, shared_environment

LOOP_SECONDS = 3.2
"""Ten sounds of noise and ten of hum."""


def busy_sound(sources: SeveralSources, rate_hz: int) -> NDArray[np.float64]:
    """Returns sound with some twenty messages a second, float64[frames, 1]."""
    recording = sources.folder / "busy.wav"
    recorded_hz = soundfile.info(recording).samplerate
    samples, _ = soundfile.read(recording, frames=round(LOOP_SECONDS * recorded_hz))
    sound: NDArray[np.float64] = soxr.resample(samples, recorded_hz, rate_hz)
    return 0.5 * sound[:, np.newaxis]


def latest_health(sources: SeveralSources, name: str) -> dict[str, Any]:
    """Returns the latest health of a source."""
    health: dict[str, Any] = json.loads(sources.on(name, "health")[-1].payload)
    return health


def wait_for_sound(sources: SeveralSources, name: str, seconds: float = 2.0) -> None:
    """Returns once a source has captured so much more sound, and reports no problem."""
    wait_until(lambda: bool(sources.on(name, "health")))
    until = latest_health(sources, name)["heard_seconds"] + seconds

    def is_captured() -> bool:
        health = latest_health(sources, name)
        return bool(health["heard_seconds"] >= until and health["problems"] == [])

    wait_until(is_captured)


def wait_for_loss(sources: SeveralSources, name: str) -> None:
    """Returns once a source reports that it has no sound."""
    wait_until(lambda: latest_health(sources, name)["problems"] == ["no_samples"])


@pytest.mark.sound_card
def test_a_lost_camera_and_a_lost_card_cost_the_other_card_nothing(
    sources: SeveralSources, make_wide_card: MakeWideCard, make_camera: MakeCamera
) -> None:
    """The camera is killed and returns, a card is pulled out: no sample and no message is lost."""
    camera = make_camera()
    west, east = (
        make_wide_card(busy_sound(sources, 48_000), name="left"),
        make_wide_card(busy_sound(sources, 44_100), "S16_LE", 44_100, name="right"),
    )
    named = {"west": "mic:left", "east": "mic:right", "gate": camera.url()}
    sources.configure(more="".join(sources.table(*item) for item in named.items()))
    daemon = sources.start(shared_environment(sources.folder, west, east))
    for name in named:
        wait_for_sound(sources, name)
    processes = {name: sources.pid(name) for name in named}
    camera.kill()
    wait_for_loss(sources, "gate")
    for card in ("west", "east"):
        sources.wait_until_detecting(card)
        assert latest_health(sources, card)["problems"] == []
    west.unplug()
    wait_for_loss(sources, "west")
    camera.start()
    for name in ("gate", "east"):
        wait_for_sound(sources, name)
    sources.wait_until_detecting("east", 2 * MESSAGES_PER_SECOND)
    assert latest_health(sources, "west")["problems"] == ["no_samples"]
    assert None not in processes.values()
    assert {name: sources.pid(name) for name in named} == processes
    assert len(children(parent=processes["gate"])) == 1
    status, errors = daemon.terminate()
    assert status == 0, errors
    assert children(parent=processes["gate"]) == []
    reopens = {name: latest_health(sources, name)["counters"]["reopens"] for name in named}
    assert reopens == {"west": 0, "east": 0, "gate": 1}
    for name in named:
        verify_complete(sources, name)


def verify_complete(sources: SeveralSources, name: str) -> None:
    """Verifies that a source lost no sample that reached it, and no message."""
    rows, counters = sources.rows(name), latest_health(sources, name)["counters"]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert counters["detections"] == len(rows)
    lost = ("overflows", "dropped_samples", "messages_dropped", "outbox_faults")
    assert {key: counters[key] for key in lost} == dict.fromkeys(lost, 0)
    assert sources.statuses(name) == ["online", "offline"]
