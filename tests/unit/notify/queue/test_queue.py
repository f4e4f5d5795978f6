"""The queue: each message once, in order, over restarts."""

import pytest
from notify_parts import OpenQueue, content

from soundpost_notify.queue.queue import MOST_WAITING, Delivery, MessageQueue


def claim(queue: MessageQueue, target: str = "phone") -> Delivery:
    """Returns the next message of a target."""
    delivery = queue.claim(target)
    assert delivery is not None
    return delivery


def test_messages_come_in_their_order(queue: OpenQueue) -> None:
    """Those of each target."""
    queue.put(*map(content, range(3)))
    queue.put(content(9), target="mail")
    assert claim(queue, "mail").content == content(9)
    for number in range(3):
        delivery = claim(queue)
        assert delivery.content == content(number)
        queue.finish(delivery, "sent")
    assert queue.claim("phone") is None


def test_a_message_is_added_once(queue: OpenQueue) -> None:
    """Also after it was sent; another kind, rule, event or target is another message."""
    queue.put(content())
    queue.finish(claim(queue), "sent")
    queue.put(content(), content(2), content(kind="retracted"), content(rule="other"))
    queue.put(content(), target="mail")
    assert queue.states() == ["sent", *["waiting"] * 4]


def test_targets_are_woken_after_the_transaction(queue: OpenQueue) -> None:
    """Not for a message that was there."""
    woken: list[tuple[str, bool]] = []
    queue.on_added = lambda target: woken.append((target, len(queue.entries()) == 2))
    queue.put(content())
    queue.put(content())
    queue.put(content(), target="mail")
    assert woken == [("phone", False), ("mail", True)]


def test_a_failed_message_waits_behind_the_others(queue: OpenQueue) -> None:
    """One that a service never takes must not hold them up."""
    queue.put(content(1), content(2))
    queue.fail(claim(queue), "503")
    second = claim(queue)
    assert second.content == content(2)
    queue.finish(second, "sent")
    first = claim(queue)
    assert (first.content, first.attempts) == (content(1), 1)
    assert [entry.error for entry in queue.entries()] == ["503", ""]


def test_a_message_under_way_is_not_withdrawn(queue: OpenQueue) -> None:
    """It may have arrived; one that failed waits again, and can be."""
    queue.put(content())
    delivery = claim(queue)
    for expected in (False, True):
        with queue.transaction() as connection:
            assert queue.withdraw(connection, delivery.key) is expected
        if not expected:
            queue.fail(delivery, "503")
    assert queue.claim("phone") is None


def test_what_was_under_way_waits_after_a_restart(queue: OpenQueue) -> None:
    """With the same identity."""
    queue.put(content())
    delivery = claim(queue)
    queue.file.close()
    again = OpenQueue(queue.path)
    assert claim(again).key == delivery.key
    again.file.close()


def test_too_many_messages_drop_the_oldest(
    queue: OpenQueue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are counted in the history, and logged."""
    assert MOST_WAITING >= 1_000
    monkeypatch.setattr("soundpost_notify.queue.queue.MOST_WAITING", 3)
    queue.put(*map(content, range(5)))
    assert queue.states() == ["dropped", "dropped", "waiting", "waiting", "waiting"]
    assert caplog.text.count("a message to phone is dropped") == 2


def test_results_are_in_the_history(queue: OpenQueue) -> None:
    """With the time of each."""
    queue.put(content())
    delivery = claim(queue)
    queue.seconds += 5.0
    queue.finish(delivery, "refused", "no such topic")
    (entry,) = queue.entries()
    assert (entry.state, entry.attempts, entry.error) == ("refused", 1, "no such topic")
    assert entry.finished_ms == entry.created_ms + 5_000
