"""The messages that arrive when the notifier and the service are killed at random moments."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http_receiver import HttpReceiver
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber as Client
from notify_process import NotifyProcess, StartNotify
from web_events import detection, event_id, wire_time

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", "20261120"))
SHORT_KILLS = 3
EVENTS_PER_SECOND = 10
TARGETS = ("notifier", "service", "both")
CONFIG = """
[mqtt]
broker = "{broker}"
[webhook.service]
url = "{service}"
body = {{ event = "{{event}}" }}
[[rules]]
targets = ["service"]
state = "started"
late = "send"
"""


class NotifyChaos:
    """A notifier and a service, with events that never stop, and a number of kills.

    Args:
        broker: The broker.
        service: The service.
        start: Starts the notifier.
    """

    def __init__(self, broker: Broker, service: HttpReceiver, start: StartNotify) -> None:
        self._broker = broker
        self._start_process = start
        self._config = CONFIG.format(broker=broker.url, service=service.url)
        self._rng = random.Random(SEED)  # noqa: S311 - the same moments again
        self._is_over = threading.Event()
        self._publisher = threading.Thread(target=self._publish)
        self._notifier: NotifyProcess = start(self._config)
        self.service = service
        self.published: list[str] = []

    def run(self, kills_each: int) -> Counter[str]:
        """Kills each a number of times; returns how often each event arrived."""
        self._notifier.wait_for_broker()
        self._publisher.start()
        targets = list(TARGETS) * kills_each
        self._rng.shuffle(targets)
        for target in targets:
            self._wait_for_progress()
            self._kill(target)
        self._is_over.set()
        self._publisher.join()
        while not self._has_all:
            self._wait_for_one_more()
        self._notifier.wait_for_broker()  # else it may not handle the signal yet
        assert self._notifier.terminate() == 0
        return self._arrived()

    def _wait_for_one_more(self) -> None:
        count = len(self._arrived())
        wait_until(lambda: self._has_all or len(self._arrived()) > count)

    @property
    def _has_all(self) -> bool:
        return set(self.published) <= set(self._arrived())

    def _arrived(self) -> Counter[str]:
        return Counter(request.json["event"] for request in self.service.requests())

    def _publish(self) -> None:
        topic = "soundpost/gate/detections"
        with Client(self._broker.port, topic) as client:
            while not self._is_over.wait(1.0 / EVENTS_PER_SECOND):
                event, seq = event_id(), len(self.published) + 1
                onset = wire_time(datetime.now(UTC))
                payload = detection(id=event, seq=seq, onset=onset)
                client.publish(topic, payload, retain=False)
                self.published.append(event)
            # The broker has them all, before the client disconnects.
            client.wait_for(lambda seen: len(seen) == len(self.published))

    def _kill(self, target: str) -> None:
        if target in {"notifier", "both"}:
            self._notifier.kill()
        if target in {"service", "both"}:
            self.service.kill()
        time.sleep(self._rng.uniform(0.0, 0.5))  # a random moment is the purpose
        if target in {"service", "both"}:
            self.service.start()
        if target in {"notifier", "both"}:
            self._notifier = self._start_process(self._config)

    def _wait_for_progress(self) -> None:
        """Waits for some messages: notifier and service run again."""
        self.service.wait_for(len(self.service.requests()) + EVENTS_PER_SECOND // 3)
        time.sleep(self._rng.uniform(0.0, 0.1))  # as above


@pytest.fixture
def chaos(broker: Broker, tmp_path: Path, notify: StartNotify) -> Iterator[NotifyChaos]:
    """Provides a notifier and a service that run."""
    service = HttpReceiver(tmp_path / "service").start()
    yield NotifyChaos(broker, service, notify)
    service.kill()


def verify(chaos: NotifyChaos, kills_each: int) -> str:
    """Kills, and verifies that nothing is missing or invented; returns the figures."""
    arrived = chaos.run(kills_each)
    assert set(arrived) == set(chaos.published)
    duplicates = sum(arrived.values()) - len(arrived)
    # Each kill may hit one message between the answer of the service and its storage.
    assert duplicates <= len(TARGETS) * kills_each
    return f"{len(arrived)} events, none lost, {duplicates} arrived twice"


def test_kills_lose_no_message(chaos: NotifyChaos) -> None:
    """Of the notifier, of the service, and of both, with SIGKILL."""
    verify(chaos, SHORT_KILLS // len(TARGETS))


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_many_kills_lose_no_message(chaos: NotifyChaos, capsys: pytest.CaptureFixture[str]) -> None:
    """`CHAOS_KILLS` kills of each, at the moments of `CHAOS_SEED`."""
    figures = verify(chaos, KILLS)
    with capsys.disabled():
        print(f"\n{KILLS} kills of each, {EVENTS_PER_SECOND} events a second: {figures}")  # noqa: T201 - what `make chaos` is for
