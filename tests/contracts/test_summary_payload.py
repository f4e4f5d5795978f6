"""The wire format of summaries: code and docs/schema agree."""

import json
import random
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from soundpost.events import Summary, SummaryState
from soundpost.messages import (
    MessageBuilder,
    ModelIdentity,
    NodeName,
    Origin,
    SummaryMessage,
    encode,
)

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schema" / "summary-1.json"
LAST_NS = 253_402_300_799_999_999_999
"""The end of the year 9999, the last one that RFC 3339 can express."""
STARTED_NS = 1_795_159_881_480_000_000
MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
SUMMARY = Summary(
    label="crickets",
    state=SummaryState.GOING_ON,
    events=57,
    seconds=1_834.2632,
    score=0.97,
    since_utc_ns=STARTED_NS,
    from_utc_ns=STARTED_NS + 3_600 * 10**9,
    to_utc_ns=STARTED_NS + 7_200 * 10**9,
)
SUMMARY_JSON = (
    b'{"schema":1,"seq":1,"node":"north-gate","state":"going_on","label":"crickets",'
    b'"since":"2026-11-20T07:31:21.480Z","from":"2026-11-20T08:31:21.480Z",'
    b'"to":"2026-11-20T09:31:21.480Z","clock":"synced","events":57,"seconds":1834.263,"score":0.97,'
    b'"model":{"id":"esc50","version":"1.0.0","sha256":"' + b"5e" * 32 + b'"},"backfilled":false}'
)


def build_messages() -> MessageBuilder:
    """Builds a message builder with the same ids in every run."""
    rng = random.Random(7)  # noqa: S311 - the same ids in every run
    origin = Origin(NodeName("north-gate"), [MODEL])
    return MessageBuilder(origin, sample_rate_hz=16_000, clock=lambda: "synced", rng=rng)


@given(
    st.sampled_from(SummaryState),
    st.integers(0),
    st.floats(0.0, 3_600.0),
    st.floats(0.0, 1.0, width=32),
    st.lists(st.integers(0, LAST_NS), min_size=3, max_size=3).map(sorted),
)
def test_every_summary_is_valid(
    state: SummaryState, events: int, seconds: float, score: float, times: list[int]
) -> None:
    """The schema accepts any sum, and a decoded message is equal to the published one."""
    message = build_messages().summary(Summary("any", state, events, seconds, score, *times))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(encode(message)))
    assert msgspec.json.decode(encode(message), type=SummaryMessage) == message


def test_a_summary_is_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    assert encode(build_messages().summary(SUMMARY)) == SUMMARY_JSON
