"""The page in a browser, with a broker and messages of nodes."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from browser import DESKTOP, PHONE, Browser
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from web_events import detection, event_id, health, wire_time
from web_page import PASSWORDS, MakePage, Page, running_page

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
PAGES = (
    "/",
    "/history",
    "/hours?state=all",
    "/label?label=dog&state=all",
    "/node?name=gate",
    "/about",
    "/login",
)
LABELS = ("dog", "owl", HOSTILE)
INLINE = """
return document.querySelectorAll(
  'script:not([src]), [onerror], [style]:not(#chart *), img[src=x]'
).length;
"""
LOADED = "return performance.getEntriesByType('resource').map(entry => entry.name)"
CHARTS = "return document.querySelectorAll('#chart canvas').length"
IS_LOST_HIDDEN = "return document.getElementById('lost').hidden"
NOTE_TIME = """
const events = document.getElementById('events'), label = arguments[0];
window.seen = null;
new MutationObserver(() => {
  if (!window.seen && events.innerText.includes(label)) window.seen = Date.now();
}).observe(events, {childList: true, subtree: true});
"""


def fill(client: Subscriber) -> None:
    """Publishes what two nodes have detected in two days, with a gap and a running event."""
    now = datetime.now(UTC)
    for node, problems in (("gate", []), ("barn/yard", ["clipping", HOSTILE])):
        client.publish(f"soundpost/{node}/status", b"online", retain=True)
        report = health(node.partition("/")[0], problems=problems, time=wire_time(now))
        client.publish(f"soundpost/{node}/health", report, retain=True)
        client.publish(f"soundpost/{node}/level", b"-43.2", retain=False)
    for number in range(60):
        begin = now - timedelta(minutes=48 * (60 - number))
        end = {"offset": wire_time(begin + timedelta(seconds=3))}
        fields = {
            "id": event_id(),
            "onset": wire_time(begin),
            "label": LABELS[number % len(LABELS)],
        }
        seq = 2 * number + (5 if number > 50 else 1)
        publish_event(client, state="started", seq=seq, **fields)
        state = "retracted" if number % 7 == 0 else "ended"
        publish_event(client, state=state, seq=seq + 1, **fields, **end)
    publish_event(client, state="started", seq=200, label="siren", onset=wire_time(now))


def publish_event(client: Subscriber, **fields: object) -> None:
    """Publishes a detection of the node `gate`."""
    client.publish("soundpost/gate/detections", detection(**fields), retain=False)


@pytest.fixture(scope="module")
def filled(module_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page with two days of events."""
    folder = tmp_path_factory.mktemp("page")
    with running_page(folder, {"mqtt": {"broker": module_broker.url}}) as page:
        wait_until(lambda: "not connected" not in page.get("/about").text)
        with Subscriber(module_broker.port) as client:
            fill(client)
            wait_until(lambda: "<dd>61</dd>" in page.get("/about").text)
        yield page


def texts(browser: Browser, selector: str) -> list[str]:
    """Returns the texts of elements."""
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())"
    found: list[str] = browser.driver.execute_script(script, selector)
    return found


def has(browser: Browser, selector: str, text: str) -> bool:
    """Returns whether an element contains a text."""
    return any(text in found for found in texts(browser, selector))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_usable_by_everyone(browser: Browser, filled: Page, path: str) -> None:
    """Axe finds nothing, in the light and in the dark; nothing is wider than the window."""
    for size, is_dark in ((DESKTOP, False), (PHONE, True)):
        browser.open(filled.url + path, size, is_dark=is_dark)
        assert browser.axe_violations() == [], (size, is_dark)
        assert browser.excess_width <= 0, (size, is_dark)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_breaks_its_own_policy(browser: Browser, filled: Page, path: str) -> None:
    """No script of a label runs, no style is inline, and the console is empty."""
    browser.open(filled.url + path)
    time.sleep(0.3)
    assert browser.messages == []
    assert browser.driver.execute_script(INLINE) == 0
    addresses = browser.driver.execute_script(LOADED)
    assert {urlsplit(address).netloc for address in addresses} <= {urlsplit(filled.url).netloc}


def test_an_event_is_seen_as_it_happens(
    browser: Browser, module_broker: Broker, filled: Page
) -> None:
    """Begun, confirmed, and then struck out, without loading the page again."""
    browser.open(filled.url)
    identity, onset = event_id(), wire_time(datetime.now(UTC))
    with Subscriber(module_broker.port) as client:
        wait_until(lambda: len(filled.application.feed) == 1)
        for seq, state, shown in (
            (201, "started", "begun"),
            (202, "confirmed", "running"),
            (203, "retracted", "retracted"),
        ):
            publish_event(client, id=identity, seq=seq, state=state, label="kettle", onset=onset)
            wait_until(lambda: _is_on_top(browser, "kettle", shown))  # noqa: B023 - used within the round
            wait_until(lambda: has(browser, "#nodes", "kettle") == (state != "retracted"))  # noqa: B023 - as above
    assert texts(browser, "#events > :first-child s") == ["kettle"]


def _is_on_top(browser: Browser, label: str, state: str) -> bool:
    """Returns whether the latest event is one of a label, in a state."""
    return any(label in text and state in text for text in texts(browser, "#events > :first-child"))


def keeps_elements(browser: Browser, filled: Page) -> bool:
    """Ends the connection of the page; returns whether all elements are kept once it is back."""
    feed = filled.application.feed
    wait_until(lambda: len(feed) == 1)
    browser.driver.execute_script(
        "for (const e of document.querySelectorAll('.event, .node')) e.same = true;"
        "const stray = document.createElement('li');"
        "stray.id = 'stray';"
        "document.getElementById('events').prepend(stray);"
    )
    for viewer in list(feed._viewers):  # noqa: SLF001 - as if the server had ended
        assert feed._loop is not None  # noqa: SLF001 - its thread
        feed._loop.call_soon_threadsafe(viewer.drop)  # noqa: SLF001 - as above
    is_updated = "return document.getElementById('stray') === null"
    wait_until(lambda: browser.driver.execute_script(is_updated))
    kept = "return [...document.querySelectorAll('#events > *, .node')].every(e => e.same)"
    return bool(browser.driver.execute_script(kept))


def test_a_connection_that_comes_back_changes_only_what_is_new(
    browser: Browser, filled: Page
) -> None:
    """A screen reader does not read the whole page again.

    A node may become silent meanwhile, so that its element is new; it does so once.
    """
    browser.open(filled.url)
    assert any(keeps_elements(browser, filled) for _ in range(3))


def test_an_event_is_seen_soon(browser: Browser, module_broker: Broker, filled: Page) -> None:
    """The page does not poll: of several events the quickest takes a fraction of a second.

    A slow machine has ten times as long.
    """
    browser.open(filled.url)
    wait_until(lambda: len(filled.application.feed) == 1)
    waited = []
    with Subscriber(module_broker.port) as client:
        for number in range(5):
            label = f"latency-{number}"
            browser.driver.execute_script(NOTE_TIME, label)
            began_ms = time.time() * 1_000
            publish_event(client, seq=300 + number, label=label, onset=wire_time(datetime.now(UTC)))
            wait_until(lambda: browser.driver.execute_script("return window.seen") is not None)
            waited.append(browser.driver.execute_script("return window.seen") - began_ms)
    assert min(waited) < 5_000


def test_a_page_that_has_lost_its_server_says_so(
    browser: Browser, make_page: MakePage, broker: Broker
) -> None:
    """And when its broker is gone, while the page itself is there."""
    page = make_page(mqtt={"broker": broker.url})
    browser.open(page.url)
    wait_until(lambda: texts(browser, "#banner") == [""])
    broker.kill()
    wait_until(lambda: has(browser, "#banner", "The broker cannot be reached"))
    page.application.feed.close_from_thread()
    wait_until(lambda: not browser.driver.execute_script(IS_LOST_HIDDEN))


def test_the_history_is_filtered_and_the_back_button_works(browser: Browser, filled: Page) -> None:
    """A choice changes the list and the address, without loading the page."""
    browser.open(f"{filled.url}/history")
    everything = texts(browser, "#results [role=status]")
    assert has(browser, ".gap", "are missing here")
    browser.driver.execute_script(
        "window.same = true; const select = document.querySelector('select[name=label]');"
        "select.value = 'owl'; select.dispatchEvent(new Event('change', {bubbles: true}));"
    )
    wait_until(lambda: has(browser, "#results [role=status]", "20 events"))
    assert browser.driver.execute_script("return window.same") is True
    assert "label=owl" in browser.driver.current_url
    assert set(texts(browser, ".history td:nth-child(2)")) == {"owl"}
    browser.driver.back()
    wait_until(lambda: texts(browser, "#results [role=status]") == everything)


def test_older_events_are_on_the_next_page(browser: Browser, filled: Page) -> None:
    """Until there are none."""
    browser.open(f"{filled.url}/history?state=all&score=0.9")
    first = texts(browser, ".history time")
    browser.driver.execute_script("document.querySelector('#results .button').click()")
    wait_until(lambda: "before=" in browser.driver.current_url)
    wait_until(lambda: texts(browser, ".history time") not in ([], first))
    assert max(texts(browser, ".history time")) <= min(first)


def test_a_chart_is_drawn_of_its_table(browser: Browser, filled: Page) -> None:
    """The table is there without it."""
    browser.open(f"{filled.url}/label?label=dog&state=all")
    wait_until(lambda: browser.driver.execute_script(CHARTS) == 1)
    browser.driver.execute_script("document.querySelector('details').open = true")
    counts = [int(text) for text in texts(browser, "#days td:nth-child(2)")]
    assert sum(counts) == 20
    assert re.search(r"20 events on \d days", texts(browser, "main")[0])


def test_a_person_logs_in_and_out_by_keyboard(browser: Browser, make_page: MakePage) -> None:
    """And comes back to the page that was asked for."""
    page = make_page(passwords=True)
    browser.open(f"{page.url}/hours")
    from selenium.webdriver.common.keys import Keys  # noqa: PLC0415 - only with a browser

    active = browser.driver.switch_to
    browser.driver.find_element("name", "name").click()
    active.active_element.send_keys("viewer", Keys.TAB, PASSWORDS["viewer"], Keys.ENTER)
    wait_until(lambda: browser.driver.current_url == f"{page.url}/hours")
    assert has(browser, ".account", "viewer")
    browser.driver.find_element("css selector", ".account button").send_keys(Keys.ENTER)
    wait_until(lambda: browser.driver.current_url == f"{page.url}/login")
    browser.open(page.url)
    assert "/login" in browser.driver.current_url
