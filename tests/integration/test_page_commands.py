"""An admin operates a real node from the page, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PHONE, Browser
from command_client import CommandedNode
from mosquitto import Broker, wait_until
from web_page import PASSWORDS, Page, running_page

NODE = "/node?name=north-gate"


@pytest.fixture(scope="module")
def node(
    module_broker: Broker, quiet: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CommandedNode]:
    """Provides a running node that accepts commands."""
    folder = tmp_path_factory.mktemp("node")
    node = CommandedNode(folder, module_broker, quiet)
    node.configure("decide.profiles.night.on_threshold = 0.9")
    with node.run():
        yield node


@pytest.fixture(scope="module")
def page(
    module_broker: Broker,
    node: CommandedNode,
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Page]:
    """Provides a page at which the browser is logged in as admin."""
    assert node.config.exists()
    tables = {"mqtt": {"broker": module_broker.url, "commands": True}}
    with running_page(tmp_path_factory.mktemp("page"), tables, passwords=True) as page:
        browser.log_in(page.url, "admin", PASSWORDS["admin"])

        def shows_settings() -> bool:
            browser.driver.get(page.url + NODE)
            return "hiss" in browser.driver.page_source

        wait_until(shows_settings)
        yield page


@pytest.fixture(autouse=True)
def _at_the_node(browser: Browser, page: Page) -> None:
    """Opens the page of the node before each test."""
    browser.open(page.url + NODE)


def press(browser: Browser, command: str, **fields: str) -> str:
    """Fills the form of a command in, presses its button, and returns the text of the next page."""
    button = f"button[value={command}]"
    for name, text in fields.items():
        script = (
            "const field = document.querySelector(arguments[0]).form.elements[arguments[1]];"
            "field.value = arguments[2];"
        )
        browser.driver.execute_script(script, button, name, text)
    old = browser.driver.find_element("tag name", "main")
    old.find_element("css selector", button).click()

    def is_replaced() -> bool:
        found = browser.driver.find_elements("tag name", "main")  # none between two pages
        is_whole = browser.driver.execute_script("return document.readyState") == "complete"
        return bool(found) and found[0] != old and is_whole

    wait_until(is_replaced)
    return str(browser.driver.find_element("tag name", "main").text)


def test_an_admin_sets_a_threshold_and_a_profile(browser: Browser) -> None:
    """The result has its time, and the settings of the node show them."""
    shown = press(browser, "threshold", label="hiss", on="0.75")
    assert "threshold done: hiss starts at 0.75" in shown
    assert browser.driver.current_url.endswith("#results")
    assert "20" in shown.partition("threshold done")[0].splitlines()[-1]
    browser.driver.execute_script("document.querySelector('details').open = true")
    settings = browser.driver.find_element("css selector", "details").text
    assert "hiss\n0.75" in settings
    profiles = [option.text for option in browser.driver.find_elements("css selector", "option")]
    assert profiles[-4:] == ["as configured", "instant", "steady", "night"]
    assert "hum is decided by profile night" in press(
        browser, "profile", label="hum", profile="night"
    )
    assert "hum is decided as configured" in press(browser, "profile", label="hum", profile="")
    refused = press(browser, "threshold", label="hizz", on="0.5")
    assert "threshold refused: command: there is no label 'hizz'" in refused
    assert "hiss" in refused.partition("'hizz'")[2].splitlines()[0]  # the hint


def test_to_mute_everything_is_confirmed(browser: Browser, page: Page) -> None:
    """Nothing is sent by the first step, and the way back is a link."""
    asked = press(browser, "mute", minutes="10")
    assert "Mute everything?" in asked
    assert "for 10 minutes" in asked
    browser.driver.find_element("link text", "Cancel").click()
    wait_until(lambda: browser.driver.current_url == page.url + NODE)
    assert "Nothing is muted." in browser.driver.find_element("tag name", "main").text
    press(browser, "mute", minutes="10")
    shown = press(browser, "mute")
    assert "mute done: everything is muted until" in shown
    assert "Nothing is muted." not in press(browser, "selftest")
    assert "Nothing is muted." in press(browser, "unmute")


def test_a_result_that_takes_longer_appears_by_itself(browser: Browser) -> None:
    """A self-test is `started` first, and done when its sound has passed."""
    assert "selftest started" in press(browser, "selftest")
    wait_until(lambda: not browser.driver.find_elements("css selector", "[data-follow]"))
    shown = browser.driver.find_element("id", "latest-results").text
    assert shown.splitlines()[0].partition("selftest ")[2].startswith("done")


def test_a_broken_configuration_is_refused_and_the_old_one_goes_on(
    browser: Browser, page: Page, node: CommandedNode
) -> None:
    """The reason stands among the results; a good one is applied."""
    node.configure("mqtt.comands = true")
    refused = press(browser, "reload")
    assert "reload refused: " in refused
    assert "unknown key mqtt.comands" in refused
    assert "mqtt.commands" in refused
    assert "unmute done" in press(browser, "unmute")
    node.configure("decide.profiles.dawn.on_threshold = 0.5")
    assert "reload done" in press(browser, "reload")

    def offers_the_new_profile() -> bool:
        browser.driver.get(page.url + NODE)
        return ">dawn</option>" in browser.driver.page_source

    wait_until(offers_the_new_profile)


@pytest.mark.parametrize("is_dark", [False, True])
def test_the_commands_are_usable_by_everyone(browser: Browser, page: Page, is_dark: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """Axe finds nothing on both steps, on a phone, too; a long word of a result is broken."""
    assert "threshold refused" in press(browser, "threshold", label="long_name" * 10, on="0.5")
    for step in ("", "mute"):
        browser.open(page.url + NODE, PHONE, is_dark=is_dark)
        if step:
            press(browser, step, minutes="10")
        assert browser.excess_width <= 0
        ratio, element = browser.least_contrast
        assert ratio >= 4.5, element
        assert browser.axe_violations() == []
        assert browser.messages == []
