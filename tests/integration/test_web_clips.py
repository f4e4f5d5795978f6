"""Clips of a real node, fetched by the page over a real broker."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import PHONE, Browser
from command_client import CommandedNode, Commander
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from review_events import event_id
from web_clips import clip_event, write_clip
from web_page import Page, running_page

from soundpost_web.review.fetch_ahead import AHEAD

NODE = "north-gate"
EVENTS = AHEAD + 2


@pytest.fixture
def node(tmp_path: Path, broker: Broker, quiet: Path) -> CommandedNode:
    """A node that sends its clips."""
    node = CommandedNode(tmp_path, broker, quiet)
    node.configure("evidence.send_clips = true")
    return node


@pytest.fixture
def page(tmp_path: Path, broker: Broker) -> Iterator[Page]:
    """A page that fetches clips, used by an admin."""
    folder = tmp_path / "page"
    folder.mkdir()
    tables: dict[str, dict[str, Any]] = {
        "mqtt": {"broker": broker.url, "commands": True},
        "clips": {"fetch": True},
    }
    with running_page(folder, tables, passwords=True) as page:
        page.log_in("admin")
        wait_until(lambda: "not connected" not in page.get("/about").text)
        yield page


def address(clip: str, path: str = "/clip") -> str:
    """Returns the address of a clip of the node."""
    return f"{path}?node={NODE}&name={clip}"


def fetch(page: Page, clip: str) -> str:
    """Has the page fetch a clip; returns the state in which its request ends."""
    wait_until(lambda: page.get(f"/node?name={NODE}").status == 200)
    token = page.get(address(clip)).token
    fields = {"token": token, "node": NODE, "name": clip}
    assert page.post("/clip/fetch", fields).status == 303

    def state() -> str:
        return str(page.get(address(clip, "/clip/progress")).text)

    wait_until(lambda: "waiting" not in state() and "receiving" not in state())
    return state()


def test_a_clip_of_a_node_is_played_by_the_page(
    node: CommandedNode, subscriber: Subscriber, page: Page
) -> None:
    """Byte for byte, with its spectrogram and its sidecar; the node opens no port for it."""
    commander = Commander(subscriber)
    with node.run() as daemon:
        commander.settings()
        clip = str(commander.run("capture-now", seconds=2)["clip"])
        assert "Fetch it from the node" in page.get(address(clip)).text
        assert '"done"' in fetch(page, clip)
        assert daemon.process.poll() is None
    own, fetched = node.folder / "clips", page.folder / "clips" / f"node-{NODE}"
    for path in own.iterdir():
        assert hashlib.sha256(path.read_bytes()).digest() == (
            hashlib.sha256((fetched / path.name).read_bytes()).digest()
        )
    assert {path.name for path in fetched.iterdir()} == {path.name for path in own.iterdir()}
    shown = page.get(address(clip)).text
    assert "<audio" in shown
    assert "Fetch it" not in shown
    pieces = subscriber.on(f"soundpost/{NODE}/clip")
    assert pieces
    assert not any(piece.retain for piece in pieces)
    assert all(len(piece.payload) < 32_768 for piece in pieces)


def test_a_node_that_may_not_send_clips_refuses(
    node: CommandedNode, subscriber: Subscriber, page: Page
) -> None:
    """By default it sends none, and the page shows its reason."""
    node.configure()
    commander = Commander(subscriber)
    with node.run():
        commander.settings()
        clip = str(commander.run("capture-now", seconds=1)["clip"])
        assert "this node sends no clips" in fetch(page, clip)
    assert not list((page.folder / "clips").rglob("*.flac"))
    assert subscriber.on(f"soundpost/{NODE}/clip") == []


@pytest.mark.slow
def test_a_transfer_survives_the_broker(
    node: CommandedNode, broker: Broker, subscriber: Subscriber, page: Page, quiet: Path
) -> None:
    """It goes on when the broker is back, and the file is the same; the node detects meanwhile."""
    commander = Commander(subscriber)
    clip = "20261120T073121Z-dog-6da2fa14"
    with node.run() as daemon:
        commander.settings()
        folder = node.folder / "clips"
        source = folder / _capture(commander)
        for suffix in (".json", ".png"):
            source.with_suffix(suffix).rename(folder / f"{clip}{suffix}")
        content = b"fLaC" + quiet.read_bytes()[:1_999_996]
        (folder / f"{clip}.flac").write_bytes(content)
        sidecar = json.loads((folder / f"{clip}.json").read_bytes())
        sidecar["clip"] = f"{clip}.flac"
        sidecar["detection"] |= {
            "label": "dog",
            "id": "01a1f7dd-f708-752e-89a7-834d6da2fa14",
            "onset": "2026-11-20T07:31:21.480Z",
        }
        (folder / f"{clip}.json").write_text(json.dumps(sidecar))
        wait_until(lambda: page.get(f"/node?name={NODE}").status == 200)
        token = page.get(address(f"{clip}.flac")).token
        fields = {"token": token, "node": NODE, "name": f"{clip}.flac"}
        assert page.post("/clip/fetch", fields).status == 303
        progress = address(f"{clip}.flac", "/clip/progress")
        wait_until(lambda: "2000 kB" in page.get(progress).text)
        broker.kill()
        broker.start()
        wait_until(lambda: '"done"' in page.get(progress).text)
        assert daemon.process.poll() is None
    fetched = page.folder / "clips" / f"node-{NODE}" / f"{clip}.flac"
    assert fetched.read_bytes() == content


def _capture(commander: Commander) -> str:
    """Returns the name of a clip that was recorded on request."""
    return str(commander.run("capture-now", seconds=1)["clip"])


def announce_events(node: CommandedNode, subscriber: Subscriber, page: Page) -> list[str]:
    """Writes clips of events on the node, and publishes their events; returns their names."""
    names = [write_clip(node.folder / "clips", number, "dog") for number in range(EVENTS)]
    for number, name in enumerate(names):
        event = clip_event(number, "dog", name)
        subscriber.publish(f"soundpost/{NODE}/detections", event, retain=False)
    wait_until(lambda: f"dog ({EVENTS})" in page.get("/history").text)
    return names


def test_a_review_fetches_the_next_clips_of_a_node(
    node: CommandedNode, subscriber: Subscriber, page: Page
) -> None:
    """Some ahead, without a click; when the node is offline, the page says so."""
    commander = Commander(subscriber)
    with node.run():
        commander.settings()
        names = announce_events(node, subscriber, page)
        assert f"{NODE}: {AHEAD} of the next clips are on their way." in page.get("/review").text
        wait_until(lambda: f"{AHEAD} events in this queue" in page.get("/review").text)
        folder = page.folder / "clips" / f"node-{NODE}"
        assert sorted(path.name for path in folder.glob("*.flac")) == names[-AHEAD:]
        shown = page.get("/review").text
        assert f"{NODE}: {EVENTS - AHEAD} more clips." in shown
        fields = {"token": page.get("/review").token, "event": event_id(EVENTS - 1)}
        assert page.post("/review/verdict", {**fields, "verdict": "right"}).status == 303
        page.get("/review")
        wait_until((folder / names[-AHEAD - 1]).exists)
    wait_until(lambda: f"{NODE} is offline: 1 clip" in page.get("/review").text)


def elsewhere(browser: Browser) -> str:
    """Returns what the page says of clips that are not here."""
    return str(
        browser.driver.execute_script("return document.getElementById('elsewhere').innerText")
    )


def test_a_browser_shows_the_clips_of_a_review_as_they_come(
    node: CommandedNode, subscriber: Subscriber, page: Page, browser: Browser
) -> None:
    """An empty queue fills without a click, on a phone too; then the lines follow the node."""
    commander = Commander(subscriber)
    for name, value in page.cookies.items():
        cookie = {"name": name, "value": value, "url": page.url}
        browser.driver.execute_cdp_cmd("Network.setCookie", cookie)
    with node.run():
        commander.settings()
        announce_events(node, subscriber, page)
        browser.open(f"{page.url}/review", PHONE)
        assert "is here yet" in browser.driver.find_element("id", "none").text
        wait_until(lambda: bool(browser.driver.find_elements("id", "card")))
        wait_until(lambda: f"{EVENTS - AHEAD} more clips" in elsewhere(browser))
        assert browser.excess_width == 0
        assert browser.messages == []
    wait_until(lambda: f"{NODE} is offline" in elsewhere(browser))
    browser.driver.delete_all_cookies()
