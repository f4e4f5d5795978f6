"""The present state of nodes and events."""

import pytest
from manual_clock import ManualClock
from web_events import event, event_id, health

from soundpost_web.history.event import Event
from soundpost_web.history.message import Rank
from soundpost_web.nodes.latest_events import MOST_EVENTS
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import decode_health
from soundpost_web.nodes.state import MOST_NODES, BrokerState, LiveState


@pytest.fixture
def clock() -> ManualClock:
    """Provides the clock of the state."""
    return ManualClock()


@pytest.fixture
def state(clock: ManualClock) -> LiveState:
    """Provides an empty state."""
    return LiveState(monotonic_seconds=clock)


def set_online(state: LiveState, node: str = "gate", run_id: str | None = None) -> None:
    """Lets a node come online."""
    state.update_node(node, lambda found, _: found.set_status(run_id, is_online=True))


def set_offline(state: LiveState, node: str = "gate") -> None:
    """Lets a node go offline."""
    state.update_node(node, lambda found, _: found.set_status(None, is_online=False))


def report(state: LiveState, **fields: object) -> None:
    """Lets a node send a health report."""
    found = decode_health(health(**fields))
    state.update_node("gate", lambda node, now: node.set_health(found, now))


def test_changes_are_taken_once(state: LiveState) -> None:
    """Each with its latest value only."""
    set_online(state)
    set_offline(state)
    changes = state.take_changes()
    assert [(node.name, node.is_online) for node in changes.nodes] == [("gate", False)]
    assert state.take_changes() == ([], [], False)


def test_a_change_wakes_the_viewers(state: LiveState) -> None:
    """A message that changes nothing does not."""
    woken: list[int] = []
    state.on_change = lambda: woken.append(1)
    message = event()
    state.update_event(message)
    state.update_event(message)
    assert len(woken) == 1
    assert state.counts.read().repeated == 1


def test_an_event_is_shown_in_its_latest_state(state: LiveState) -> None:
    """A state that comes late, or after the last one, changes nothing."""
    identity = event_id()
    for name in ("started", "confirmed", "started", "ended", "retracted"):
        state.update_event(event(state=name, id=identity))
    (found,) = state.events
    assert found.rank is Rank.ENDED
    assert [changed.rank for changed in state.take_changes().events] == [Rank.ENDED]


def test_events_are_bounded(state: LiveState) -> None:
    """The latest stay, the latest of them first."""
    for number in range(MOST_EVENTS + 10):
        state.update_event(event(label=str(number)))
    assert [found.label for found in state.events][:2] == ["69", "68"]
    assert len(state.events) == len(state.take_changes().events) == MOST_EVENTS


def test_nodes_are_bounded(state: LiveState) -> None:
    """A hostile broker names as many as it likes."""
    for number in range(MOST_NODES):
        assert state.update_node(f"node-{number}", lambda _node, _now: None)
    assert not state.update_node("one-more", lambda _node, _now: None)
    assert state.update_node("node-0", lambda _node, _now: None)
    assert len(state.nodes) == MOST_NODES


def test_an_open_event_runs_while_its_node_is_online(state: LiveState) -> None:
    """A change of the status changes the event too."""
    message = event()
    state.update_event(message)
    assert state.running == set()
    set_online(state)
    assert state.running == {("gate", message.id)}
    state.take_changes()
    set_offline(state)
    assert state.running == set()
    assert [found.id for found in state.take_changes().events] == [message.id]


def test_an_event_that_its_node_has_forgotten_does_not_run(state: LiveState) -> None:
    """The node runs anew, or begins another event of the label."""
    set_online(state, run_id="a")
    first, other = event(), event(label="owl")
    state.update_event(first)
    state.update_event(other)
    second = event()
    state.update_event(second)
    assert state.running == {("gate", other.id), ("gate", second.id)}
    set_offline(state)
    set_online(state, run_id="a")
    assert len(state.running) == 2
    set_online(state, run_id="b")
    assert state.running == set()
    state.update_event(event(state="ended", id=first.id))
    assert {found.id: found.rank for found in state.events}[first.id] is Rank.ENDED


def test_a_node_that_misses_three_reports_is_silent(state: LiveState, clock: ManualClock) -> None:
    """By its own interval; the change is found without a message."""
    set_online(state)
    for second in (0.0, 60.0):
        report(state, heard_seconds=second)
        clock.seconds += 60.0
    clock.seconds += 100.0
    state.take_changes()
    state.find_silent_nodes()
    assert state.take_changes().nodes == []
    clock.seconds += 30.0
    state.find_silent_nodes()
    (node,) = state.take_changes().nodes
    assert node.is_silent(clock.seconds)
    report(state, heard_seconds=180.0)
    assert not state.nodes[0].is_silent(clock.seconds)


def test_an_old_level_is_not_shown(clock: ManualClock) -> None:
    """The node has stopped sending it."""
    node = NodeState("gate")
    node.set_level(-40.0, clock.seconds)
    assert node.level_now(clock.seconds) == -40.0
    assert node.level_now(clock.seconds + 60.0) is None


def test_statuses_count_anew_after_a_connection(state: LiveState) -> None:
    """One that has expired at the broker is not sent again."""
    set_online(state)
    state.forget_statuses()
    assert [node.is_online for node in state.nodes] == [None]
    state.remove_status("unknown")
    assert len(state.nodes) == 1


def test_faults_are_changes_too(state: LiveState) -> None:
    """Of the broker, and of the history."""
    state.set_broker(BrokerState(failure="no broker"))
    assert state.take_changes().has_broker
    state.set_broker(BrokerState(failure="no broker"))
    assert not state.take_changes().has_broker
    state.set_fault("disk full")
    assert state.take_changes().has_broker
    assert state.fault == "disk full"


def test_events_of_the_history_are_there_at_the_start(state: LiveState) -> None:
    """The latest first, and none of them is a change."""
    loaded = [Event.of(event(label=label)) for label in ("new", "old")]
    state.load(loaded)
    assert [found.label for found in state.events] == ["new", "old"]
    assert state.take_changes().events == []
