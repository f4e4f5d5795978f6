"""The events that a rule matches."""

from typing import Any

import pytest
from notify_parts import ZONES, rule
from web_events import NOON, event, ms

from soundpost.config import Place
from soundpost.errors import ConfigError
from soundpost_notify.rules.rule import Rule
from soundpost_notify.settings import RuleConfig

GROUPS = {"alarms": ["siren", "glass_breaking"]}


@pytest.mark.parametrize(
    ("keys", "fields", "is_match"),
    [
        ({}, {}, True),
        ({"labels": ["dog"]}, {}, True),
        ({"labels": ["cat"]}, {}, False),
        ({"labels": ["Tawny owl"]}, {"common_name": "Tawny Owl"}, True),
        ({"labels": ["strix aluco"]}, {"scientific_name": "Strix aluco"}, True),
        ({"groups": ["alarms"]}, {"label": "siren"}, True),
        ({"groups": ["alarms"]}, {}, False),
        ({"groups": ["alarms"], "labels": ["dog"]}, {}, True),
        ({"nodes": ["gate"]}, {}, True),
        ({"nodes": ["gate"]}, {"node": "gate/yard"}, True),
        ({"nodes": ["gate/*"]}, {"node": "gate"}, False),
        ({"nodes": ["north-*", "g?te"]}, {}, True),
        ({"nodes": ["Gate"]}, {}, False),
        ({"least_score": 0.9}, {}, True),
        ({"least_score": 0.91}, {}, False),
        ({"from": "12:00", "to": "14:00"}, {}, True),
        ({"from": "12:00", "to": "14:00"}, {"node": "lodge"}, False),
        ({"from": "22:00", "to": "14:00"}, {}, True),
        ({"from": "22:00", "to": "06:00"}, {}, False),
        ({"from": "22:00", "to": "06:00"}, {"clock": "untrusted", "onset_ms": ms(NOON)}, False),
    ],
)
def test_a_rule_matches_names_nodes_scores_and_hours(
    keys: dict[str, Any],
    fields: dict[str, Any],
    is_match: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """At noon in UTC it is one o'clock at the gate, and three at the lodge."""
    found = rule(known=GROUPS, **keys).matches(
        event(state="confirmed", **fields), ZONES, is_test=False
    )
    assert found is is_match


def test_an_unknown_group_is_an_error_with_a_guess() -> None:
    """A rule that never fires would not be noticed."""
    with pytest.raises(ConfigError, match="expected the name of a group, got 'alarm'") as error:
        rule(known=GROUPS, groups=["alarm"])
    assert error.value.hint == "did you mean alarms?"


def test_hours_by_the_sun_need_a_place() -> None:
    """From dusk to dawn is night."""
    config = RuleConfig(targets=["phone"], begins="dusk", ends="dawn")
    with pytest.raises(ConfigError, match=r"dusk needs notify\.latitude"):
        Rule.of(1, config, {}, None)
    night = Rule.of(1, config, {}, Place(52.5, 13.4))
    for hours, is_match in ((0, False), (10, True)):
        at_ms = ms(NOON) + hours * 3_600_000
        message = event(state="confirmed", onset_ms=at_ms, received_ms=at_ms)
        assert night.matches(message, ZONES, is_test=False) is is_match
