"""Live views of nodes, as other clients of the broker may send them."""

import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_events import live_view

from soundpost_web.nodes.limits import UnreadableError
from soundpost_web.nodes.live_view import LARGEST_BYTES, MOST_COLUMNS, decode_live_view


def test_a_view_is_decoded() -> None:
    """Of a node, and of a source of it; a later version may have more fields."""
    view = decode_live_view("gate", live_view(later={"x": 1}))
    assert (view.first, view.bands, view.scores) == (0, 4, {"dog": 0.91})
    assert len(base64.b64decode(view.columns)) == 40
    assert decode_live_view("barn/yard", live_view("barn/yard")).source == "yard"


@pytest.mark.parametrize(
    "fields",
    [
        {"node": "barn"},
        {"source": "yard"},
        {"bands": 0},
        {"bands": 3},
        {"bands": 257},
        {"bands": "4"},
        {"columns": ""},
        {"columns": "AAA"},
        {"columns": "<b>="},
        {"columns": "AAAA\n"},
        {"columns": 7},
        {"columns": base64.b64encode(bytes(4 * MOST_COLUMNS + 4)).decode()},
        {"columns": "A" * LARGEST_BYTES},
        {"first": -1},
        {"first": 2**53 + 1},
        {"first": 1.5},
        {"column_seconds": 0},
        {"column_seconds": 1e300},
        {"delay_seconds": -1},
        {"low_hz": -1},
        {"high_hz": math.inf},
        {"high_hz": math.nan},
        {"scores": {"dog": 1.01}},
        {"scores": {"x" * 201: 0.5}},
        {"scores": {f"label {number}": 0.5 for number in range(11)}},
        {"scores": [0.5]},
    ],
)
def test_what_is_no_view_is_refused(fields: dict[str, object]) -> None:
    """It is counted, and nothing of it reaches a browser."""
    with pytest.raises(UnreadableError):
        decode_live_view("gate", live_view(**fields))


@given(
    st.binary(max_size=400)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
        ),
        max_leaves=9,
    ).map(lambda value: json.dumps(value).encode())
)
def test_garbage_is_refused_by_one_error(payload: bytes) -> None:
    """No other exception ends the subscriber."""
    with pytest.raises(UnreadableError):
        decode_live_view("gate", payload)


@given(
    st.sampled_from(["first", "bands", "columns", "scores", "low_hz", "node"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
def test_any_value_is_taken_or_refused(name: str, value: object) -> None:
    """Columns that are taken are whole."""
    try:
        view = decode_live_view("gate", live_view(**{name: value}))
    except UnreadableError:
        return
    assert len(base64.b64decode(view.columns)) % view.bands == 0
