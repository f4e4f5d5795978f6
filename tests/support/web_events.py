"""Messages of nodes as the page receives them."""

import base64
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from soundpost.events import State
from soundpost_web.history.message import EventMessage

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_SHA256 = "5e" * 32
_ids = itertools.count(1)


def event_id() -> str:
    """Returns the id of an event that no other test has."""
    return str(UUID(int=next(_ids)))


def wire_time(time: datetime) -> str:
    """Returns a time as messages have it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def ms(time: datetime) -> int:
    """Returns the milliseconds since 1970."""
    return round(time.timestamp() * 1_000)


def detection(node: str = "gate", /, **fields: object) -> bytes:
    """Returns the payload of a detection; fields replace those of a dog that has just begun."""
    name, _, source = node.partition("/")
    message: dict[str, object] = {
        "schema": 1,
        "id": event_id(),
        "seq": 1,
        "node": name,
        **({"source": source} if source else {}),
        "state": "started",
        "label": "dog",
        "score": 0.9,
        "threshold": 0.5,
        "onset": wire_time(NOON),
        "offset": None,
        "clock": "synced",
        "level_dbfs": -31.2,
        "model": {"id": "everyday", "version": "1.0.0", "sha256": _SHA256},
        "clip": None,
        "backfilled": False,
        "test": False,
    }
    return json.dumps(message | fields).encode()


def summary(node: str = "gate", /, **fields: object) -> bytes:
    """Returns the payload of a summary."""
    message: dict[str, object] = {
        "schema": 1,
        "seq": 1,
        "node": node,
        "state": "going_on",
        "label": "crickets",
        "since": wire_time(NOON - timedelta(hours=2)),
        "from": wire_time(NOON - timedelta(hours=1)),
        "to": wire_time(NOON),
        "clock": "synced",
        "events": 57,
        "seconds": 1834.263,
        "score": 0.97,
        "model": {"id": "everyday", "version": "1.0.0", "sha256": _SHA256},
        "backfilled": False,
    }
    return json.dumps(message | fields).encode()


def health(node: str = "gate", /, **fields: object) -> bytes:
    """Returns the payload of a health report."""
    message: dict[str, object] = {
        "schema": 1,
        "node": node,
        "time": wire_time(NOON),
        "clock": "synced",
        "version": "0.3.0",
        "model": {"id": "everyday", "version": "1.0.0", "sha256": _SHA256},
        "heard_seconds": 3600.0,
        "problems": [],
        "queue_seconds": 0.064,
        "cpu_percent": 6.1,
        "rss_bytes": 73_400_320,
        "counters": {"samples": 57_600_000, "messages_waiting": 3},
    }
    return json.dumps(message | fields).encode()


def live_view(node: str = "gate", /, **fields: object) -> bytes:
    """Returns the payload of a live view of ten columns of four bands."""
    name, _, source = node.partition("/")
    message: dict[str, object] = {
        "schema": 1,
        "node": name,
        **({"source": source} if source else {}),
        "end": wire_time(NOON),
        "clock": "synced",
        "delay_seconds": 2.79,
        "first": 0,
        "column_seconds": 0.05,
        "bands": 4,
        "low_hz": 125.0,
        "high_hz": 7500.0,
        "columns": base64.b64encode(bytes(range(1, 41))).decode(),
        "scores": {"dog": 0.91},
    }
    return json.dumps(message | fields).encode()


def event(seq: int = 1, state: str = "started", **fields: object) -> EventMessage:
    """Returns a message of an event; fields replace those of a dog that has just begun."""
    at_ms = ms(NOON)
    message = EventMessage(
        node="gate",
        seq=seq,
        id=event_id(),
        state=State(state),
        label="dog",
        common_name=None,
        scientific_name=None,
        score=0.9,
        threshold=0.5,
        onset_ms=at_ms,
        offset_ms=None,
        clock="synced",
        level_dbfs=-31.2,
        model="everyday",
        clip=None,
        is_backfilled=False,
        received_ms=at_ms + 500,
    )
    return replace(message, **fields)  # type: ignore[arg-type]  # the fields of a test
