"""Results of commands, and the short ones for a broker that takes no large message."""

import json
from pathlib import Path

import msgspec
from jsonschema import Draft202012Validator
from teach_reports import TAUGHT

from soundpost.messages.result import CommandStatus, ResultMessage

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[4] / "docs" / "schema" / "result-1.json").read_text()
)
DONE = ResultMessage(
    node="n" * 64,
    id="i" * 64,
    command="teach",
    status=CommandStatus.DONE,
    message="ä" * 999,
    hint="",
    at="2026-11-20T07:31:21.480Z",
    teach=TAUGHT,
)


def test_a_short_result_fits_its_schema() -> None:
    """Also that of the longest names; it says where all of it is."""
    encoded = msgspec.json.encode(DONE.shortened(12_345))
    short = json.loads(encoded)
    Draft202012Validator(SCHEMA).validate(short)
    assert "teach" not in short
    assert (short["status"], len(short["message"])) == ("done", 80)
    assert "no result of 12345 bytes" in short["hint"]
    assert len(encoded.replace("ä".encode(), b"a")) < 600


def test_a_short_message_stays_whole() -> None:
    """Only the figures are left out."""
    done = msgspec.structs.replace(DONE, message="gate_bell is taught")
    assert done.shortened(9).message == "gate_bell is taught"
