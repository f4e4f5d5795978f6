"""Nodes that fall silent or deaf, and their return."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_notify.nodes.watch import BROKER, Due, NodeRule, NodeWatch
from soundpost_notify.queue.memory import Reported
from soundpost_notify.settings import NodeRuleConfig
from soundpost_web.nodes.state import MOST_NODES

AFTER_SECONDS = 20.0


class Watch(NodeWatch):
    """A watch with a clock, which records what it sends.

    Args:
        reported: The states of before.
        keys: The keys of its rule.

    Attributes:
        seconds: The clock.
        sent: The messages, as node and kind.
    """

    def __init__(
        self, reported: Mapping[tuple[str, str], Reported] | None = None, **keys: object
    ) -> None:
        self.seconds = 1_000.0
        self.sent: list[tuple[str, str]] = []
        self.changes: list[Due] = []
        config = msgspec.convert({"targets": ["phone"]} | keys, NodeRuleConfig)
        super().__init__(
            [NodeRule("nodes", config)],
            reported or {},
            monotonic_seconds=lambda: self.seconds,
            now_seconds=lambda: self.seconds,
        )

    def run(self, seconds: float) -> list[tuple[str, str]]:
        """Runs for a time, in steps of a second; returns what was sent in it."""
        before = len(self.sent)
        for _ in range(round(seconds)):
            self.seconds += 1.0
            for due in self.due():
                self.confirm(due)
                if due.is_sent:
                    self.changes.append(due)
                    self.sent.append((due.change.node, due.change.kind))
        return self.sent[before:]


@pytest.fixture
def watch() -> Watch:
    """Provides a watch of a node that is online and well."""
    return online(Watch())


def online(watch: Watch, node: str = "gate") -> Watch:
    """Lets a node come online, and report once."""
    watch.connect()
    watch.set_status(node, is_online=True)
    watch.set_problems(node, ())
    assert watch.run(1) == []
    return watch


def report(watch: Watch, seconds: float, *problems: str) -> list[tuple[str, str]]:
    """Lets the node report every 30 s for a while; returns what was sent."""
    sent = []
    for _ in range(round(seconds / 30)):
        watch.set_problems("gate", problems)
        sent += watch.run(30)
    return sent


def test_a_node_that_reports_is_no_message(watch: Watch) -> None:
    """For hours."""
    assert report(watch, 7_200) == []


def test_a_node_that_goes_offline_is_a_message_within_a_minute(watch: Watch) -> None:
    """So is its return."""
    watch.set_status("gate", is_online=False)
    assert watch.run(AFTER_SECONDS - 1) == []
    assert watch.run(60 - AFTER_SECONDS) == [("gate", "silent")]
    assert watch.run(3_600) == []
    watch.set_status("gate", is_online=True)
    assert report(watch, 60) == [("gate", "back")]
    assert watch.changes[-1].change.seconds == pytest.approx(3_640.0, abs=30.0)


def test_a_restart_of_a_node_is_no_message(watch: Watch) -> None:
    """It is online again before the change counts."""
    for _ in range(10):
        watch.set_status("gate", is_online=False)
        assert watch.run(AFTER_SECONDS / 2) == []
        watch.set_status("gate", is_online=True)
        watch.set_problems("gate", ())
        assert watch.run(AFTER_SECONDS / 2) == []


def test_a_node_without_reports_is_silent(watch: Watch) -> None:
    """Three reports and at least 90 s."""
    assert report(watch, 300) == []
    assert watch.run(90 - 30 + AFTER_SECONDS) == []
    assert watch.run(2) == [("gate", "silent")]
    assert "has reported nothing for" in watch.changes[-1].change.reason


def test_a_node_that_reports_rarely_has_time_for_three(watch: Watch) -> None:
    """Also if a problem made it report twice in a row."""
    for _ in range(3):
        watch.set_problems("gate", ())
        watch.run(300)
    watch.sent.clear()
    watch.set_problems("gate", ("clipping",))
    watch.run(1)
    watch.set_problems("gate", ())
    assert watch.run(899) == []
    assert watch.run(60) == [("gate", "silent")]


def test_a_deaf_node_is_a_message(watch: Watch) -> None:
    """By the problems of the rule; a milder one is none."""
    assert report(watch, 120, "clipping") == []
    assert report(watch, 60, "no_samples", "clipping") == [("gate", "deaf")]
    assert watch.changes[-1].change.problems == ("no_samples",)
    assert report(watch, 60) == [("gate", "back")]


def test_a_deaf_node_that_falls_silent_is_two_messages(watch: Watch) -> None:
    """And one when all is well."""
    assert report(watch, 60, "digital_silence") == [("gate", "deaf")]
    watch.set_status("gate", is_online=False)
    assert watch.run(30) == [("gate", "silent")]
    watch.set_status("gate", is_online=True)
    assert report(watch, 60) == [("gate", "back")]


def test_the_broker_is_watched_too(watch: Watch) -> None:
    """Nothing is said about nodes meanwhile, nor until they had time to report."""
    watch.disconnect(is_broker_away=True)
    assert watch.run(3_600) == [(BROKER, "silent")]
    watch.connect()
    assert watch.run(60) == [(BROKER, "back")]
    assert watch.run(60) == [("gate", "silent")]


def test_a_connection_that_the_notifier_left_is_no_silence(watch: Watch) -> None:
    """Its disk was full."""
    watch.disconnect(is_broker_away=False)
    assert watch.run(3_600) == []


def test_what_was_reported_before_a_restart_is_not_reported_again() -> None:
    """A node that died with the broker meanwhile is missed all the same."""
    reported = {
        ("nodes", "gate"): Reported("up", 0),
        ("nodes", "barn"): Reported("silent", 400_000),
    }
    watch = Watch(reported)
    watch.connect()
    watch.set_status("barn", is_online=False)
    assert watch.run(90 + AFTER_SECONDS - 1) == []
    assert watch.run(5) == [("gate", "silent")]
    watch.set_status("barn", is_online=True)
    assert watch.run(AFTER_SECONDS + 1) == [("barn", "back")]
    assert watch.changes[-1].change.seconds == pytest.approx(714.0, abs=10.0)


def test_a_node_that_is_offline_at_first_sight_is_no_message() -> None:
    """It may have been taken away long ago. One that is deaf then is one."""
    watch = Watch()
    watch.connect()
    watch.set_status("old", is_online=False)
    watch.set_status("deaf", is_online=True)
    watch.set_problems("deaf", ("no_samples",))
    assert watch.run(60) == [("deaf", "deaf")]


def test_a_node_that_is_gone_for_good_is_forgotten(watch: Watch) -> None:
    """Its status was removed."""
    watch.forget("gate")
    assert watch.run(3_600) == []


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        ({"silent": False}, []),
        ({"nodes": ["barn"]}, []),
        ({"back": False}, [("gate", "silent")]),
        ({"after_seconds": 200.0}, []),
    ],
)
def test_a_rule_leaves_out_what_it_does_not_name(
    keys: dict[str, Any], sent: list[tuple[str, str]]
) -> None:
    """Silence, nodes, the return, and what is short."""
    watch = online(Watch(**keys))
    watch.set_status("gate", is_online=False)
    found = watch.run(60)
    watch.set_status("gate", is_online=True)
    watch.set_problems("gate", ())
    assert found + watch.run(30) == sent


@settings(max_examples=25)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 300)), max_size=30))
def test_a_node_that_flaps_is_a_few_messages_an_hour(steps: list[tuple[bool, int]]) -> None:
    """And the last state is reported in the end."""
    watch = online(Watch(most_per_hour=4))
    times: list[float] = []
    for is_online, seconds in steps:
        watch.set_status("gate", is_online=is_online)
        watch.set_problems("gate", ())
        times += [watch.seconds] * len(watch.run(seconds))
    for at_seconds in times:
        within = [each for each in times if at_seconds <= each <= at_seconds + 3_300.0]
        assert len(within) <= 4
    watch.set_status("gate", is_online=False)
    watch.run(3_700)
    kinds = [kind for _, kind in watch.sent]
    assert kinds[-1:] == ["silent"]
    assert all(earlier != later for earlier, later in pairwise(kinds))


def test_invented_nodes_are_bounded() -> None:
    """Another client of the broker may name any number."""
    watch = Watch()
    watch.connect()
    accepted = [watch.set_status(f"node-{number}", is_online=True) for number in range(1_000)]
    assert sum(accepted) == MOST_NODES
    assert watch.set_problems("one-more", ()) is False
