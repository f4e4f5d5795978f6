"""Commands from the page to a node."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from mosquitto import Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from web_page import MakePage, Page, running_page

from soundpost.errors import ConfigError
from soundpost.messages.command import read_command
from soundpost_web.server.application import build_application
from soundpost_web.server.commands.node_commands import OFFERED
from soundpost_web.settings import load_settings

HOSTILE = "<script>alert(1)</script>"


SESSIONS: dict[str, dict[str, str]] = {}
"""The cookies of each role: the number of logins is limited."""


def fill(page: Page, broker: Broker) -> dict[str, dict[str, str]]:
    """Publishes the status of a node, logs in as each role, and returns the cookies of each."""
    sessions = page.sessions()
    wait_until(lambda: "not connected" not in page.get("/about").text)
    with Subscriber(broker.port) as node:
        node.publish("soundpost/gate/status", b"online", retain=True)
        wait_until(lambda: page.get("/node?name=gate").status == 200)
    return sessions


@pytest.fixture(scope="module")
def shared(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page that may send commands, with a node that is online."""
    tables: dict[str, dict[str, Any]] = {
        "web": {"zone": "Europe/Berlin"},
        "mqtt": {"broker": broker.url, "commands": True},
    }
    with running_page(tmp_path_factory.mktemp("page"), tables, passwords=True) as page:
        SESSIONS.update(fill(page, broker))
        yield page


@pytest.fixture
def page(shared: Page) -> Page:
    """Provides that page for an admin."""
    shared.cookies = dict(SESSIONS["admin"])
    return shared


def send(page: Page, **fields: str) -> int:
    """Sends a command with the token of the page of the node; returns the status."""
    token = page.get("/node?name=gate").token
    return page.post("/node/command", {"token": token, "node": "gate"} | fields).status


@pytest.mark.parametrize(
    ("fields", "topic", "expected"),
    [
        (
            {"command": "mute", "minutes": "60", "label": "dog"},
            "mute",
            {"minutes": 60.0, "labels": ["dog"]},
        ),
        (
            {"command": "mute", "minutes": "10", "label": "", "confirmed": "yes"},
            "mute",
            {"minutes": 10.0},
        ),
        (
            {"command": "threshold", "label": "dog", "on": "0.75"},
            "threshold",
            {"label": "dog", "on": 0.75},
        ),
        (
            {"command": "threshold", "label": "dog", "on": ""},
            "threshold",
            {"label": "dog", "on": None},
        ),
        (
            {"command": "profile", "label": "dog", "profile": "steady"},
            "profile",
            {"label": "dog", "profile": "steady"},
        ),
        (
            {"command": "profile", "label": "dog", "profile": ""},
            "profile",
            {"label": "dog", "profile": None},
        ),
        ({"command": "reload"}, "reload", {}),
        ({"command": "unmute"}, "unmute", {}),
        ({"command": "selftest"}, "selftest", {}),
        ({"command": "capture-now", "seconds": "5"}, "capture-now", {"seconds": 5.0}),
    ],
)
def test_a_command_reaches_the_node_and_its_result_the_page(
    page: Page, broker: Broker, fields: dict[str, str], topic: str, expected: dict[str, Any]
) -> None:
    """The page leads back to the node, where the result stands; no text of it is markup."""
    with Subscriber(broker.port, "soundpost/gate/command/+") as node:

        def reply(received: list[Any]) -> bool:
            if not received:
                return False
            command = json.loads(received[0].payload)
            result = {"id": command["id"], "command": topic, "status": "done", "message": HOSTILE}
            result["at"] = "2026-11-20T07:31:21.480Z"
            node.publish("soundpost/gate/result", json.dumps(result).encode(), retain=False)
            return True

        thread = threading.Thread(target=node.wait_for, args=(reply,))
        thread.start()
        assert send(page, **fields) == 303
        thread.join()
        (received,) = node.received
    assert received.topic == f"soundpost/gate/command/{topic}"
    assert not received.retain
    command = json.loads(received.payload)
    assert command.pop("id").startswith("web-")
    assert command == expected
    read_command(topic, received.payload)
    text = page.get("/node?name=gate").text
    assert f"<strong>{topic}</strong> done: &lt;script&gt;" in text
    assert "2026-11-20 08:31:21" in text
    assert HOSTILE not in text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"command": "mute", "minutes": "x"}, 400),
        ({"command": "mute", "minutes": "nan"}, 400),
        ({"command": "mute", "minutes": "1e9"}, 400),
        ({"command": "mute"}, 400),
        ({"command": "threshold", "label": "dog", "on": "x"}, 400),
        ({"command": "threshold", "label": "dog", "on": "1.01"}, 400),
        ({"command": "threshold", "on": "0.5"}, 400),
        ({"command": "profile", "profile": "steady"}, 400),
        ({"command": "live-view", "seconds": "60"}, 404),
        ({"command": "restart"}, 404),
        ({"command": "../../status"}, 404),
        ({"command": "unmute", "node": "nowhere"}, 404),
        ({"command": "unmute", "node": "gate/../barn"}, 404),
        ({"command": "unmute", "node": "#"}, 404),
        ({"command": "unmute", "token": "x"}, 403),
        ({}, 404),
    ],
)
def test_a_wrong_command_is_not_sent(
    page: Page, broker: Broker, fields: dict[str, str], status: int
) -> None:
    """It may come from no form of the page."""
    with Subscriber(broker.port, "soundpost/#") as node:
        assert send(page, **fields) == status
        node.publish("soundpost/end", b"", retain=False)
        node.wait_for(lambda received: received and received[-1].topic == "soundpost/end")
        assert not [message for message in node.received if "/command/" in message.topic]


@pytest.mark.parametrize("command", OFFERED)
def test_only_an_admin_sends_commands(page: Page, command: str) -> None:
    """A viewer has no form, and a visitor nothing at all."""
    token = page.get("/node?name=gate").token
    fields = {"token": token, "node": "gate", "command": command}
    page.cookies.clear()
    assert page.post("/node/command", fields).status == 401
    page.cookies = dict(SESSIONS["viewer"])
    shown = page.get("/node?name=gate")
    assert "/node/command" not in shown.text
    assert page.post("/node/command", fields | {"token": shown.token}).status == 403
    assert page.post("/node/command", fields | {"token": "x"}).status == 403


def test_to_mute_everything_takes_a_second_step(page: Page, broker: Broker) -> None:
    """The first one sends nothing, and needs no JavaScript."""
    token = page.get("/node?name=gate").token
    fields = {"token": token, "node": "gate", "command": "mute", "minutes": "60"}
    with Subscriber(broker.port, "soundpost/#") as node:
        asked = page.post("/node/command", fields)
        node.publish("soundpost/end", b"", retain=False)
        node.wait_for(lambda received: received and received[-1].topic == "soundpost/end")
        assert not [message for message in node.received if "/command/" in message.topic]
    assert asked.status == 200
    assert "Mute everything?" in asked.text
    assert 'name="confirmed" value="yes"' in asked.text
    assert asked.token == token
    refused = {"token": "x", "node": "gate", "command": "mute", "confirmed": "yes"}
    assert page.post("/node/command", refused).status == 403


def test_a_command_is_not_kept_for_later(make_page: MakePage, make_broker: MakeBroker) -> None:
    """One of an hour ago must not mute a node now."""
    broker = make_broker()
    page = make_page(passwords=True, mqtt={"broker": broker.url, "commands": True})
    fill(page, broker)
    broker.kill()
    wait_until(lambda: "not connected" in page.get("/about").text)
    assert send(page, command="unmute") == 503


def test_without_the_setting_there_are_no_commands(make_page: MakePage) -> None:
    """Also for an admin."""
    page = make_page(passwords=True)
    page.log_in("admin")
    assert page.post("/node/command", {"command": "unmute"}).status == 404


def test_commands_need_a_broker_that_others_cannot_forge(page: Page) -> None:
    """As those of a node: encrypted and with a login, unless it is on this machine."""
    settings = load_settings(None, {"mqtt": {"broker": "mqtt://192.0.2.1", "commands": True}})
    with pytest.raises(ConfigError, match=r"mqtt\.commands"):
        build_application(settings, page.folder)
