"""Commands: decoding, validation, and the reasons of refusals."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost.decide import LONGEST_MUTE_SECONDS
from soundpost.errors import PublishError
from soundpost.messages.command import (
    COMMANDS,
    LARGEST_COMMAND_BYTES,
    LONGEST_MUTE_MINUTES,
    CaptureCommand,
    ClipCommand,
    Command,
    LiveViewCommand,
    MuteCommand,
    ProfileCommand,
    ReloadCommand,
    SelfTestCommand,
    TeachCommand,
    ThresholdCommand,
    UnmuteCommand,
    read_command,
    read_id,
)

CLIP_FILE = "20261120T073121Z-dog-6da2fa14.flac"
RIGHT: dict[str, tuple[dict[str, Any], Command]] = {
    "mute": (
        {"id": "a", "labels": ["siren"], "minutes": 30},
        MuteCommand(id="a", labels=["siren"], minutes=30.0),
    ),
    "unmute": ({"id": "a"}, UnmuteCommand(id="a")),
    "threshold": (
        {"id": "a", "label": "siren", "on": None},
        ThresholdCommand(id="a", label="siren", on=None),
    ),
    "profile": (
        {"id": "a", "label": "siren", "profile": "steady"},
        ProfileCommand(id="a", label="siren", profile="steady"),
    ),
    "selftest": ({"id": "a"}, SelfTestCommand(id="a")),
    "capture-now": ({"id": "a", "seconds": 5}, CaptureCommand(id="a", seconds=5.0)),
    "live-view": ({"id": "a", "seconds": 15}, LiveViewCommand(id="a", seconds=15.0)),
    "clip": (
        {"id": "a", "file": CLIP_FILE, "offset": 32_768},
        ClipCommand(id="a", file=CLIP_FILE, offset=32_768),
    ),
    "teach": (
        {"id": "a", "label": "gate_bell", "clips": [CLIP_FILE], "not": [], "dry_run": True},
        TeachCommand(id="a", label="gate_bell", clips=[CLIP_FILE], dry_run=True),
    ),
    "reload": ({"id": "0197:x.Y_z-9"}, ReloadCommand(id="0197:x.Y_z-9")),
}
NAME = CLIP_FILE.encode()
TEACH = b'{"id": "a", "label": "x", %s}'
DEEP = b'{"id": "a", "labels": ' + b"[" * 8_000 + b"]" * 8_000 + b"}"


def refusal(name: str, payload: bytes) -> tuple[str, str]:
    """Returns the reason of a refusal, and its hint."""
    with pytest.raises(PublishError) as caught:
        read_command(name, payload)
    return str(caught.value), caught.value.hint


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_read(name: str) -> None:
    """A valid payload of each command is decoded."""
    fields, command = RIGHT[name]
    assert read_command(name, json.dumps(fields).encode()) == command


@pytest.mark.parametrize(
    ("name", "payload", "reason", "hint"),
    [
        ("mut", b"{}", "there is no command 'mut'", "did you mean mute?"),
        ("x", b"{}", "there is no command 'x'", "known: mute, unmute, threshold"),
        ("x" * 10_000, b"{}", "there is no command 'xxx", "known: "),
        ("mute", b"", "not a JSON object", "docs/PAYLOAD.md"),
        ("mute", b"[]", "not a JSON object", "docs/PAYLOAD.md"),
        ("mute", b"\xff\xfe", "not a JSON object", "docs/PAYLOAD.md"),
        ("mute", b'{"\xff": 1}', "not a JSON object", "docs/PAYLOAD.md"),
        ("mute", b'{"id": "\\ud800"}', "not a JSON object", "docs/PAYLOAD.md"),
        ("mute", b'{"minutes": 1e999}', "not a JSON object", "docs/PAYLOAD.md"),
        ("mute", DEEP, "nested too deep", "docs/PAYLOAD.md"),
        (
            "mute",
            b" " * (LARGEST_COMMAND_BYTES + 1),
            "at most 16384 bytes, this one 16385",
            "docs/",
        ),
        ("reload", b"{}", "reload lacks id", "its keys: id;"),
        ("mute", b'{"id": "a"}', "mute lacks minutes", "its keys: id, minutes, [labels];"),
        ("mute", b'{"id": "a", "minute": 1}', "mute has no key 'minute'", "did you mean minutes?"),
        ("reload", b'{"id": "a", "now": 1}', "reload has no key 'now'", "known: id"),
        ("reload", b'{"id": 1}', "id: expected 1 to 64 letters", "its keys: id;"),
        ("reload", b'{"id": "a b"}', "id: expected 1 to 64 letters", "its keys: id;"),
        ("reload", b'{"id": "a\\n"}', "id: expected 1 to 64 letters", "its keys: id;"),
        ("mute", b'{"id": "a", "minutes": "1"}', "minutes: expected a number", "its keys"),
        ("mute", b'{"id": "a", "minutes": -1}', "minutes: expected a number >= 0", "its keys"),
        ("mute", b'{"id": "a", "minutes": 1441}', "expected a number >= 0, <= 1440", "its keys"),
        ("mute", b'{"id": "a", "minutes": 1, "labels": []}', "expected a list of labels", "keys"),
        ("mute", b'{"id": "a", "minutes": 1, "labels": [1]}', "expected a list of labels", "keys"),
        ("threshold", b'{"id": "a", "label": "x"}', "threshold lacks on", "its keys"),
        ("threshold", b'{"id": "a", "label": "x", "on": 2}', "on: expected a number", "its keys"),
        ("capture-now", b'{"id": "a", "seconds": 0}', "seconds: expected a number > 0", "keys"),
        ("teach", b'{"id": "a"}', "teach lacks label", "[not], [again], [budget], [dry_run]"),
        ("teach", b'{"id": "a", "others": []}', "teach has no key 'others'", "known: "),
        ("teach", TEACH % b'"clips": ["x.flac"]', "clips: expected a list of at most 60", "keys"),
        ("teach", TEACH % b'"clips": ["../%s"]' % NAME, "clips: expected a list", "its keys"),
        ("teach", TEACH % b'"not": ["/%s"]' % NAME, "not: expected a list of at most", "keys"),
        ("teach", TEACH % b'"not": ["%s.png"]' % NAME[:-5], "not: expected a list", "its keys"),
        ("teach", TEACH % (b'"not": ["%s"' % NAME + b',"%s"' % NAME * 60 + b"]"), "most 60", ""),
        ("teach", TEACH % b'"budget": 0', "budget: expected a number > 0, <= 3600", "its keys"),
        ("teach", TEACH % b'"right": ["x.flac"]', "right: expected a list of at most 300", "keys"),
        (
            "teach",
            TEACH % (b'"wrong": ["%s"' % NAME + b',"%s"' % NAME * 300 + b"]"),
            "most 300",
            "",
        ),
        ("teach", TEACH % b'"undo": 1', "undo: expected true or false", "its keys"),
    ],
)
def test_an_invalid_command_is_refused_with_a_reason(
    name: str, payload: bytes, reason: str, hint: str
) -> None:
    """The error has a reason and a hint, and is short whatever the payload is."""
    actual_reason, actual_hint = refusal(name, payload)
    assert reason in actual_reason
    assert hint in actual_hint
    assert len(actual_reason) + len(actual_hint) < 500


def test_the_id_of_an_invalid_command_is_read() -> None:
    """Its sender can identify the command that was refused."""
    assert read_id(b'{"id": "a1", "minute": 1}') == "a1"
    assert read_id(b'{"id": "a b"}') is None
    assert read_id(DEEP) is None


def test_the_longest_mute_is_the_same_for_commands_and_decisions() -> None:
    """A longer mute would be ignored by the stage that decides."""
    assert LONGEST_MUTE_MINUTES * 60 == LONGEST_MUTE_SECONDS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
nearly_right = st.sampled_from([fields for fields, _ in RIGHT.values()]).flatmap(
    lambda fields: st.dictionaries(
        st.sampled_from([*fields, "minutes", "labels"]), json_values
    ).map(lambda change: fields | change)
)
payloads = (
    st.binary()
    | json_values.map(lambda value: json.dumps(value).encode())
    | nearly_right.map(lambda value: json.dumps(value).encode())
)


@given(st.sampled_from([*COMMANDS]) | st.text(), payloads)
@example("mute", DEEP)
@example("mute", b'{"id": ' + b"9" * 5_000 + b"}")
def test_any_payload_is_decoded_or_refused(name: str, payload: bytes) -> None:
    """No other exception is raised, and a decoded command can be encoded again."""
    try:
        command = read_command(name, payload)
    except PublishError as error:
        encoded = msgspec.json.encode([str(error), error.hint])
    else:
        encoded = msgspec.json.encode(command)
        assert msgspec.json.decode(encoded, type=COMMANDS[name]) == command
        assert read_id(payload) == command.id
    assert len(encoded) > 2
