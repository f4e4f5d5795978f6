"""Commands, their results and the settings on the wire: code, docs/schema and docs agree."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from soundpost.errors import PublishError
from soundpost.messages.command import COMMANDS, read_command
from soundpost.messages.result import ResultMessage, Status
from soundpost.messages.settings import SettingsMessage

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMAND, RESULT, SETTINGS = (
    json.loads((DOCS / "schema" / f"{name}-1.json").read_text())
    for name in ("command", "result", "settings")
)
OF_NAME = {
    name: Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": COMMAND["$defs"]})
    for name in COMMANDS
}
AT = "2026-11-20T07:31:21.480Z"
DONE = ResultMessage(
    node="north-gate",
    id="a1",
    command="capture-now",
    status=Status.DONE,
    message="the clip is stored",
    hint="",
    at=AT,
    clip="20261120T073121Z-requested-6da2fa14.flac",
)
NOW = SettingsMessage(
    node="north-gate", muted={"dog": AT}, thresholds={"dog": 0.5}, profiles={"dog": "steady"}
)

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=70)
values = (
    names
    | st.none()
    | st.booleans()
    | st.integers(-2, 2_000)
    | st.floats(-1.0, 1_500.0)
    | st.lists(names, max_size=3)
)
fields = st.sampled_from(["id", "label", "labels", "minutes", "on", "profile", "seconds", "x"])


@st.composite
def payloads(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A command that is nearly right, if it is not quite."""
    name = draw(st.sampled_from([*COMMANDS]))
    right = {"id": "a1", "minutes": 1, "label": "dog", "on": 0.5, "profile": "x", "seconds": 2.5}
    known = {key: right[key] for key in COMMANDS[name].__struct_fields__ if key in right}
    return name, known | draw(st.dictionaries(fields, values, max_size=2))


@given(payloads())
def test_what_the_schema_allows_is_what_is_obeyed(payload: tuple[str, dict[str, Any]]) -> None:
    """No command that keeps its schema is refused, and no other is let in."""
    name, command = payload
    try:
        read_command(name, json.dumps(command).encode())
        is_let_in = True
    except PublishError:
        is_let_in = False
    assert OF_NAME[name].is_valid(command) == is_let_in


@pytest.mark.parametrize("name", COMMANDS)
def test_the_schema_names_the_fields_of_each_command(name: str) -> None:
    """And those that may not be left away."""
    described = COMMAND["$defs"][name]
    coded = msgspec.structs.fields(COMMANDS[name])
    assert set(described["properties"]) == {field.name for field in coded}
    assert set(described["required"]) == {field.name for field in coded if field.required}
    assert described["additionalProperties"] is False


def test_the_schema_knows_every_command() -> None:
    """One for each name, and the whole is any of them."""
    assert [part["$ref"].rpartition("/")[2] for part in COMMAND["anyOf"]] == [*COMMANDS]


@pytest.mark.parametrize(
    ("struct", "schema"), [(ResultMessage, RESULT), (SettingsMessage, SETTINGS)]
)
def test_a_schema_names_the_fields_of_its_struct(
    struct: type[msgspec.Struct], schema: dict[str, Any]
) -> None:
    """The same, in the same order, all required, none beside them."""
    coded = list(struct.__struct_fields__)
    assert (list(schema["properties"]), schema["required"]) == (coded, coded)
    assert schema["additionalProperties"] is False


def test_the_schema_knows_every_status() -> None:
    """A word that the daemon learns is one that senders are told of."""
    assert RESULT["properties"]["status"]["enum"] == list(Status)


@pytest.mark.parametrize("schema", [COMMAND, RESULT, SETTINGS], ids=lambda one: one["title"])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    """A misspelt keyword would allow everything."""
    Draft202012Validator.check_schema(schema)


def test_a_result_is_frozen_byte_for_byte() -> None:
    """Who changes these bytes raises `schema`, and tells senders in the changelog."""
    told = msgspec.json.encode(DONE)
    assert told == (
        b'{"schema":1,"node":"north-gate","id":"a1","command":"capture-now","status":"done",'
        b'"message":"the clip is stored","hint":"","at":"2026-11-20T07:31:21.480Z",'
        b'"clip":"20261120T073121Z-requested-6da2fa14.flac"}'
    )
    Draft202012Validator(RESULT).validate(json.loads(told))


def test_settings_are_frozen_byte_for_byte() -> None:
    """Who changes these bytes raises `schema`, and tells subscribers in the changelog."""
    told = msgspec.json.encode(NOW)
    assert told == (
        b'{"schema":1,"node":"north-gate","muted":{"dog":"2026-11-20T07:31:21.480Z"},'
        b'"thresholds":{"dog":0.5},"profiles":{"dog":"steady"}}'
    )
    Draft202012Validator(SETTINGS).validate(json.loads(told))


@pytest.mark.parametrize(
    "change",
    [{"id": "a b"}, {"status": "ok"}, {"message": ""}, {"at": "now"}, {"clip": 1}, {"x": 1}],
    ids=str,
)
def test_the_schema_refuses_what_is_no_result(change: dict[str, Any]) -> None:
    """Otherwise the tests above would prove nothing."""
    told = json.loads(msgspec.json.encode(DONE))
    assert not Draft202012Validator(RESULT).is_valid(told | change)


def test_the_documentation_has_every_command() -> None:
    """With its keys, each in the table of commands."""
    text = (DOCS / "PAYLOAD.md").read_text()
    table = text[text.index("| command |") :].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", table, re.MULTILINE))
    assert list(rows) == [*COMMANDS]
    for name, keys in rows.items():
        named = set(re.findall(r"`([a-z]+)`", keys)) - {"null"}
        assert named == set(COMMANDS[name].__struct_fields__) - {"id"}
