"""Clips and their review in a browser, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, Browser
from mosquitto import wait_until
from review_events import event_id
from web_clips import write_clip
from web_page import Page, running_page

from soundpost.review import Decision, ReviewedEvent, Selection, Verdict, open_store

LABELS = ("dog", "siren", "owl")
EVENTS = 12
PRESS = """
for (const key of arguments[0]) {
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
}
"""
IS_PICTURE_LOADED = "return document.querySelector('.spectrogram img').naturalWidth > 100"


class Reviewer:
    """An admin with a browser, and a folder of clips.

    Args:
        browser: The browser.
        page: The page.
    """

    def __init__(self, browser: Browser, page: Page) -> None:
        self.browser = browser
        self.page = page

    def open(self, path: str, size: tuple[int, int] = DESKTOP, *, is_dark: bool = False) -> None:
        """Opens a page as the admin."""
        for name, value in self.page.cookies.items():
            cookie = {"name": name, "value": value, "url": self.page.url}
            self.browser.driver.execute_cdp_cmd("Network.setCookie", cookie)
        self.browser.open(self.page.url + path, size, is_dark=is_dark)

    def press(self, *keys: str) -> None:
        """Presses real keys, one after another."""
        from selenium.webdriver.common.action_chains import ActionChains  # noqa: PLC0415 - only with a browser

        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def run(self, script: str) -> object:
        """Returns the value of an expression in the page."""
        return self.browser.driver.execute_script(f"return {script}")

    @property
    def shown(self) -> str:
        """The id of the event that is shown."""
        return str(self.run("document.getElementById('card').dataset.event"))

    @property
    def reviewed(self) -> list[ReviewedEvent]:
        """The events with a verdict in the store, by id."""
        with open_store(self.page.folder / "review.db") as store:
            return [event for event in store.events(Selection()) if event.decision]

    def wait_for_reviewed(self, count: int) -> None:
        """Waits until so many events have a verdict."""
        wait_until(lambda: len(self.reviewed) == count)

    def decision(self, number: int) -> Decision | None:
        """Returns the verdict on an event."""
        with open_store(self.page.folder / "review.db") as store:
            return store.event(event_id(number)).decision


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder of clips."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(EVENTS):
        write_clip(folder, number, LABELS[number % len(LABELS)], hz=300.0 + 100 * number)
    return folder


@pytest.fixture(scope="module")
def page(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page with these clips, and the cookies of an admin."""
    folder = tmp_path_factory.mktemp("page")
    with running_page(folder, {"clips": {"folder": str(clips)}}, passwords=True) as page:
        page.log_in("admin")
        page.get("/review")
        yield page


@pytest.fixture
def reviewer(browser: Browser, page: Page) -> Iterator[Reviewer]:
    """Provides an admin who has reviewed nothing yet."""
    with open_store(page.folder / "review.db") as store:
        while action := store.last_action("admin"):
            store.undo(action)
    yield Reviewer(browser, page)
    browser.driver.delete_all_cookies()


def clip_address(clips: Path) -> str:
    """Returns the address of the page of the first clip."""
    name = min(path.name for path in clips.glob("*.flac"))
    return f"/clip?node=north-gate&name={name}"


def test_a_clip_is_played_and_its_spectrogram_seen(reviewer: Reviewer, clips: Path) -> None:
    """The browser knows its length, plays it, and seeks by a click on the picture."""
    reviewer.open(clip_address(clips))
    sound = "document.getElementById('sound')"
    wait_until(lambda: reviewer.run(f"{sound}.readyState") == 4)
    assert reviewer.run(f"{sound}.duration") == pytest.approx(4.0)
    wait_until(lambda: bool(reviewer.browser.driver.execute_script(IS_PICTURE_LOADED)))
    reviewer.browser.driver.find_element("id", "spectrogram").click()
    wait_until(lambda: reviewer.run(f"{sound}.currentTime") == pytest.approx(2.0, abs=0.1))
    reviewer.browser.driver.execute_script(f"{sound}.muted = true; {sound}.play()")
    wait_until(lambda: float(str(reviewer.run(f"{sound}.currentTime"))) > 2.2)
    assert reviewer.run("document.getElementById('cursor').hidden") is False
    assert reviewer.browser.messages == []


@pytest.mark.parametrize("path", ["clip", "/review?verdict=any", "/review/export"])
def test_every_page_is_usable_by_everyone(reviewer: Reviewer, clips: Path, path: str) -> None:
    """Axe finds nothing, in the light and in the dark; nothing is wider than the window."""
    for size, is_dark in ((DESKTOP, False), (PHONE, True)):
        address = clip_address(clips) if path == "clip" else path
        reviewer.open(address, size, is_dark=is_dark)
        reviewer.browser.open_details()
        assert reviewer.browser.axe_violations() == [], (size, is_dark)
        assert reviewer.browser.excess_width <= 0, (size, is_dark)
        ratio, element = reviewer.browser.least_contrast
        assert ratio >= 4.5, element
        assert reviewer.browser.messages == []


def test_events_are_reviewed_by_keyboard_alone(reviewer: Reviewer) -> None:
    """Every key, undo, and the figures so far."""
    reviewer.open("/review?order=time")
    assert reviewer.shown == event_id(0)
    reviewer.press("y", "n", "s", "1")
    reviewer.wait_for_reviewed(4)
    wait_until(lambda: reviewer.shown == event_id(4))
    assert [reviewer.decision(number) for number in range(3)] == [
        Decision(event_id(0), Verdict.RIGHT),
        Decision(event_id(1), Verdict.WRONG),
        Decision(event_id(2), Verdict.UNSURE),
    ]
    third = reviewer.decision(3)
    assert third is not None
    assert (third.verdict, third.label) == (Verdict.RELABELLED, "owl")
    assert {event.reviewer for event in reviewer.reviewed} == {"admin"}
    wait_until(lambda: "4 of 12 reviewed" in str(reviewer.run("document.body.innerText")))
    assert "dog: 50 % right" in str(reviewer.run("document.body.innerText"))
    reviewer.press("u", "u")
    reviewer.wait_for_reviewed(2)
    wait_until(lambda: reviewer.shown == event_id(2))
    reviewer.press("\ue014", "\ue014", "\ue012")  # right, right, left
    wait_until(lambda: reviewer.shown == event_id(3))
    reviewer.press("r")
    wait_until(lambda: reviewer.run("document.activeElement.id") == "typed")
    reviewer.press("tawny owl", "\ue007")  # Enter
    wait_until(lambda: reviewer.decision(3) is not None)
    assert reviewer.decision(3) == Decision(event_id(3), Verdict.RELABELLED, "tawny owl")
    wait_until(lambda: reviewer.shown == event_id(4))
    assert reviewer.run("document.activeElement.id") != "typed"


def test_space_plays_the_sound_of_the_event_that_is_shown(reviewer: Reviewer) -> None:
    """And stops it; the next event is loaded before it is shown."""
    reviewer.open("/review?order=time")
    sound = "document.getElementById('sound')"
    wait_until(lambda: reviewer.run(f"{sound}.readyState") == 4)
    reviewer.browser.driver.execute_script(f"{sound}.muted = true")
    reviewer.press(" ")
    wait_until(lambda: reviewer.run(f"{sound}.paused") is False)
    reviewer.press(" ")
    wait_until(lambda: reviewer.run(f"{sound}.paused") is True)
    reviewer.press("\ue014")
    wait_until(lambda: reviewer.shown == event_id(1))
    assert event_id(1) in str(reviewer.run(f"{sound}.src"))
    wait_until(lambda: reviewer.run(f"{sound}.duration") == pytest.approx(4.0))
    assert event_id(1) in str(reviewer.run("document.getElementById('picture').src"))


def test_the_queue_goes_on_after_its_last_event(reviewer: Reviewer) -> None:
    """As quickly as keys are pressed; each event gets the verdict that was meant for it."""
    reviewer.open("/review?order=time")
    reviewer.browser.driver.execute_script(PRESS, ["y", "n"] * (EVENTS // 2))
    reviewer.wait_for_reviewed(EVENTS)
    for number in range(EVENTS):
        expected = Verdict.WRONG if number % 2 else Verdict.RIGHT
        assert reviewer.decision(number) == Decision(event_id(number), expected)
    wait_until(lambda: "No event is left" in str(reviewer.run("document.body.innerText")))
    assert reviewer.browser.messages == []


def test_a_verdict_that_cannot_be_stored_is_said(reviewer: Reviewer) -> None:
    """The event stays; the next try goes on."""
    reviewer.open("/review?order=time")
    store, elsewhere = reviewer.page.folder / "review.db", reviewer.page.folder / "elsewhere.db"
    wait_until(lambda: reviewer.run("document.getElementById('sound').readyState") == 4)
    # SQLite removes its log when the last connection ends: that of the import, or of a sound.
    wait_until(lambda: not store.with_name(f"{store.name}-wal").exists())
    store.rename(elsewhere)
    failure = "document.getElementById('failure')"
    try:
        store.write_bytes(b"no database" * 100)
        reviewer.press("y")
        wait_until(lambda: "cannot be used now" in str(reviewer.run(f"{failure}.textContent")))
        assert reviewer.shown == event_id(0)
    finally:
        elsewhere.rename(store)
    reviewer.press("y")
    wait_until(lambda: reviewer.shown == event_id(1))
    assert reviewer.run(f"{failure}.hidden") is True


def test_many_events_get_one_verdict_and_it_is_undone(reviewer: Reviewer) -> None:
    """By mouse: chosen ones, and then all."""
    reviewer.open("/review?order=time")
    driver = reviewer.browser.driver
    for number in (2, 4):
        driver.find_element("css selector", f"input[value='{event_id(number)}']").click()
    driver.find_element("css selector", ".bulk button:not(.quiet)").click()
    reviewer.wait_for_reviewed(2)
    wait_until(lambda: driver.find_elements("css selector", ".undo button") != [])
    driver.find_element("css selector", ".undo button").click()
    reviewer.wait_for_reviewed(0)
    driver.find_element("css selector", ".bulk button.quiet").click()
    reviewer.wait_for_reviewed(EVENTS)
    assert {event.decision.verdict for event in reviewer.reviewed if event.decision} == {
        Verdict.WRONG
    }


def test_a_viewer_has_keys_that_change_nothing(reviewer: Reviewer) -> None:
    """They look and listen."""
    admin, reviewer.page.cookies = reviewer.page.cookies, {}
    reviewer.page.log_in("viewer")
    reviewer.open("/review?order=time")
    reviewer.page.cookies = admin
    reviewer.press("y", "n", "1", "u", "\ue014")
    wait_until(lambda: reviewer.shown == event_id(1))
    assert reviewer.reviewed == []


def test_a_phone_reviews_by_touch(reviewer: Reviewer) -> None:
    """The buttons are large enough, and the card is on the first screen."""
    reviewer.open("/review?order=time", PHONE)
    box = "document.querySelector('#verdicts button').getBoundingClientRect()"
    assert float(str(reviewer.run(f"{box}.bottom"))) < PHONE[1]
    assert float(str(reviewer.run(f"{box}.height"))) >= 40
    reviewer.browser.driver.find_element("css selector", "#verdicts button").click()
    reviewer.wait_for_reviewed(1)
    wait_until(lambda: reviewer.shown == event_id(1))
    undo = reviewer.browser.driver.find_element("id", "undo")
    undo.click()
    reviewer.wait_for_reviewed(0)
    wait_until(lambda: reviewer.shown == event_id(0))
    assert not undo.is_displayed()


@pytest.mark.slow
def test_two_hundred_clips_are_reviewed_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """Over several parts of the queue, without a touch of the mouse."""
    for number in range(200):
        write_clip(tmp_path / "clips", number, LABELS[number % len(LABELS)])
    folder = tmp_path / "page"
    folder.mkdir()
    tables = {"clips": {"folder": str(tmp_path / "clips")}}
    with running_page(folder, tables, passwords=True) as page:
        page.log_in("admin")
        reviewer = Reviewer(browser, page)
        reviewer.open("/review?order=time")
        for number in range(200):
            wait_until(lambda number=number: reviewer.shown == event_id(number))  # type: ignore[misc]  # bound here
            reviewer.press("n" if number % 5 == 0 else "y")
        reviewer.wait_for_reviewed(200)
        for number in range(200):
            expected = Verdict.WRONG if number % 5 == 0 else Verdict.RIGHT
            assert reviewer.decision(number) == Decision(event_id(number), expected)
        browser.driver.delete_all_cookies()
