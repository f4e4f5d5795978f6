"""Ids that Home Assistant's pattern of discovery topics takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.publish.home_assistant.object_ids import object_id

DISCOVERY = re.compile(
    r"(?P<component>\w+)/(?:(?P<node_id>[a-zA-Z0-9_-]+)/)?(?P<object_id>[a-zA-Z0-9_-]+)/config"
)
"""`TOPIC_MATCHER` of Home Assistant's MQTT integration."""


@pytest.mark.parametrize("name", ["post", "north-gate", "a_b", "X9", "n" * 64])
def test_a_plain_name_is_its_own_id(name: str) -> None:
    """Existing entities keep their ids."""
    assert object_id(name) == name


@given(st.text(min_size=1, max_size=200))
def test_any_name_gives_a_discovery_topic(name: str) -> None:
    """Dots, blanks, umlauts, slashes, and names of 200 characters."""
    assert DISCOVERY.fullmatch(f"device/{object_id(name)}/soundpost/config")


@given(st.lists(st.text("ab._- ä/", min_size=1, max_size=5), unique=True, max_size=30))
def test_two_names_never_share_an_id(names: list[str]) -> None:
    """The replaced characters are in the hash."""
    assert len({object_id(name) for name in names}) == len(names)
