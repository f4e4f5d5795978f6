"""A node that a page teaches: what it publishes, and the forms that an admin sends to it."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from mosquitto import Broker
from mqtt_subscriber import Subscriber
from web_events import detection, wire_time
from web_page import Page

from soundpost.messages.command import read_command

NODE = "north-gate"
HOSTILE = "<script>alert(1)</script>"
RECORDED = "20261118T120000Z-requested-6da2fa14.flac"
FIGURES = {
    "label": "gate_bell",
    "version": 2,
    "recordings": 10,
    "detected": 9,
    "missed": ["missed.flac"],
    "negative_hours": 0.5,
    "background_hours": 0.4,
    "false_events_per_hour": 2.0,
    "budget": 2.0,
    "false_events": [{"name": HOSTILE, "seconds": 1.0, "score": 0.7, "time": None}],
    "unused": [{"clip": "unused.flac", "reason": "is silent"}],
}


def recent_event(clip: str) -> bytes:
    """Returns the last message of an event of an hour ago: older than a month is not offered."""
    onset = datetime.now(UTC) - timedelta(hours=1)
    times = {"onset": wire_time(onset), "offset": wire_time(onset + timedelta(seconds=2))}
    return detection(NODE, state="ended", clip=clip, **times)


def result(command: str, command_id: str, **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    """Returns the payload of a result."""
    return json.dumps({"id": command_id, "command": command, **fields}).encode()


def token(page: Page) -> str:
    """Returns the token of the form."""
    return page.get(f"/teach?node={NODE}").token


def answered(page: Page, broker: Broker, fields: dict[str, str], **reply: Any) -> tuple[Any, str]:  # noqa: ANN401 - JSON
    """Sends a form; returns the command that the node gets, and the page of its result."""
    with Subscriber(broker.port, f"soundpost/{NODE}/command/+") as node:

        def reply_to(received: list[Any]) -> bool:
            if not received:
                return False
            payload = result("teach", json.loads(received[0].payload)["id"], **reply)
            node.publish(f"soundpost/{NODE}/result", payload, retain=False)
            return True

        thread = threading.Thread(target=node.wait_for, args=(reply_to,))
        thread.start()
        sent = page.post("/teach", {"token": token(page), "node": NODE, **fields})
        thread.join()
        (received,) = node.received
    assert sent.status == 303
    read_command("teach", received.payload)
    return json.loads(received.payload), page.get(sent.headers["location"]).text
