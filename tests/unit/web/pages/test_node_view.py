"""Nodes in the words in which they are shown."""

import pytest
from web_events import health

from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import decode_health
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.node_view import NodeView, view_node
from soundpost_web.settings.zones import Zones

TEXT = Catalogue()


def view(node: NodeState, now_seconds: float = 0.0) -> NodeView:
    """Returns what is shown of a node in Berlin."""
    return view_node(node, [], Zones("Europe/Berlin"), TEXT, now_seconds)


def reported(**fields: object) -> NodeState:
    """Returns a node that is online and has reported."""
    node = NodeState("gate", is_online=True)
    node.set_health(decode_health(health(**fields)), 0.0)
    return node


@pytest.mark.parametrize(
    ("is_online", "now_seconds", "status"),
    [
        (True, 0.0, "online"),
        (True, 1_000.0, "silent"),
        (False, 0.0, "offline"),
        (None, 0.0, "unknown"),
    ],
)
def test_a_node_has_a_status(is_online: bool | None, now_seconds: float, status: str) -> None:  # noqa: FBT001 - a case of the test
    """In words too, so that it is not a colour alone."""
    node = reported()
    node.is_online = is_online
    found = view(node, now_seconds)
    assert (found.status, found.status_text) == (status, TEXT(f"node.{status}"))


def test_problems_are_in_words() -> None:
    """One of a later version is shown as it is."""
    assert view(reported(problems=["level_collapse", "haunted"])).problems == [
        "much quieter than before",
        "haunted",
    ]


def test_the_last_report_is_in_the_zone_of_the_node() -> None:
    """By the clock of the node."""
    assert view(reported()).reported == "2026-11-20 13:00:00"


@pytest.mark.parametrize("time", ["yesterday", "2026-11-20", "9999-99-99T00:00:00Z"])
def test_a_time_that_is_none_is_left_out(time: str) -> None:
    """A hostile client may send any text."""
    assert view(reported(time=time)).reported == ""


def test_the_level_is_a_share_of_the_meter() -> None:
    """From -90 dBFS to full scale."""
    node = NodeState("gate", is_online=True)
    assert (view(node).level, view(node).level_share) == (None, 0.0)
    for level_dbfs, share in ((-45.0, 0.5), (-120.0, 0.0), (3.0, 1.0)):
        node.set_level(level_dbfs, 0.0)
        assert view(node).level_share == pytest.approx(share)
    assert view(node).level == "3 dBFS"


def test_the_facts_are_those_of_the_health() -> None:
    """A node without a report has none."""
    facts = dict(view(reported()).facts)
    assert facts[TEXT("node.version")] == "0.3.0"
    assert facts[TEXT("node.waiting")] == "3"
    assert facts[TEXT("node.load")] == "6 % of a core, 73 MB"
    assert view(NodeState("gate")).facts == []
