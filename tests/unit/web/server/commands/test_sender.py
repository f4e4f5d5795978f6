"""Commands of an admin, and their results that are lost on the way."""

import json

import pytest
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from teach_pages import NODE, RECORDED, answered, result
from web_page import Page

from soundpost_web.server.commands import sender


def test_a_result_that_was_lost_is_requested_again(
    page: Page, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same command, while a person waits for it; not once it is there."""
    fields = {"label": "gate_bell", "action": "teach", f"use:{RECORDED}": "label"}
    command, _ = answered(page, broker, fields, status="started", message="gate_bell")
    address = f"/teach/result?node={NODE}&id={command['id']}"
    monkeypatch.setattr(sender, "REPEAT_SECONDS", 0.0)
    with Subscriber(broker.port, f"soundpost/{NODE}/command/+") as node:
        assert "It is being taught." in page.get(address).text
        node.wait_for(lambda received: len(received) == 1)
        assert json.loads(node.received[0].payload) == command
        assert "No result yet." in page.get(f"/teach/result?node={NODE}&id=another").text
        done = result("teach", command["id"], status="done", message="gate_bell is taught")
        node.publish(f"soundpost/{NODE}/result", done, retain=False)
        wait_until(lambda: "Done." in page.get(address).text)
        count = len(node.received)
        assert "Done." in page.get(address).text
        assert len(node.received) == count
