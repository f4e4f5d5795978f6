"""The live view on the wire: code and docs/schema agree."""

import json
from pathlib import Path
from typing import get_args

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from live_view_node import LABELS, STARTS_AT_NS, manifest_with_speech

from soundpost.audio import Chunk
from soundpost.config import Config, MqttConfig, NodeConfig
from soundpost.live_view.columns import COLUMN_SECONDS
from soundpost.live_view.factory import build_live_view
from soundpost.live_view.scored_windows import MOST_SCORES
from soundpost.live_view.view import MOST_COLUMNS
from soundpost.messages import encode
from soundpost.messages.live_view import LiveViewMessage
from soundpost.system.clock import ClockState
from soundpost_web.nodes.live_view import LARGEST_BYTES, decode_live_view

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schema" / "live_view-1.json").read_text()
)
MANIFEST = manifest_with_speech()
MESSAGE = LiveViewMessage(
    node="north-gate",
    end="2026-11-20T07:31:21.480Z",
    clock="synced",
    delay_seconds=2.79,
    first=4210,
    column_seconds=COLUMN_SECONDS,
    bands=3,
    low_hz=125.0,
    high_hz=7500.0,
    columns="AQIDAAAA",
    scores={"dog": 0.91, "siren": 0.02},
)


def test_a_message_is_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    assert encode(MESSAGE) == (
        b'{"schema":1,"node":"north-gate","end":"2026-11-20T07:31:21.480Z","clock":"synced",'
        b'"delay_seconds":2.79,"first":4210,"column_seconds":0.05,"bands":3,"low_hz":125.0,'
        b'"high_hz":7500.0,"columns":"AQIDAAAA","scores":{"dog":0.91,"siren":0.02}}'
    )
    Draft202012Validator(SCHEMA).validate(json.loads(encode(MESSAGE)))


def test_the_schema_has_the_fields_and_the_limits_of_the_code() -> None:
    """The order of the fields is that of the message."""
    Draft202012Validator.check_schema(SCHEMA)
    properties = SCHEMA["properties"]
    assert list(properties) == list(LiveViewMessage.__struct_fields__)
    assert set(SCHEMA["required"]) == set(properties) - {"source"}
    assert properties["clock"]["enum"] == list(get_args(ClockState))
    assert properties["scores"]["maxProperties"] == MOST_SCORES
    largest = -(-MOST_COLUMNS * properties["bands"]["maximum"] // 3) * 4
    assert properties["columns"]["maxLength"] == largest < LARGEST_BYTES


@given(st.binary(min_size=2, max_size=5_000), st.integers(100, 16_000))
@settings(max_examples=20, deadline=None)
def test_messages_of_any_sound_are_valid(noise: bytes, chunk_samples: int) -> None:
    """Also of garbage; the page decodes each of them."""
    config = Config(
        node=NodeConfig(name="barn", source="yard"),
        mqtt=MqttConfig(commands=True, live_view=True),
    )
    sent: list[bytes] = []
    view = build_live_view(config, [MANIFEST], LABELS, 16_000, lambda: "untrusted", sent.append)
    view.renew(60.0)
    samples = np.resize(np.frombuffer(noise[: len(noise) // 2 * 2], np.int16), 96_000)
    for start in range(0, len(samples), chunk_samples):
        view.on_chunk(Chunk(start, samples[start : start + chunk_samples], STARTS_AT_NS))
    assert sent
    for payload in sent:
        Draft202012Validator(SCHEMA).validate(json.loads(payload))
        assert decode_live_view("barn/yard", payload).columns
