"""The thread of a target: retries, refusals, and messages that are given up."""

import random
from collections.abc import Callable, Iterator

import pytest
from mosquitto import wait_until
from notify_parts import OpenQueue, content

from soundpost.system.backoff import Backoff
from soundpost_notify.deliver.attachments import ClipFolders
from soundpost_notify.deliver.outcome import DeliveryError, Message, RefusedError
from soundpost_notify.deliver.worker import Target, Worker
from soundpost_notify.queue.file import QueueError
from soundpost_notify.queue.queue import MessageQueue

Failure = DeliveryError | RefusedError | None


class Service:
    """A service that fails as a test says, and takes everything after that.

    Args:
        failures: The results of its first messages.

    Attributes:
        messages: The messages that it was sent.
    """

    def __init__(self, *failures: Failure) -> None:
        self._failures = iter(failures)
        self.messages: list[Message] = []

    def wait_for(self, count: int) -> None:
        """Returns as soon as it was sent so many messages."""
        wait_until(lambda: len(self.messages) == count)

    def send(self, message: Message) -> None:
        """Takes a message, or fails."""
        self.messages.append(message)
        failure = next(self._failures, None)
        if failure is not None:
            raise failure


Start = Callable[..., Worker]


@pytest.fixture
def start(queue: OpenQueue) -> Iterator[Start]:
    """Provides a function that starts a worker, which waits some milliseconds after a failure."""
    workers: list[Worker] = []

    def run(service: Service, of: MessageQueue = queue) -> Worker:
        quick = Backoff(0.002, 0.004, rng=random.Random(1))  # noqa: S311 - a wait
        worker = Worker(Target("phone", service, 5.0), of, ClipFolders({}), 24.0, quick)
        of.on_added = lambda _target: worker.wake()
        workers.append(worker)
        worker.start()
        return worker

    yield run
    for worker in workers:
        worker.stop()
        worker.join()
        assert not worker.is_alive


def test_messages_are_sent_when_they_are_added(queue: OpenQueue, start: Start) -> None:
    """Each once."""
    service = Service()
    start(service)
    for number in range(1, 4):
        queue.put(content(number))
        service.wait_for(number)
    wait_until(lambda: queue.states() == ["sent"] * 3)
    assert [message.content for message in service.messages] == [*map(content, range(1, 4))]


def test_a_failure_is_tried_again_with_the_same_identity(
    queue: OpenQueue, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """Until the service takes the message; it is logged once."""
    service = Service(*[DeliveryError("503")] * 4)
    queue.put(content())
    start(service)
    wait_until(lambda: queue.states() == ["sent"])
    assert len({message.key for message in service.messages}) == 1
    (entry,) = queue.entries()
    assert (entry.attempts, len(service.messages)) == (5, 5)
    assert caplog.text.count("phone: 503; it is tried again") == 1


def test_a_refused_message_is_not_tried_again(
    queue: OpenQueue, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """The next one is sent."""
    queue.put(content(1), content(2))
    start(Service(RefusedError("413: too large")))
    wait_until(lambda: queue.states() == ["refused", "sent"])
    assert queue.entries()[0].error == "413: too large"
    assert "phone refuses a message: 413: too large" in caplog.text


def test_the_service_decides_on_a_longer_wait(
    queue: OpenQueue, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the back-off on a shorter one."""
    waits: list[float] = []
    wait = Worker._attempt  # noqa: SLF001 - the wait itself would make the test slow

    def recorded(self: Worker, delivery: object) -> float:
        waits.append(wait(self, delivery))  # type: ignore[arg-type]  # of the queue
        return 0.0

    monkeypatch.setattr(Worker, "_attempt", recorded)
    queue.put(content())
    start(Service(DeliveryError("429", retry_seconds=30.0), DeliveryError("503")))
    wait_until(lambda: queue.states() == ["sent"])
    assert waits[0] == 30.0
    assert 0.0 < waits[1] < 1.0


def test_an_old_message_is_given_up(
    queue: OpenQueue, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody wants the alarm of yesterday."""
    queue.put(content(1))
    queue.seconds += 24.5 * 3_600
    queue.put(content(2))
    service = Service()
    start(service)
    wait_until(lambda: queue.states() == ["given up", "sent"])
    assert [message.content.event for message in service.messages] == ["event-2"]
    assert "a message to phone is given up: dog at gate" in caplog.text


def test_a_sent_message_is_not_sent_again_while_the_disk_refuses(
    queue: OpenQueue, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its result waits in memory."""
    finish, refusals = queue.finish, [QueueError("full")] * 2

    def refusing(*arguments: object) -> None:
        if refusals:
            raise refusals.pop()
        finish(*arguments)  # type: ignore[arg-type]  # those of the worker

    monkeypatch.setattr(queue, "finish", refusing)
    monkeypatch.setattr("soundpost_notify.deliver.worker.Backoff", lambda: Backoff(0.002, 0.004))
    queue.put(content())
    service = Service()
    start(service)
    wait_until(lambda: queue.states() == ["sent"])
    assert len(service.messages) == 1


def test_a_line_says_why_a_clip_is_missing(queue: OpenQueue, start: Start) -> None:
    """The message is sent without it."""
    queue.put(content(attach=["picture"], clip=""))
    service = Service()
    start(service)
    wait_until(lambda: queue.states() == ["sent"])
    assert service.messages[0].content.text == "dog, score 0.90\nThe node stored no clip."
