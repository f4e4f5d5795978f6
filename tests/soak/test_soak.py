"""A soak test of a week of sound: no resource grows; and the measurement detects a leak.

As in the service, the node keeps background, which the network that computes each frame once
gives it.
"""

import dataclasses
import os
import sys
from pathlib import Path

import pytest
import soundfile
from footprint import Footprint, growth
from long_recording import RATE_HZ, write_long
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from week import BACKGROUND_MINUTES, EVIDENCE_MEGABYTES, Soak, background_bytes, golden_sounds

HOURS = float(os.environ.get("SOAK_AUDIO_HOURS", "168"))
MOST_GROWTH_BYTES = 2_000_000
MOST_DATABASE_BYTES = 4_000_000
"""The space of SQLite beyond the rows: its log of 1 MB, and free pages."""


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
def test_no_resource_grows_over_a_week_of_sound(
    tmp_path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    """`SOAK_AUDIO_HOURS` is the length; at least half of the sounds are detected as events."""

    def print_row(row: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()

    with Subscriber(broker.port) as subscriber:
        soak = Soak(tmp_path, broker, subscriber, HOURS, print_row)
        assert soak.run() == 0, (tmp_path / "log").read_text()[-2_000:]
        detections, health = soak.detections(), soak.health()
    grown = growth(soak.samples)
    events = len({row["id"] for row in detections})
    print_row(f"{soak.sounds} sounds, {events} events, {len(detections)} messages; {grown}")
    assert health["heard_seconds"] == round(HOURS * 3600)
    assert [row["seq"] for row in detections] == list(range(1, len(detections) + 1))
    assert events >= soak.sounds // 2
    counters = health["counters"]
    assert counters["messages_dropped"] == counters["clips_lost"] == counters["outbox_faults"] == 0
    assert counters.get("background_lost", 0) == 0
    assert grown.rss_bytes < MOST_GROWTH_BYTES
    assert grown.open_files <= 2  # a file may be open for writing
    assert grown.threads <= 0
    assert grown.disk_bytes < MOST_GROWTH_BYTES
    most_disk_bytes = EVIDENCE_MEGABYTES * 1_000_000 + MOST_DATABASE_BYTES + background_bytes()
    assert max(sample.disk_bytes for sample in soak.samples) < most_disk_bytes
    assert len(soak.background) in {BACKGROUND_MINUTES, BACKGROUND_MINUTES + 1}


def test_a_long_recording_is_a_sparse_file(tmp_path: Path) -> None:
    """The sounds are at their places, and the file takes little more space than they do."""
    sounds = golden_sounds()
    path = tmp_path / "week.wav"
    count = write_long(path, 168 * 3600, sounds, 3600)
    assert count == 166
    assert path.stat().st_blocks * 512 < 2 * count * 2 * max(map(len, sounds))
    with soundfile.SoundFile(path) as file:
        assert (file.format, file.samplerate, file.frames) == (
            "RF64",
            RATE_HZ,
            168 * 3600 * RATE_HZ,
        )
        file.seek(2 * 3600 * RATE_HZ - 1)
        read = file.read(len(sounds[1]) + 2, dtype="int16")
    assert read[0] == read[-1] == 0
    assert (read[1:-1] == sounds[1]).all()


@pytest.mark.parametrize("name", ["rss_bytes", "open_files", "threads", "disk_bytes"])
def test_a_leak_is_detected(name: str) -> None:
    """A growth of one unit per measurement is detected; fluctuation is not growth."""
    steady = [Footprint(hour, 10**6 + hour % 3, 9, 5, 10**6 + hour % 7) for hour in range(200)]
    assert dataclasses.astuple(growth(steady)) == (0, 0, 0, 0)
    leaking = [
        dataclasses.replace(sample, **{name: getattr(sample, name) + number})
        for number, sample in enumerate(steady)
    ]
    assert getattr(growth(leaking), name) >= 80
