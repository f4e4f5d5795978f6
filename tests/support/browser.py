"""A headless Chromium, driven by Selenium. Fixture: `browser`."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from mosquitto import wait_until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PHONE = (390, 844)
"""Width and height of the page on a common phone, in CSS pixels."""
DESKTOP = (1280, 900)

_CONTRAST = """
const channels = text => text.match(/[\\d.]+/g).map(Number);
const luminance = color => {
  const [r, g, b] = color.slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const color = channels(getComputedStyle(at).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
let least = [21, ''];
for (const element of document.body.querySelectorAll('*')) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  if (!own || !element.getClientRects().length) continue;
  const levels = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
  const ratio = (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05);
  if (ratio < least[0]) least = [ratio, element.outerHTML.slice(0, 200)];
}
return least;
"""
"""Contrast of text by WCAG 2.2, success criterion 1.4.3; backgrounds are opaque colours."""
_AXE = Path(__file__).with_name("axe") / "axe.min.js"
_RUN_AXE = """
const rules = {'target-size': {enabled: true}};
axe.run(document, {rules})
  .then(arguments[0], error => arguments[0]({failure: String(error)}));
"""


class Browser:
    """A browser with one page.

    Args:
        driver: Selenium's driver.
    """

    def __init__(self, driver: "Chrome") -> None:
        self.driver = driver

    def open(self, url: str, size: tuple[int, int] = DESKTOP, *, is_dark: bool = False) -> None:
        """Opens a page at a size, in the light or the dark scheme, and waits until it is loaded."""
        _ = self.messages  # drops those of earlier pages
        width, height = size
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        screen = {"width": width, "height": height, "deviceScaleFactor": 1}
        mobile = {"mobile": size == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen | mobile)
        self.driver.get(url)

    @property
    def messages(self) -> list[str]:
        """The messages on the console since the page was opened or this was read."""
        entries = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [entry["message"] for entry in entries]

    @property
    def excess_width(self) -> int:
        """The pixels by which the page is wider than the window."""
        # A phone zooms out to show a page that is too wide, and `innerWidth` grows with it.
        page = "document.documentElement"
        script = f"return {page}.scrollWidth - {page}.clientWidth"
        return int(self.driver.execute_script(script))

    @property
    def least_contrast(self) -> tuple[float, str]:
        """The lowest contrast between a text and its background, and the element that has it."""
        ratio, element = self.driver.execute_script(_CONTRAST)
        return float(ratio), str(element)

    def axe_violations(self) -> list[tuple[str, str, str]]:
        """Returns what axe finds: the rule, the element, and what would mend it."""
        self.driver.execute_script(_AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(_RUN_AXE)
        return [
            (violation["id"], node["html"], node["failureSummary"])
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def open_details(self) -> None:
        """Opens every part of the page that is folded up."""
        self.driver.execute_script(
            "for (const part of document.querySelectorAll('details')) part.open = true"
        )

    def log_in(self, url: str, name: str, password: str) -> None:
        """Logs in by the form of a page."""
        self.open(f"{url}/login")
        for field, text in (("name", name), ("password", password)):
            self.driver.find_element("name", field).send_keys(text)
        self.driver.find_element("css selector", ".login button").click()
        wait_until(lambda: self.driver.current_url == f"{url}/")


@contextmanager
def running_browser(*arguments: str) -> Iterator[Browser]:
    """Provides a browser; the test is skipped where there is none.

    Args:
        arguments: Further flags of Chromium.
    """
    chromium, chromedriver = map(shutil.which, ("chromium", "chromedriver"))
    if chromium is None or chromedriver is None:
        pytest.skip("no chromium and chromedriver on PATH")
    pytest.importorskip("selenium", reason="Selenium is in the extra `dev`")
    from selenium import webdriver  # noqa: PLC0415 - the wheel is tested without it

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--disable-dev-shm-usage", "--disable-gpu", *arguments):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium refuses its sandbox to root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # Chromium leaves folders behind when its driver ends it.
    with TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as folder:
        service = webdriver.ChromeService(chromedriver, env={**os.environ, "TMPDIR": folder})
        with webdriver.Chrome(options, service) as driver:
            yield Browser(driver)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests of a process."""
    with running_browser() as running:
        yield running
