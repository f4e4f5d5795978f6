"""The wire format of acoustic figures: code and docs/schema agree."""

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from made_minutes import figures_of

from soundpost.acoustics.figures import MinuteFigures, Reason
from soundpost.acoustics.reference import LevelReference
from soundpost.messages import NodeName, encode
from soundpost.messages.acoustics import AcousticsMessage, acoustics_message
from soundpost.system.clock import ClockState

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schema" / "acoustics-1.json").read_text()
)
LAST_MINUTE_NS = 253_402_300_740_000_000_000
"""The last minute of the year 9999, the last one that RFC 3339 can express."""
FIGURES = MinuteFigures(
    1_795_159_860_000_000_000,
    59.98765,
    48_000,
    -43.217,
    -51.0049,
    -48.0,
    -55.125,
    -60.5,
    -31.25,
    aci=312.34567,
    ndsi=-0.00001,
    bi=7.25,
)
JSON = (
    b'{"schema":1,"node":"north-gate","start":"2026-11-20T07:31:00.000Z","clock":"synced",'
    b'"seconds":59.988,"partial":false,"rate_hz":48000,"level_reference":"full_scale",'
    b'"leq_db":-43.22,"laeq_db":-51.0,"laf10_db":-48.0,"laf50_db":-55.12,"laf90_db":-60.5,'
    b'"lafmax_db":-31.25,"aci":312.3457,"ndsi":0.0,"bi":7.25,"missing":{}}'
)


def message(figures: MinuteFigures, calibration_db: float | None = None) -> AcousticsMessage:
    """Returns the message of figures."""
    return acoustics_message(
        NodeName("north-gate"), figures, LevelReference(calibration_db), "synced"
    )


def errors(wire: AcousticsMessage) -> list[str]:
    """Validates the encoded message; returns the errors."""
    validator = Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(json.loads(encode(wire)))]


def test_a_message_is_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    assert encode(message(FIGURES)) == JSON


def test_a_calibration_moves_all_levels_and_names_their_reference() -> None:
    """Nothing else changes."""
    plain = json.loads(encode(message(FIGURES)))
    calibrated = json.loads(encode(message(FIGURES, 120.0)))
    assert calibrated["level_reference"] == "20_micropascal"
    for name, value in plain.items():
        if name.endswith("_db"):
            assert calibrated[name] == pytest.approx(value + 123.01, abs=0.011)
        elif name != "level_reference":
            assert calibrated[name] == value


def test_the_schema_names_every_reason_and_every_field() -> None:
    """The order of the fields is that of the message."""
    properties = SCHEMA["properties"]
    assert list(properties) == list(AcousticsMessage.__struct_fields__)
    assert properties["missing"]["additionalProperties"]["enum"] == list(Reason)
    assert properties["clock"]["enum"] == list(get_args(ClockState))
    assert set(SCHEMA["required"]) == set(properties) - {"source"}


@given(
    st.binary(min_size=2, max_size=9_000),
    st.sampled_from([8_000, 16_000, 48_000]),
    st.integers(0, LAST_MINUTE_NS // (60 * 10**9)),
    st.none() | st.floats(40.0, 240.0),
)
@settings(max_examples=60, deadline=None)
def test_the_figures_of_any_sound_are_valid(
    noise: bytes, rate_hz: int, minute: int, calibration_db: float | None
) -> None:
    """Also of garbage: no NaN, no infinity; a figure that is null has its reason."""
    samples = np.frombuffer(noise[: len(noise) // 2 * 2], np.int16)
    (figures,) = figures_of(samples, rate_hz)
    wire = message(replace(figures, start_ns=minute * 60 * 10**9), calibration_db)
    assert errors(wire) == []
    content = json.loads(encode(wire), parse_constant=pytest.fail)
    assert {name.removesuffix("_db") for name, value in content.items() if value is None} == set(
        content["missing"]
    )
    assert msgspec.json.decode(encode(wire), type=AcousticsMessage) == wire


def test_a_source_is_named() -> None:
    """Beside its node."""
    wire = acoustics_message(NodeName("barn", "yard"), FIGURES, LevelReference(), "untrusted")
    assert b'"node":"barn","source":"yard",' in encode(wire)
    assert errors(wire) == []
