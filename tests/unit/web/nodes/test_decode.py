"""Detections and summaries from nodes of any version, and from other clients."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_events import NOON, detection, ms, summary, wire_time

from soundpost.events import State
from soundpost_web.nodes.decode import LARGEST_BYTES, decode_event, decode_summary
from soundpost_web.nodes.limits import LONGEST_TEXT, UnreadableError

RECEIVED_MS = ms(NOON) + 500


def test_a_detection_has_the_fields_of_its_message() -> None:
    """Names that it lacks are left out."""
    payload = detection(seq=7, common_name="Dog", backfilled=True, clip="a.flac", state="ended")
    event = decode_event("gate", payload, RECEIVED_MS)
    assert (event.node, event.seq, event.state, event.label) == ("gate", 7, State.ENDED, "dog")
    assert (event.common_name, event.scientific_name) == ("Dog", None)
    assert (event.onset_ms, event.offset_ms) == (ms(NOON), None)
    assert (event.is_backfilled, event.clip, event.model) == (True, "a.flac", "everyday")


def test_a_detection_of_a_source_names_it() -> None:
    """`<node>/<source>`, as the topic."""
    assert decode_event("gate/yard", detection("gate/yard"), RECEIVED_MS).node == "gate/yard"


def test_a_later_version_may_have_more_fields() -> None:
    """They are left out."""
    assert decode_event("gate", detection(mood="good"), RECEIVED_MS).label == "dog"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 10_000,
        detection(state="paused"),
        detection(score=1.5),
        detection(seq=0),
        detection(seq=2**60),
        detection(onset="yesterday"),
        detection(onset="2026-13-01T00:00:00.000Z"),
        detection(label="x" * (LONGEST_TEXT + 1)),
        detection(id="x" * (LONGEST_TEXT + 1)),
        detection(clip="x" * (LONGEST_TEXT + 1)),
        detection(common_name="x" * (LONGEST_TEXT + 1)),
        detection(padding="x" * LARGEST_BYTES),
        detection(test=True),
        detection("barn"),
        detection("gate/yard"),
    ],
)
def test_anything_else_is_refused(payload: bytes) -> None:
    """Also a detection of another node: it would change that node's history."""
    with pytest.raises(UnreadableError):
        decode_event("gate", payload, RECEIVED_MS)


@given(st.binary(max_size=300))
def test_any_payload_is_a_detection_or_refused(payload: bytes) -> None:
    """Nothing else is raised."""
    with pytest.raises(UnreadableError):
        decode_event("gate", payload, RECEIVED_MS)


@given(
    st.sampled_from(sorted(json.loads(detection()))),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda children: st.lists(children) | st.dictionaries(st.text(), children),
        max_leaves=5,
    ),
)
def test_any_value_of_a_field_is_taken_or_refused(field: str, value: object) -> None:
    """A node of a later version, or a hostile client, may send any."""
    try:
        decode_event("gate", detection(**{field: value}), RECEIVED_MS)
    except UnreadableError:
        return


def test_a_summary_gives_its_number_and_the_end_of_its_period() -> None:
    """A gap is only found with both."""
    found = decode_summary("gate", summary(seq=9, mood="good"))
    assert (found.node, found.seq, found.at_ms) == ("gate", 9, ms(NOON))


@pytest.mark.parametrize("payload", [b"{}", summary(seq=0), summary("barn"), detection()])
def test_what_is_no_summary_is_refused(payload: bytes) -> None:
    """As for detections."""
    with pytest.raises(UnreadableError):
        decode_summary("gate", payload)


@pytest.mark.parametrize(
    ("fields", "is_at_onset"),
    [
        ({}, True),
        ({"clock": "untrusted"}, True),
        ({"clock": "untrusted", "onset": "1970-01-01T00:01:00.000Z"}, False),
        ({"clock": "synced", "onset": "2026-01-01T00:00:00.000Z"}, True),
        ({"clock": "file", "onset": "1970-01-01T00:00:12.000Z"}, False),
        ({"onset": wire_time(NOON.replace(year=2099))}, False),
    ],
)
def test_an_event_of_a_wrong_clock_lies_where_it_was_received(
    fields: dict[str, object],
    is_at_onset: bool,  # noqa: FBT001 - an expected value
) -> None:
    """A recording counts from its start, and a board without a clock begins in 1970."""
    event = decode_event("gate", detection(**fields), RECEIVED_MS)
    assert event.at_ms == (event.onset_ms if is_at_onset else RECEIVED_MS)


def test_while_the_clock_of_the_page_is_not_set_the_node_is_right() -> None:
    """A board without a battery begins in 1970, and would remove what it has placed there."""
    event = decode_event("gate", detection(), received_ms=60_000)
    assert event.at_ms == event.onset_ms
