"""What arrives when the broker and the daemon are killed at random moments."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import MESSAGES_PER_SECOND, Ordeal, Row, group
from daemon_process import DETECTIONS
from mosquitto import Broker, MakeBroker
from mqtt_subscriber import Subscriber

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", "20261120"))
SHORT_KILLS = 2


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """A broker that remembers what it owes to whom through kill -9."""
    return make_broker(persistent=True)


@pytest.fixture
def ordeal(broker: Broker, tmp_path: Path) -> Iterator[Ordeal]:
    """Everybody at their place, and nobody left behind."""
    folder = tmp_path / "ordeal"
    folder.mkdir()
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        broker.save()
        ordeal = Ordeal(folder, broker, subscriber, SEED)
        yield ordeal
        if ordeal.daemon is not None:
            ordeal.daemon.kill()


def check(rows: list[Row], daemon_deaths: int) -> str:
    """Nothing is missing, nothing is out of order, nothing is told in two ways; the figures."""
    by_seq = group(rows, lambda row: row["seq"])
    numbers = list(by_seq)
    assert numbers == list(range(1, len(numbers) + 1)), "a number is missing, or out of order"
    for seq, copies in by_seq.items():
        wordings = {str(copy | {"backfilled": None}) for copy in copies}
        assert len(wordings) == 1, f"message {seq} was told in two ways"
    firsts = [copies[0] for copies in by_seq.values()]
    events = group(firsts, lambda row: row["id"])
    for event, states in events.items():
        told = [row["state"] for row in states]
        assert told in (
            ["started", "confirmed", "ended"],
            ["started", "retracted"],
            ["started", "confirmed"],  # the daemon was killed while it lasted
            ["started"],
        ), f"event {event} is told as {told}"
    unfinished = [s for s in events.values() if s[-1]["state"] in {"started", "confirmed"}]
    assert len(unfinished) <= 3 * daemon_deaths, "more events without an end than could be cut off"
    late = sum(row["backfilled"] for row in firsts)
    doubles = len(rows) - len(firsts)
    return f"{len(firsts)} messages of {len(events)} events, {doubles} doubles, {late} late"


def test_two_deaths_of_each_lose_nothing(ordeal: Ordeal) -> None:
    """Broker and daemon, kill -9, under twenty messages a second."""
    ordeal.run(SHORT_KILLS)
    check(ordeal.rows(), ordeal.deaths["daemon"])


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_many_deaths_lose_nothing(ordeal: Ordeal, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, `CHAOS_KILLS` times each, from `CHAOS_SEED`."""
    ordeal.run(KILLS)
    figures = check(ordeal.rows(), ordeal.deaths["daemon"])
    with capsys.disabled():
        print(f"\n{KILLS} deaths of each, {MESSAGES_PER_SECOND} messages a second: {figures}")  # noqa: T201 - what `make chaos` is for
