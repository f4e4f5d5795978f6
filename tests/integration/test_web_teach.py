"""An admin teaches a real node a sound from the page, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser import DESKTOP, PHONE, Browser
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from teaching_node import LABEL, TeachingNode
from web_page import PASSWORDS, Page, running_page

CHOOSE = """
const [name, value] = arguments;
document.querySelector(`[name="use:${name}"]`).value = value;
"""
NODE = "north-gate"

pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture(scope="module")
def node(module_broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeachingNode]:
    """Provides a running node."""
    node = TeachingNode(tmp_path_factory.mktemp("node"), module_broker)
    with node.run():
        yield node


@pytest.fixture(scope="module")
def page(
    node: TeachingNode, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Provides a page at which the browser is logged in as admin."""
    tables: dict[str, dict[str, Any]] = {
        "mqtt": {"broker": node.broker.url, "commands": True},
        "clips": {"folder": str(node.clips)},
    }
    with running_page(tmp_path_factory.mktemp("page"), tables, passwords=True) as page:
        browser.log_in(page.url, "admin", PASSWORDS["admin"])

        def shows_settings() -> bool:
            browser.driver.get(f"{page.url}/node?name={NODE}")
            return "Thresholds" in browser.driver.page_source

        wait_until(shows_settings)
        yield page


def expect_usable(browser: Browser, url: str) -> None:
    """Fails unless axe finds nothing, in both schemes, and no page is wider than its window."""
    for size, is_dark in ((DESKTOP, False), (PHONE, True)):
        browser.open(url, size, is_dark=is_dark)
        browser.open_details()
        assert browser.axe_violations() == [], (url, size, is_dark)
        assert browser.excess_width <= 0, (url, size, is_dark)
        ratio, element = browser.least_contrast
        assert ratio >= 4.5, element


def press(browser: Browser, value: str) -> None:
    """Presses a button of a form, and waits for the next page."""
    press_first(browser, f"main button[value={value}]")


def press_first(browser: Browser, selector: str = "main button") -> None:
    """Presses the first button of a kind, and waits for the next page."""
    button = browser.driver.find_element("css selector", selector)
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    before = browser.driver.find_element("tag name", "main").id
    button.click()
    wait_until(lambda: browser.driver.find_element("tag name", "main").id != before)


def final_text(browser: Browser) -> str:
    """Returns the result of a command, which appears by itself."""
    for _ in range(10):
        try:
            wait_until(lambda: not browser.driver.find_elements("css selector", "[data-follow]"))
        except TimeoutError:
            continue  # a busy machine: teaching gives way to everything else
        break
    return str(browser.driver.find_element("tag name", "main").text)


def test_a_sound_is_taught_from_a_telephone_and_taken_back(
    node: TeachingNode, page: Page, browser: Browser
) -> None:
    """The page shows the figures of the node; then the node detects the bell; remove takes it."""
    bells, others = node.store(5, 3)
    address = f"{page.url}/teach?node={NODE}"
    expect_usable(browser, address)
    browser.open(address, PHONE)
    browser.driver.find_element("name", "label").send_keys(LABEL)
    for name, use in (*((bell, "label") for bell in bells), *((each, "not") for each in others)):
        browser.driver.execute_script(CHOOSE, name, use)
    press(browser, "teach")
    assert "It is being taught." in browser.driver.find_element("tag name", "main").text
    result = browser.driver.current_url
    text = final_text(browser)
    assert f"Done. {LABEL} is taught, version 1" in text
    assert "Detected\n5 of 5 recordings" in text
    assert "False events\n0 in" in text
    assert browser.messages == []
    expect_usable(browser, result)
    with Subscriber(node.broker.port) as subscriber:
        subscriber.wait_for(
            lambda seen: any(
                m.topic.endswith("/detections") and f'"label":"{LABEL}"' in m.text for m in seen
            )
        )
    browser.open(result, PHONE)
    press(browser, "remove")
    assert "Remove the sound?" in browser.driver.find_element("tag name", "main").text
    press_first(browser)
    assert f"Done. {LABEL} is removed" in final_text(browser)
    assert not (node.heads / LABEL).exists()


def test_a_refusal_is_shown_in_plain_words(
    node: TeachingNode, page: Page, browser: Browser
) -> None:
    """The reason, and what to do, with nothing stored."""
    bells, _ = node.store(3)
    for label, chosen, expected in (
        ("dog", bells, ("Refused.", "has a label dog of its own", "What to do: give it another")),
        ("gate_bell", bells[:2], ("Not taught.", "expected at least 3 different clips")),
    ):
        browser.open(f"{page.url}/teach?node={NODE}", PHONE)
        browser.driver.find_element("name", "label").send_keys(label)
        for name in chosen:
            browser.driver.execute_script(CHOOSE, name, "label")
        press(browser, "teach")
        text = final_text(browser)
        for part in expected:
            assert part in text, text
        expect_usable(browser, browser.driver.current_url)
    assert not node.heads.exists() or list(node.heads.iterdir()) == []


def test_all_clips_are_chosen_by_one_key(node: TeachingNode, page: Page, browser: Browser) -> None:
    """A telephone with ten clips needs one press; the count is read to a person who sees none."""
    bells, _ = node.store(10)
    expect_usable(browser, f"{page.url}/teach?node={NODE}")
    # The node may store a clip at any time, so the clips of the page now in the browser count.
    offered = len(browser.driver.find_elements("css selector", ".clips select"))
    assert offered >= len(bells)
    count = browser.driver.find_element("id", "count")
    assert count.get_attribute("role") == "status"
    assert count.text == f"The sound: 0. Another sound: 0. Left out: {offered}."
    every, none = browser.driver.find_elements("css selector", "#every button")
    assert (every.accessible_name, none.accessible_name) == (
        "All of these are the sound",
        "None of them",
    )
    browser.driver.execute_script("arguments[0].focus()", every)
    every.send_keys(" ")
    assert count.text == f"The sound: {offered}. Another sound: 0. Left out: 0."
    last = browser.driver.find_elements("css selector", ".clips select")[-1]
    last.send_keys("another")
    assert count.text == f"The sound: {offered - 1}. Another sound: 1. Left out: 0."
    none.send_keys("\ue007")  # Enter, which must not send the form
    assert count.text == f"The sound: 0. Another sound: 0. Left out: {offered}."
    assert browser.driver.current_url.endswith(f"/teach?node={NODE}")
    assert browser.messages == []
