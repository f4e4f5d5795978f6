"""The rules about sounds: which events are messages, and how often."""

from dataclasses import replace
from datetime import timedelta

import pytest
from notify_parts import OpenQueue, decide, event_rules, rule
from web_events import NOON, event, ms

from soundpost_web.history.message import EventMessage


def state_of(message: EventMessage, state: str, **fields: object) -> EventMessage:
    """Returns a later state of an event."""
    return event(message.seq + 1, state, **{"id": message.id, **fields})


def test_a_rule_waits_for_its_state(queue: OpenQueue) -> None:
    """By default until the event is confirmed."""
    rules = event_rules(
        queue, rule("now", state="started"), rule("sure"), rule("end", state="ended")
    )
    first = event()
    sent = []
    for message in (first, state_of(first, "confirmed"), state_of(first, "ended")):
        decide(queue, rules, message)
        sent.append([entry.content.rule for entry in queue.entries()])
    assert sent == [["now"], ["now", "sure"], ["now", "sure", "end"]]


def test_a_lost_state_does_not_lose_the_message(queue: OpenQueue) -> None:
    """An event that has ended was confirmed, whether that arrived or not."""
    decide(queue, event_rules(queue, rule()), event(state="ended"))
    assert len(queue.entries()) == 1


def test_a_state_that_arrives_twice_is_decided_on_once(queue: OpenQueue) -> None:
    """Also if it would be a message by now."""
    rules = event_rules(queue, rule(state="started", cooldown_minutes=5.0))
    first, second = event(), event(seq=2)
    decide(queue, rules, first, second, second)
    queue.seconds += 600.0
    decide(queue, rules, first, second)
    assert [entry.content.event for entry in queue.entries()] == [first.id]


def test_a_score_that_grows_is_a_message_when_it_is_high_enough(queue: OpenQueue) -> None:
    """Once."""
    rules = event_rules(queue, rule(state="started", least_score=0.9))
    first = event(score=0.7)
    decide(queue, rules, first)
    assert queue.entries() == []
    decide(
        queue, rules, state_of(first, "confirmed", score=0.95), state_of(first, "ended", score=1.0)
    )
    assert [entry.content.score for entry in queue.entries()] == [0.95]


def test_each_target_has_a_message_of_its_own(queue: OpenQueue) -> None:
    """A target that is named twice has one."""
    rules = event_rules(queue, rule(targets=["phone", "mail", "phone"]))
    decide(queue, rules, event(state="confirmed"))
    assert sorted(entry.target for entry in queue.entries()) == ["mail", "phone"]


def test_a_cooldown_is_that_of_a_label_of_a_node(queue: OpenQueue) -> None:
    """Another label, another node and a surer event are sent meanwhile."""
    rules = event_rules(queue, rule(cooldown_minutes=10.0, again_if_surer_by=0.05))
    for fields in (
        {"score": 0.9},
        {"score": 0.92},
        {"label": "cat", "score": 0.6},
        {"node": "lodge", "score": 0.6},
        {"score": 0.95},
    ):
        decide(queue, rules, event(state="confirmed", **fields))
    queue.seconds += 601.0
    decide(queue, rules, event(state="confirmed", score=0.6))
    found = [
        (each.content.node, each.content.label, each.content.score) for each in queue.entries()
    ]
    assert found == [
        ("gate", "dog", 0.9),
        ("gate", "cat", 0.6),
        ("lodge", "dog", 0.6),
        ("gate", "dog", 0.95),
        ("gate", "dog", 0.6),
    ]


def test_the_first_of_a_day_is_by_the_zone_of_the_node(queue: OpenQueue) -> None:
    """21:30 in UTC is still today at the gate, and tomorrow in Nairobi."""
    rules = event_rules(queue, rule(first_of_day=True))
    for node in ("gate", "lodge"):
        for at in (NOON, NOON + timedelta(hours=9.5)):
            at_ms = ms(at)
            decide(
                queue,
                rules,
                event(state="confirmed", node=node, onset_ms=at_ms, received_ms=at_ms),
            )
    assert [entry.content.node for entry in queue.entries()] == ["gate", "lodge", "lodge"]


def test_a_late_event_is_left_out_unless_the_rule_takes_it(queue: OpenQueue) -> None:
    """It is marked then; its age counts from its end."""
    rules = event_rules(queue, rule("fresh"), rule("all", late="send"))
    late = event(state="ended", received_ms=ms(NOON) + 3_600_000, offset_ms=ms(NOON) + 2_000)
    decide(queue, rules, late)
    (entry,) = queue.entries()
    assert (entry.content.rule, entry.content.late) == ("all", True)
    assert entry.content.title == "Late: dog at gate"
    assert "Received late: 20 Nov 2026 14:00:00 CET" in entry.content.text
    long = replace(late, id="long", offset_ms=late.received_ms - 1_000)
    decide(queue, rules, long)
    assert [each.content.late for each in queue.entries()] == [True, False, False]


def test_an_event_with_a_wrong_clock_is_late_if_the_node_says_so(queue: OpenQueue) -> None:
    """Its times mean nothing."""
    rules = event_rules(queue, rule())
    old = event(state="confirmed", clock="untrusted", onset_ms=0, received_ms=ms(NOON))
    decide(queue, rules, replace(old, id="backfilled", is_backfilled=True), old)
    assert [entry.content.event for entry in queue.entries()] == [old.id]
    assert "the clock of the node is not synchronised" in queue.entries()[0].content.text


def test_a_retracted_event_is_taken_back_while_it_waits(queue: OpenQueue) -> None:
    """For the rules that it was a message of."""
    rules = event_rules(queue, rule(state="started"))
    first = event()
    decide(queue, rules, first, state_of(first, "retracted"))
    assert queue.states() == ["withdrawn"]
    assert queue.claim("phone") is None


@pytest.mark.parametrize("retracted", ["cancel", "follow-up"])
def test_a_retracted_event_that_was_sent_has_a_follow_up_if_the_rule_says_so(
    queue: OpenQueue, retracted: str
) -> None:
    """Also while its message is under way: it may have arrived."""
    rules = event_rules(queue, rule(state="started", retracted=retracted))
    first, second = event(), event(seq=5)
    decide(queue, rules, first)
    delivery = queue.claim("phone")
    assert delivery is not None
    queue.finish(delivery, "sent")
    decide(queue, rules, second)
    assert queue.claim("phone") is not None
    decide(queue, rules, state_of(first, "retracted"), state_of(second, "retracted"))
    kinds = [entry.content.kind for entry in queue.entries()]
    assert kinds == ["event", "event", *(["retracted"] * 2 if retracted == "follow-up" else [])]


def test_a_retraction_of_what_was_never_a_message_is_none(queue: OpenQueue) -> None:
    """Nor is one of an event that the rule does not match."""
    rules = event_rules(queue, rule(state="started", labels=["cat"], retracted="follow-up"))
    first = event()
    decide(queue, rules, first, state_of(first, "retracted"), event(seq=9, state="retracted"))
    assert queue.entries() == []


def test_a_self_test_is_a_message_only_if_the_rule_says_so(queue: OpenQueue) -> None:
    """It is marked, and begins no cooldown."""
    rules = event_rules(queue, rule("off"), rule("on", test=True, cooldown_minutes=10.0))
    decide(queue, rules, event(state="confirmed"), is_test=True)
    decide(queue, rules, event(state="confirmed"))
    found = [(entry.content.rule, entry.content.title) for entry in queue.entries()]
    assert found == [("on", "Test: dog at gate"), ("off", "dog at gate"), ("on", "dog at gate")]
