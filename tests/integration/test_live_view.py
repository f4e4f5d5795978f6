"""The live view of a real node in a real browser: what is shown, what is not, and its end."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from browser import DESKTOP, PHONE, Browser
from command_client import BASE, TINY
from daemon_process import running
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from recording import RATE_HZ, write
from synthetic_voice import speak
from web_page import Page, running_page

from soundpost_web.live import live_views

PAINTED = """
const canvas = document.getElementById('spectrogram');
const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
let painted = 0;
for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
return painted;
"""
VIEW = f"{BASE}/live_view"
SPEECH_SECONDS = 8.0
"""The begin of the sentence in the recording."""


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Provides a sentence by a synthetic voice, from -1 to 1."""
    return speak(tmp_path_factory.mktemp("speech"))


@pytest.fixture(scope="module")
def seen(
    module_broker: Broker, spoken: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subscriber]:
    """Provides a subscriber of a node that records noise with a sentence, at its pace."""
    folder = tmp_path_factory.mktemp("node")
    signal = np.random.default_rng(3).normal(0.0, 10 ** (-60 / 20), 600 * RATE_HZ)
    begin = round(SPEECH_SECONDS * RATE_HZ)
    signal[begin : begin + len(spoken)] += 0.1 * spoken
    write(folder / "sound.wav", signal)
    config = folder / "soundpost.toml"
    config.write_text("mqtt.commands = true\nmqtt.live_view = true\n")
    with (
        Subscriber(module_broker.port) as subscriber,
        running(
            *("--broker", module_broker.url, "--config", str(config), "--bundle", str(TINY)),
            *("--source", f"wav:{folder / 'sound.wav'}", "--pace", "real"),
        ),
    ):
        subscriber.wait_for(lambda _: subscriber.on(f"{BASE}/settings"))
        assert subscriber.on(VIEW) == []
        request(subscriber, 60.0)
        yield subscriber


@pytest.fixture(scope="module")
def page(
    module_broker: Broker, seen: Subscriber, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Provides a page that may send commands, open to this machine."""
    tables = {"mqtt": {"broker": module_broker.url, "commands": True}}
    assert seen.on(f"{BASE}/status")[-1].payload == b"online"
    with running_page(tmp_path_factory.mktemp("page"), tables) as page:
        wait_until(lambda: "live_view.js" in page.get("/node?name=north-gate").text)
        yield page


@pytest.fixture(autouse=True)
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a view end soon after the last look."""
    monkeypatch.setattr(live_views, "RENEW_SECONDS", 0.3)
    monkeypatch.setattr(live_views, "LEASE_SECONDS", 1.2)


def request(subscriber: Subscriber, seconds: float) -> None:
    """Requests the view for some seconds from now on."""
    command = {"id": f"look-{seconds}", "seconds": seconds}
    payload = json.dumps(command).encode()
    subscriber.publish(f"{BASE}/command/live-view", payload, retain=False)


def columns(subscriber: Subscriber) -> dict[int, bool]:
    """Returns the columns that were sent, by number: true for those that are shown."""
    found: dict[int, bool] = {}
    for message in subscriber.on(VIEW):
        view: dict[str, Any] = json.loads(message.payload)
        grid = np.frombuffer(base64.b64decode(view["columns"]), np.uint8).reshape(-1, view["bands"])
        found |= {view["first"] + at: bool(column.any()) for at, column in enumerate(grid)}
    return found


def text(browser: Browser, element: str) -> str:
    """Returns the text of an element."""
    script = "return document.getElementById(arguments[0]).innerText"
    return str(browser.driver.execute_script(script, element))


def test_no_word_leaves_the_node(seen: Subscriber, spoken: np.ndarray) -> None:
    """While the noise before and after it is sent; without a request nothing was."""
    begin = round(SPEECH_SECONDS * RATE_HZ)
    after = (begin + len(spoken)) // 800 + 120
    seen.wait_for(lambda _: any(columns(seen).get(after + at) for at in range(9)))
    shown = {number for number, is_shown in columns(seen).items() if is_shown}
    words = (np.flatnonzero(np.abs(spoken) > 0.05 * np.abs(spoken).max()) + begin) // 800
    assert shown.isdisjoint(set(words.tolist()))
    assert shown & set(range(begin // 800 - 60, begin // 800 - 20))
    assert set(words.tolist()) <= columns(seen).keys()
    assert {(message.qos, message.retain) for message in seen.on(VIEW)} == {(0, False)}
    request(seen, 0.001)


def test_a_browser_shows_the_view_until_it_leaves(
    browser: Browser, seen: Subscriber, page: Page
) -> None:
    """The canvas and the table are filled; the node stops by itself when nobody looks."""
    browser.open(f"{page.url}/node?name=north-gate")
    wait_until(lambda: browser.driver.execute_script(PAINTED) > 640)
    assert "behind the sound" in text(browser, "view-status")
    rows = text(browser, "top-scores").split()
    assert set(rows[::2]) == {"hiss", "hum", "hush"}
    assert all(0.0 <= float(score) <= 1.0 for score in rows[1::2])
    assert text(browser, "view-likely").startswith("Most likely: ")
    browser.driver.find_element("id", "view-pause").click()
    wait_until(lambda: len(page.application.live_views) == 0)
    assert text(browser, "view-status") == "Paused. The node stops sending."
    wait_until(lambda: is_silent(seen))
    browser.driver.find_element("id", "view-pause").click()
    count = len(seen.on(VIEW))
    wait_until(lambda: len(seen.on(VIEW)) > count)
    browser.open(f"{page.url}/about")
    wait_until(lambda: len(page.application.live_views) == 0)
    wait_until(lambda: is_silent(seen))
    results = [json.loads(message.payload) for message in seen.on(f"{BASE}/result")]
    assert {result["status"] for result in results} == {"done"}
    assert browser.messages == []


def is_silent(subscriber: Subscriber) -> bool:
    """Returns whether the node sends nothing for twice as long as between messages."""
    count = len(subscriber.on(VIEW))
    time.sleep(1.1)
    return len(subscriber.on(VIEW)) == count


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_view_is_usable_by_everyone(
    browser: Browser, page: Page, size: tuple[int, int]
) -> None:
    """Axe finds nothing, in the light and in the dark; nothing is wider than the window."""
    for is_dark in (False, True):
        browser.open(f"{page.url}/node?name=north-gate", size, is_dark=is_dark)
        wait_until(lambda: text(browser, "top-scores") != "")
        assert browser.excess_width <= 0
        ratio, element = browser.least_contrast
        assert ratio >= 4.5, element
        assert browser.axe_violations() == []
        assert browser.messages == []
    browser.open(f"{page.url}/about")


def test_motion_begins_at_a_request_only_where_less_of_it_is_preferred(
    browser: Browser, page: Page
) -> None:
    """The node is not even requested to send."""
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.open(f"{page.url}/about")
    wait_until(lambda: len(page.application.live_views) == 0)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.driver.get(f"{page.url}/node?name=north-gate")
    wait_until(lambda: text(browser, "view-status").startswith("Paused"))
    assert len(page.application.live_views) == 0
    browser.driver.find_element("id", "view-pause").click()
    wait_until(lambda: text(browser, "top-scores") != "")
    browser.open(f"{page.url}/about")
