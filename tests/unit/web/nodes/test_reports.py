"""Status, health, level and settings of nodes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_events import health

from soundpost.messages.settings import SettingsMessage
from soundpost_web.nodes.limits import UnreadableError
from soundpost_web.nodes.reports import (
    decode_health,
    decode_level,
    decode_settings,
    decode_status,
)


def test_health_has_what_is_shown() -> None:
    """A problem of a later version is taken as it is; fields that are missing have defaults."""
    found = decode_health(health(problems=["clipping", "haunted"], mood="good"))
    assert found.problems == ["clipping", "haunted"]
    assert (found.counters.messages_waiting, found.counters.clips_lost) == (3, 0)
    assert [model.id for model in found.all_models] == ["everyday"]


def test_of_several_models_all_are_named() -> None:
    """In the order of the node."""
    models = [{"id": "everyday"}, {"id": "birds", "version": "2"}]
    assert [model.id for model in decode_health(health(models=models)).all_models] == [
        "everyday",
        "birds",
    ]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"online",
        health(problems=["x"] * 100),
        health(problems=["x" * 300]),
        health(version=1),
        health(padding="x" * 70_000),
    ],
)
def test_what_is_no_health_is_refused(payload: bytes) -> None:
    """Nothing of it is shown."""
    with pytest.raises(UnreadableError):
        decode_health(payload)


@pytest.mark.parametrize(
    ("payload", "status"), [(b"online", True), (b"offline", False), (b"", None)]
)
def test_a_status_is_online_offline_or_removed(payload: bytes, status: bool | None) -> None:  # noqa: FBT001 - an expected value
    """An empty message removes it."""
    assert decode_status(payload) is status


@pytest.mark.parametrize("payload", [b"ON", b"online\n", b"{}"])
def test_another_status_is_refused(payload: bytes) -> None:
    """It is that of another program."""
    with pytest.raises(UnreadableError):
        decode_status(payload)


def test_a_level_is_a_number_of_dbfs() -> None:
    """With or without decimals."""
    assert decode_level(b"-43.2") == -43.2
    assert decode_level(b"-120") == -120.0


@pytest.mark.parametrize("payload", [b"", b"loud", b"nan", b"inf", b"-1e9", b"9" * 40])
def test_what_is_no_level_is_refused(payload: bytes) -> None:
    """It would draw no meter."""
    with pytest.raises(UnreadableError):
        decode_level(payload)


def test_settings_have_what_is_shown() -> None:
    """Those of docs/PAYLOAD.md."""
    payload = {
        "schema": 1,
        "node": "gate",
        "muted": {"dog": "2026-11-20T08:01:21.480Z"},
        "thresholds": {"dog": 0.71},
        "profiles": {"dog": "steady"},
        "left_out": {"thresholds": 6510},
    }
    found = decode_settings(json.dumps(payload).encode())
    assert found.muted == payload["muted"]
    assert (found.thresholds, found.profiles) == (payload["thresholds"], payload["profiles"])
    assert set(found.__struct_fields__) <= set(SettingsMessage.__struct_fields__)


@given(st.binary(max_size=200))
def test_any_payload_is_taken_or_refused(payload: bytes) -> None:
    """Nothing else is raised."""
    for decode in (decode_health, decode_settings, decode_level, decode_status):
        try:
            decode(payload)
        except UnreadableError:
            continue
