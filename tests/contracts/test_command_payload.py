"""Commands, results and settings on the wire: code, docs/schema and docs agree."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from teach_reports import TAUGHT

from soundpost.errors import PublishError
from soundpost.messages.clip_piece import ClipPieceMessage
from soundpost.messages.command import COMMANDS, read_command
from soundpost.messages.result import (
    CommandStatus,
    FalseDetection,
    ResultMessage,
    TeachReport,
    UnusedClip,
)
from soundpost.messages.settings import SettingsMessage

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMAND, RESULT, SETTINGS, PIECE = (
    json.loads((DOCS / "schema" / f"{name}-1.json").read_text())
    for name in ("command", "result", "settings", "clip")
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
    status=CommandStatus.DONE,
    message="the clip is stored",
    hint="",
    at=AT,
    clip="20261120T073121Z-requested-6da2fa14.flac",
)
CLIP = "20261120T073121Z-requested-6da2fa14.flac"
PART = ClipPieceMessage(
    node="north-gate",
    id="a1",
    file=CLIP,
    size_bytes=7,
    sha256="5e" * 32,
    offset=4,
    data=b"abc",
)
NOW = SettingsMessage(
    node="north-gate", muted={"dog": AT}, thresholds={"dog": 0.5}, profiles={"dog": "steady"}
)

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=210)
values = (
    names
    | st.none()
    | st.booleans()
    | st.integers(-2, 2_000)
    | st.floats(-1.0, 1_500.0)
    | st.lists(names, max_size=3)
    | st.sampled_from([CLIP, CLIP.replace("flac", "png"), f"{CLIP}x", f"../{CLIP}"])
    | st.sampled_from([[], [CLIP], [CLIP] * 60, [CLIP] * 61, [f"../{CLIP}"], [f"{CLIP}x"]])
    | st.sampled_from([[CLIP] * 300, [CLIP] * 301])
)
fields = st.sampled_from(
    [
        *("id", "label", "labels", "minutes", "on", "profile", "seconds", "file", "offset", "x"),
        *("clips", "not", "right", "wrong", "again", "budget", "dry_run", "undo", "remove"),
    ]
)


@st.composite
def payloads(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draws a command that is valid or almost valid."""
    name = draw(st.sampled_from([*COMMANDS]))
    right = {"id": "a1", "minutes": 1, "label": "dog", "on": 0.5, "profile": "x", "seconds": 2.5}
    right |= {"file": CLIP, "offset": 3}
    known = {key: right[key] for key in COMMANDS[name].__struct_encode_fields__ if key in right}
    return name, known | draw(st.dictionaries(fields, values, max_size=2))


@given(payloads())
def test_the_schema_accepts_exactly_the_accepted_commands(
    payload: tuple[str, dict[str, Any]],
) -> None:
    """No valid command is refused, and no other is accepted."""
    name, command = payload
    try:
        read_command(name, json.dumps(command).encode())
        is_accepted = True
    except PublishError:
        is_accepted = False
    assert OF_NAME[name].is_valid(command) == is_accepted


@pytest.mark.parametrize("name", COMMANDS)
def test_the_schema_names_the_fields_of_each_command(name: str) -> None:
    """The required fields are the same, too."""
    described = COMMAND["$defs"][name]
    coded = msgspec.structs.fields(COMMANDS[name])
    assert set(described["properties"]) == {field.encode_name for field in coded}
    assert set(described["required"]) == {field.encode_name for field in coded if field.required}
    assert described["additionalProperties"] is False


def test_the_schema_has_every_command() -> None:
    """The schema as a whole allows any of them."""
    assert [part["$ref"].rpartition("/")[2] for part in COMMAND["anyOf"]] == [*COMMANDS]


@pytest.mark.parametrize(
    ("struct", "schema"),
    [(ResultMessage, RESULT), (SettingsMessage, SETTINGS), (ClipPieceMessage, PIECE)],
)
def test_a_schema_names_the_fields_of_its_struct(
    struct: type[msgspec.Struct], schema: dict[str, Any]
) -> None:
    """The fields are in the same order, without others; those that are left out are optional."""
    fields = msgspec.structs.fields(struct)
    assert list(schema["properties"]) == [field.name for field in fields]
    always = [field.name for field in fields if field.default is not msgspec.UNSET]
    assert schema["required"] == always
    assert schema["additionalProperties"] is False


def test_the_schema_has_every_status() -> None:
    """A new status must be documented."""
    assert RESULT["properties"]["status"]["enum"] == list(CommandStatus)


@pytest.mark.parametrize(
    "schema", [COMMAND, RESULT, SETTINGS, PIECE], ids=lambda schema: schema["title"]
)
def test_a_schema_is_valid(schema: dict[str, Any]) -> None:
    """A misspelt keyword would allow everything."""
    Draft202012Validator.check_schema(schema)


def test_a_result_is_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    encoded = msgspec.json.encode(DONE)
    assert encoded == (
        b'{"schema":1,"node":"north-gate","id":"a1","command":"capture-now","status":"done",'
        b'"message":"the clip is stored","hint":"","at":"2026-11-20T07:31:21.480Z",'
        b'"clip":"20261120T073121Z-requested-6da2fa14.flac"}'
    )
    Draft202012Validator(RESULT).validate(json.loads(encoded))


def test_figures_of_teaching_are_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    encoded = msgspec.json.encode(msgspec.structs.replace(DONE, clip=None, teach=TAUGHT))
    assert encoded.endswith(
        b'"clip":null,"teach":{"label":"gate_bell","version":1,"recordings":10,"detected":9,'
        b'"missed":["a.flac"],"negative_hours":1.0,"background_hours":0.95,'
        b'"false_events_per_hour":0.0,"budget":0.5,"false_events":[{"name":"this node",'
        b'"seconds":3.21,"score":0.61,"time":"2026-11-20T07:31:21.480Z"}],'
        b'"unused":[{"clip":"b.flac","reason":"is silent"}]}}'
    )
    Draft202012Validator(RESULT).validate(json.loads(encoded))


@pytest.mark.parametrize(
    ("struct", "path"),
    [
        (TeachReport, ()),
        (FalseDetection, ("false_events", "items")),
        (UnusedClip, ("unused", "items")),
    ],
)
def test_the_schema_names_the_fields_of_the_figures(
    struct: type[msgspec.Struct], path: tuple[str, ...]
) -> None:
    """In the same order, and all of them required."""
    schema = RESULT["properties"]["teach"]
    for number, name in enumerate(path):
        schema = schema["properties"][name] if number == 0 else schema[name]
    assert list(schema["properties"]) == list(struct.__struct_fields__) == schema["required"]
    assert schema["additionalProperties"] is False


def test_settings_are_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    encoded = msgspec.json.encode(NOW)
    assert encoded == (
        b'{"schema":1,"node":"north-gate","muted":{"dog":"2026-11-20T07:31:21.480Z"},'
        b'"thresholds":{"dog":0.5},"profiles":{"dog":"steady"}}'
    )
    Draft202012Validator(SETTINGS).validate(json.loads(encoded))


def test_a_piece_of_a_clip_is_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    encoded = msgspec.json.encode(PART)
    assert encoded == (
        b'{"schema":1,"node":"north-gate","id":"a1",'
        b'"file":"20261120T073121Z-requested-6da2fa14.flac","size_bytes":7,'
        b'"sha256":"5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",'
        b'"offset":4,"data":"YWJj"}'
    )
    Draft202012Validator(PIECE).validate(json.loads(encoded))
    assert msgspec.json.decode(encoded, type=ClipPieceMessage) == PART


@pytest.mark.parametrize(
    "change",
    [{"id": "a b"}, {"status": "ok"}, {"message": ""}, {"at": "now"}, {"clip": 1}, {"x": 1}],
    ids=str,
)
def test_the_schema_refuses_an_invalid_result(change: dict[str, Any]) -> None:
    """Without that the tests above would prove nothing."""
    encoded = json.loads(msgspec.json.encode(DONE))
    assert not Draft202012Validator(RESULT).is_valid(encoded | change)


def test_the_documentation_has_every_command() -> None:
    """The table of commands has each one with its keys."""
    text = (DOCS / "PAYLOAD.md").read_text()
    table = text[text.index("| command |") :].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", table, re.MULTILINE))
    assert list(rows) == [*COMMANDS]
    for name, keys in rows.items():
        named = set(re.findall(r"`([a-z_]+)`", keys)) - {"null"}
        assert named == set(COMMANDS[name].__struct_encode_fields__) - {"id"}
