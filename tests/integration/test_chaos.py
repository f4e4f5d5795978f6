"""The messages that arrive when broker and daemon are killed at random moments."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import MESSAGES_PER_SECOND, ChaosRun, group
from daemon_process import DETECTIONS
from mosquitto import Broker, MakeBroker
from mqtt_subscriber import Subscriber

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", "20261120"))
SHORT_KILLS = 2


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """A persistent broker, which keeps its sessions through kill -9."""
    return make_broker(persistent=True)


@pytest.fixture
def chaos_run(broker: Broker, tmp_path: Path) -> Iterator[ChaosRun]:
    """Broker, subscriber and configuration; the daemon is killed at the end."""
    folder = tmp_path / "run"
    folder.mkdir()
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        broker.save()
        chaos_run = ChaosRun(folder, broker, subscriber, SEED)
        yield chaos_run
        if chaos_run.daemon is not None:
            chaos_run.daemon.kill()


def verify(chaos_run: ChaosRun) -> str:
    """Verifies that nothing is missing, out of order, changed or left open; returns the figures."""
    rows = chaos_run.rows()
    by_seq = group(rows, lambda row: row["seq"])
    numbers = list(by_seq)
    assert numbers == list(range(1, len(numbers) + 1)), "a number is missing, or out of order"
    for seq, copies in by_seq.items():
        contents = {str(copy | {"backfilled": None}) for copy in copies}
        assert len(contents) == 1, f"message {seq} was published with two contents"
    firsts = [copies[0] for copies in by_seq.values()]
    events = group(firsts, lambda row: row["id"])
    for event, states in events.items():
        published = [row["state"] for row in states]
        assert published in (
            ["started", "confirmed", "ended"],
            ["started", "retracted"],
        ), f"event {event} has the states {published}"
    assert chaos_run.topics_on() == [], "a topic is still ON"
    late = sum(row["backfilled"] for row in firsts)
    duplicates = len(rows) - len(firsts)
    return (
        f"{len(firsts)} messages of {len(events)} events, {duplicates} duplicates, {late} late, "
        "0 events left open, 0 topics ON"
    )


def test_two_kills_of_each_lose_nothing(chaos_run: ChaosRun) -> None:
    """Broker, daemon and both are killed with SIGKILL, under twenty messages a second."""
    chaos_run.run(SHORT_KILLS)
    verify(chaos_run)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_many_kills_lose_nothing(chaos_run: ChaosRun, capsys: pytest.CaptureFixture[str]) -> None:
    """`CHAOS_KILLS` kills of broker, daemon and both, at the moments of `CHAOS_SEED`."""
    chaos_run.run(KILLS)
    figures = verify(chaos_run)
    with capsys.disabled():
        print(f"\n{KILLS} kills of each, {MESSAGES_PER_SECOND} messages a second: {figures}")  # noqa: T201 - what `make chaos` is for
