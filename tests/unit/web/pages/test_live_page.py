"""The parts of the live page."""

import json
from typing import Any

import pytest
from web_events import event, health

from soundpost_web.nodes.reports import NodeSettings, decode_health
from soundpost_web.nodes.state import BrokerState, LiveState
from soundpost_web.pages import live_page
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.live_page import LivePage
from soundpost_web.pages.render import Renderer
from soundpost_web.settings.zones import Zones

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def state() -> LiveState:
    """Provides the state that is shown: a node that is online."""
    state = LiveState()
    state.update_node("gate", lambda node, _: node.set_status(None, is_online=True))
    return state


@pytest.fixture
def page(state: LiveState) -> LivePage:
    """Provides the page."""
    return LivePage(state, Renderer(Catalogue()), Zones("Europe/Berlin"))


def changes(page: LivePage, state: LiveState) -> dict[str, Any]:
    """Returns the changes as the browser gets them."""
    decoded: dict[str, Any] = json.loads(page.render(state.take_changes()))
    return decoded


def test_a_new_viewer_gets_everything(page: LivePage, state: LiveState) -> None:
    """Events in the order in which the page puts them on top of each other."""
    state.update_event(event(label="first"))
    state.update_event(event(label="second"))
    everything = json.loads(page.render_all())
    assert everything["all"]
    assert ["first" in html for html in everything["events"]] == [True, False]
    assert len(everything["nodes"]) == 1
    assert everything["banner"] is not None


def test_a_change_has_what_has_changed(page: LivePage, state: LiveState) -> None:
    """With an event its node, which shows what runs there."""
    state.take_changes()
    state.update_event(event(common_name="Dog"))
    change = changes(page, state)
    assert (change["all"], change["banner"]) == (False, None)
    (node,), (shown,) = change["nodes"], change["events"]
    assert "<strong>Running now:</strong> Dog" in node
    assert 'class="event started"' in shown


def test_a_retracted_event_is_struck_out(page: LivePage, state: LiveState) -> None:
    """And says so in words."""
    state.update_event(event(state="retracted"))
    (shown,) = changes(page, state)["events"]
    assert "<s>dog</s>" in shown
    assert ">retracted</span>" in shown


def test_faults_are_shown_above(page: LivePage, state: LiveState) -> None:
    """With their remedy."""
    state.set_broker(BrokerState(failure="no broker; start it"))
    state.set_fault("disk full")
    banner = changes(page, state)["banner"]
    assert "no broker; start it" in banner
    assert "disk full" in banner


def test_no_text_of_a_message_is_markup(page: LivePage, state: LiveState) -> None:
    """Names of nodes are checked by their topics; all other texts may be anything."""
    report = decode_health(health(problems=[HOSTILE], version=HOSTILE))
    state.update_node("gate", lambda node, now: node.set_health(report, now))
    state.update_event(event(label=HOSTILE, common_name=f'"><img src=x onerror={HOSTILE}>'))
    state.set_fault(HOSTILE)
    sent = page.render(state.take_changes()).decode()
    assert "<script" not in sent
    assert "<img" not in sent
    assert "&lt;script&gt;" in sent


def test_too_many_nodes_are_counted(
    page: LivePage, state: LiveState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stays readable."""
    monkeypatch.setattr(live_page, "MOST_SHOWN", 2)
    for name in ("a", "b", "c"):
        state.update_node(name, lambda _node, _now: None)
    assert page.values()["more_nodes"] == 2
    assert len(changes(page, state)["nodes"]) == 2


def test_mutes_end_in_the_zone_of_the_node(page: LivePage, state: LiveState) -> None:
    """A text that is no time is shown as it is."""
    muted = {"dog": "2026-11-20T08:01:21.480Z", "owl": "soon"}
    settings = NodeSettings(muted=muted)
    state.update_node("gate", lambda node, _: setattr(node, "settings", settings))
    view = page.node("gate")
    assert view is not None
    assert page.muted(view) == ["dog until 2026-11-20 09:01", "owl until soon"]
    assert page.node("unknown") is None
