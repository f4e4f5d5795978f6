"""The training folder of the page, exported by an admin with a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PHONE, Browser
from mosquitto import wait_until
from review_events import event_id
from web_clips import write_clip
from web_page import Page, running_page


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Provides a page with one clip that is right, used by an admin."""
    clips, folder = tmp_path / "clips", tmp_path / "page"
    clips.mkdir()
    folder.mkdir()
    write_clip(clips, 0, "dog", hz=300.0)
    with running_page(folder, {"clips": {"folder": str(clips)}}, passwords=True) as page:
        page.log_in("admin")
        wait_until(lambda: "1 event in" in page.get("/review").text)
        token = page.get("/review").token
        fields = {"token": token, "event": event_id(0), "verdict": "right"}
        assert page.post("/review/verdict", fields).status == 303
        yield page


def test_an_export_shows_its_end_by_itself(browser: Browser, page: Page) -> None:
    """The text that it has printed, with long paths in it, fits on a phone."""
    for name, value in page.cookies.items():
        cookie = {"name": name, "value": value, "url": page.url}
        browser.driver.execute_cdp_cmd("Network.setCookie", cookie)
    browser.open(f"{page.url}/review/export", PHONE)
    browser.driver.find_element("css selector", "#export button").click()
    wait_until(lambda: bool(browser.driver.find_elements("link text", "Download")))
    assert "dog" in browser.driver.find_element("class name", "printed").text
    assert browser.excess_width == 0
    assert browser.messages == []
