"""The wire format of messages: code, docs/schema and docs/PAYLOAD.md agree."""

import json
import random
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from soundpost.config.types import TOPICS_OF_A_NODE
from soundpost.events import Detection, State, SummaryState
from soundpost.health import Health, Problem
from soundpost.manifest import Label
from soundpost.messages import (
    DetectionMessage,
    HealthMessage,
    MessageBuilder,
    ModelIdentity,
    NodeName,
    Origin,
    SummaryMessage,
    encode,
)
from soundpost.messages.load import Load
from soundpost.system.clock import ClockState

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMAS = {
    DetectionMessage: json.loads((DOCS / "schema" / "detection-1.json").read_text()),
    SummaryMessage: json.loads((DOCS / "schema" / "summary-1.json").read_text()),
    HealthMessage: json.loads((DOCS / "schema" / "health-1.json").read_text()),
}
LAST_NS = 253_402_300_799_999_999_999
"""The end of the year 9999, the last one that RFC 3339 can express."""
OVER = {State.ENDED, State.RETRACTED}
MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
ORIGIN = Origin(NodeName("north-gate"), [MODEL])
STARTED = Detection(
    event=3,
    state=State.STARTED,
    label="glass_breaking",
    score=0.94,
    threshold=0.62,
    onset_sample=16_000,
    offset_sample=None,
    decided_sample=32_000,
    onset_utc_ns=1_795_159_881_480_000_000,
    offset_utc_ns=None,
    level_dbfs=-31.2,
)

STARTED_JSON = (
    b'{"schema":1,"id":"01a1f7dd-f708-752e-89a7-834df2a74de4","seq":1,"node":"north-gate",'
    b'"state":"started","label":"glass_breaking","score":0.94,"threshold":0.62,'
    b'"onset":"2026-11-20T07:31:21.480Z","offset":null,"clock":"synced","level_dbfs":-31.2,'
    b'"model":{"id":"esc50","version":"1.0.0","sha256":"' + b"5e" * 32 + b'"},'
    b'"clip":null,"backfilled":false,"test":false}'
)
NAMED_JSON = STARTED_JSON.replace(
    b'"node":"north-gate",', b'"node":"north-gate","source":"yard",'
).replace(
    b'"label":"glass_breaking",',
    b'"label":"tawny_owl","common_name":"Waldkauz \xc3\xb6","scientific_name":"Strix aluco",',
)
HEALTH_JSON = (
    b'{"schema":1,"node":"north-gate","time":"2026-11-20T07:31:21.480Z","clock":"synced",'
    b'"version":"0.1.0","model":{"id":"esc50","version":"1.0.0","sha256":"' + b"5e" * 32 + b'"},'
    b'"heard_seconds":1.0,"problems":["clipping"],"queue_seconds":0.25,"cpu_percent":12.3,'
    b'"rss_bytes":75000000,"counters":{"samples":16000,"overflows":0,"dropped_samples":0,'
    b'"reopens":0,"windows":7,"detections":2,"events_muted":0,"events_out_of_range":0,"events_confounded":0,"events_summed":0,"clips_kept":1,"clips_withheld":0,"clips_lost":0,'
    b'"messages_sent":2,"messages_dropped":0,"messages_waiting":0,"outbox_faults":0,"connects":1,'
    b'"commands":0,"results_dropped":0,"commands_invalid":0,'
    b'"messages_too_large":0}}'
)


def build_messages(clock: ClockState = "synced", origin: Origin = ORIGIN) -> MessageBuilder:
    """Builds a message builder with the same ids in every run."""
    rng = random.Random(7)  # noqa: S311 - the same ids in every run
    return MessageBuilder(origin, sample_rate_hz=16_000, clock=lambda: clock, rng=rng)


def schema_errors(message: DetectionMessage | SummaryMessage | HealthMessage) -> list[str]:
    """Validates the encoded message; returns the errors."""
    validator = Draft202012Validator(SCHEMAS[type(message)])
    return [error.message for error in validator.iter_errors(json.loads(encode(message)))]


@st.composite
def detections(draw: st.DrawFn) -> Detection:
    """Draws a state of an event; it has an offset exactly if the event is over."""
    state = draw(st.sampled_from(State))
    onset_ns = draw(st.integers(0, LAST_NS))
    return Detection(
        event=0,
        state=state,
        label=draw(st.from_regex(r"[a-z0-9][a-z0-9_]{0,63}", fullmatch=True)),
        score=draw(st.floats(0.0, 1.0, width=32)),
        threshold=draw(st.floats(0.0, 1.0)),
        onset_sample=draw(st.integers(0)),
        offset_sample=0 if state in OVER else None,
        decided_sample=0,
        onset_utc_ns=onset_ns,
        offset_utc_ns=draw(st.integers(onset_ns, LAST_NS)) if state in OVER else None,
        level_dbfs=draw(st.floats(-120.0, 0.0)),
    )


@given(detections(), st.sampled_from(get_args(ClockState)))
def test_every_detection_is_valid(detection: Detection, clock: ClockState) -> None:
    """The schema accepts any state at any time."""
    builder = build_messages(clock)
    messages = [
        builder.detection(
            msgspec.structs.replace(detection, state=State.STARTED, offset_utc_ns=None)
        )
    ]
    if detection.state is not State.STARTED:
        messages.append(builder.detection(detection))
    assert [schema_errors(message) for message in messages] == [[]] * len(messages)


@given(
    st.builds(Health, **dict.fromkeys(Health.__struct_fields__, st.integers(0, 2**53))),
    st.sets(st.sampled_from(Problem)),
)
def test_every_health_message_is_valid(health: Health, problems: set[Problem]) -> None:
    """The schema accepts any counters and problems."""
    assert schema_errors(build_messages().health(health, LAST_NS, sorted(problems))) == []


@given(detections())
def test_a_decoded_detection_is_equal_to_the_published_one(detection: Detection) -> None:
    """No field is lost or rounded."""
    started = msgspec.structs.replace(detection, state=State.STARTED, offset_utc_ns=None)
    message = build_messages().detection(started)
    assert msgspec.json.decode(encode(message), type=DetectionMessage) == message


def test_a_detection_is_frozen_byte_for_byte() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    assert encode(build_messages().detection(STARTED)) == STARTED_JSON


def test_a_detection_with_names_and_a_source_is_frozen_byte_for_byte() -> None:
    """Each key is left out where there is no such name; all others stay as they are."""
    label = Label(
        name="tawny_owl",
        on_threshold=0.62,
        off_threshold=0.5,
        smoothing_windows=1,
        minimum_samples=0,
        refractory_samples=0,
        common_name="Waldkauz ö",
        scientific_name="Strix aluco",
    )
    origin = Origin(NodeName("north-gate", "yard"), [MODEL], {label.name: label})
    message = build_messages(origin=origin).detection(
        msgspec.structs.replace(STARTED, label=label.name)
    )
    assert encode(message) == NAMED_JSON
    assert schema_errors(message) == []


def test_a_health_message_is_frozen_except_for_the_version() -> None:
    """A change of these bytes needs a new `schema` and an entry in the changelog."""
    health = Health(
        samples=16_000, windows=7, detections=2, clips_kept=1, messages_sent=2, connects=1
    )
    report = build_messages().health(
        health, STARTED.onset_utc_ns, [Problem.CLIPPING], Load(0.25, 12.34, 75_000_000)
    )
    assert encode(msgspec.structs.replace(report, version="0.1.0")) == HEALTH_JSON


def described(schema: dict[str, Any], *path: str) -> dict[str, Any]:
    """Returns the part of a schema that describes a nested object."""
    for name in path:
        schema = schema["properties"][name]
    return schema


@pytest.mark.parametrize(
    ("struct", "part"),
    [
        (DetectionMessage, SCHEMAS[DetectionMessage]),
        (ModelIdentity, described(SCHEMAS[DetectionMessage], "model")),
        (SummaryMessage, SCHEMAS[SummaryMessage]),
        (ModelIdentity, described(SCHEMAS[SummaryMessage], "model")),
        (HealthMessage, SCHEMAS[HealthMessage]),
        (ModelIdentity, described(SCHEMAS[HealthMessage], "model")),
        (Health, described(SCHEMAS[HealthMessage], "counters")),
    ],
)
def test_a_schema_names_the_fields_of_its_struct(
    struct: type[msgspec.Struct], part: dict[str, Any]
) -> None:
    """The fields are in the same order, without others; those that are left out are optional."""
    fields = msgspec.structs.fields(struct)
    assert list(part["properties"]) == [field.encode_name for field in fields]
    always = [field.encode_name for field in fields if field.default is not msgspec.UNSET]
    assert part["required"] == always
    assert part["additionalProperties"] is False


def test_the_schema_has_every_problem() -> None:
    """A new problem must be documented."""
    items = SCHEMAS[HealthMessage]["properties"]["problems"]["items"]
    assert items["enum"] == list(Problem)


def test_the_schema_has_every_state_and_every_clock_state() -> None:
    """A new state must be documented."""
    properties = SCHEMAS[DetectionMessage]["properties"]
    assert properties["state"]["enum"] == list(State)
    states = SCHEMAS[SummaryMessage]["properties"]["state"]
    assert states["enum"] == list(SummaryState)
    assert properties["clock"]["enum"] == list(get_args(ClockState))


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=["detection", "summary", "health"])
def test_a_schema_is_valid(schema: dict[str, Any]) -> None:
    """A misspelt keyword would allow everything."""
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"id": "01a1f7dd-f708-452e-89a7-834df2a74de4"},
        {"seq": 0},
        {"node": "a/b"},
        {"state": "started", "offset": "2026-11-20T07:31:21.480Z"},
        {"state": "ended", "offset": None},
        {"label": "Glass"},
        {"source": "a/b"},
        {"common_name": ""},
        {"scientific_name": None},
        {"score": 1.5},
        {"onset": "2026-11-20T07:31:21Z"},
        {"clock": "local"},
        {"level_dbfs": None},
        {"model": {}},
        {"extra": 1},
    ],
    ids=str,
)
def test_the_schema_refuses_an_invalid_detection(change: dict[str, Any]) -> None:
    """Without that the tests above would prove nothing."""
    validator = Draft202012Validator(SCHEMAS[DetectionMessage])
    assert validator.is_valid(json.loads(STARTED_JSON))
    assert not validator.is_valid(json.loads(STARTED_JSON) | change)


def test_the_examples_in_the_documentation_are_valid() -> None:
    """Every block of JSON in docs/PAYLOAD.md is a message of its schema."""
    text = (DOCS / "PAYLOAD.md").read_text()
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    kind_by_key = {
        "level_reference": "acoustics",
        "size_bytes": "clip",
        "columns": "live_view",
        "counters": "health",
        "since": "summary",
        "status": "result",
        "thresholds": "settings",
    }
    kinds = [
        next((kind for key, kind in kind_by_key.items() if key in block), "detection")
        for block in blocks
    ]
    assert {"detection", *kind_by_key.values()} == set(kinds)
    for kind, block in zip(kinds, blocks, strict=True):
        schema = json.loads((DOCS / "schema" / f"{kind}-1.json").read_text())
        Draft202012Validator(schema).validate(block)


def test_no_source_can_have_the_name_of_a_documented_topic() -> None:
    """Its messages would be among those of the node; `command` is received, not published."""
    rows = [line for line in (DOCS / "PAYLOAD.md").read_text().splitlines() if line[:4] == "| `…"]
    published = {level for row in rows for level in re.findall(r"`…/([a-z_]+)", row.split("|")[1])}
    assert published | {"command"} == TOPICS_OF_A_NODE
