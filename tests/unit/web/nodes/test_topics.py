"""Topics of nodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_web.nodes.topics import LEAVES, NodeTopic, filters, is_command, parse_topic


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_node_and_its_sources_have_the_same_topics(leaf: str) -> None:
    """The prefix is that of the configuration."""
    assert parse_topic("farm", f"farm/gate/{leaf}") == NodeTopic("gate", leaf)
    assert parse_topic("farm", f"farm/gate/yard/{leaf}") == NodeTopic("gate/yard", leaf)


@pytest.mark.parametrize(
    "topic",
    [
        "soundpost/status",
        "soundpost/gate/sound/dog",
        "soundpost/gate/sound/status",
        "soundpost/gate/group/level",
        "soundpost/gate/command/health",
        "soundpost/a/b/c/status",
        "soundpost/ga te/status",
        "soundpost//status",
        "soundpost/<script>/status",
        "soundpostx/gate/status",
        "other/gate/status",
        f"soundpost/{'n' * 65}/status",
    ],
)
def test_no_other_topic_is_one_of_a_node(topic: str) -> None:
    """A label may be called `status`, and other clients publish at the broker too."""
    assert parse_topic("soundpost", topic) is None


def test_commands_are_recognised() -> None:
    """They are sent to nodes, and a filter of sources may match them."""
    assert is_command("soundpost", "soundpost/gate/command/selftest")
    assert is_command("soundpost", "soundpost/gate/yard/command/clip")
    assert not is_command("soundpost", "soundpost/gate/selftest")
    assert not is_command("soundpost", "farm/gate/command/selftest")


@given(st.text(max_size=60))
def test_any_topic_is_one_of_a_node_or_none(topic: str) -> None:
    """Nothing is raised in the thread that receives."""
    found = parse_topic("soundpost", f"soundpost/{topic}")
    assert found is None or f"soundpost/{found.node}/{found.leaf}" == f"soundpost/{topic}"


def test_the_subscription_has_nodes_and_sources() -> None:
    """One filter for each leaf and level."""
    assert len(filters("soundpost")) == 2 * len(LEAVES)
    assert {"soundpost/+/status", "soundpost/+/+/health"} <= set(filters("soundpost"))
