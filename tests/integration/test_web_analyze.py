"""Recordings that are uploaded or recorded in a browser, and the page without its server."""

import json
import math
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from browser import DESKTOP, PHONE, Browser, running_browser
from mosquitto import wait_until
from web_page import PASSWORDS, MakePage, Page, running_page

DOG = "5-231762-A-0.flac"
KEPT = """
const done = arguments[0];
caches.keys().then(async names => {
  const found = [];
  for (const name of names)
    for (const request of await (await caches.open(name)).keys())
      found.push(new URL(request.url).pathname);
  done(found);
});
"""
SERVED = """
const done = arguments[0];
navigator.serviceWorker.ready.then(() => done(true));
"""
CHART = "return document.querySelectorAll('#chart canvas').length"
SIZE = """
const image = new Image(), done = arguments[1];
image.src = arguments[0];
image.decode().then(() => done(`${image.naturalWidth}x${image.naturalHeight}`));
"""
PLAYER = "const p = document.getElementById('player'); return [p.duration, p.currentTime];"
HOSTILE_NAME = '<img src=x onerror=alert(1)> "dog" & siren.flac'
FIRST_VIEW_BYTES = 150_000


@pytest.fixture(scope="module")
def dog(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a recording of a dog, of a fold that the bundle was not trained on."""
    path = tmp_path_factory.mktemp("dog") / HOSTILE_NAME
    path.write_bytes((shared_data / "esc50" / "audio" / DOG).read_bytes())
    return path


@pytest.fixture(scope="module")
def recorder(dog: Path) -> Iterator[Browser]:
    """Provides a browser whose microphone records the dog again and again."""
    sound = dog.with_name("microphone.wav")
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(dog), "-ar", "48000", str(sound)]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        pytest.skip("ffmpeg is not installed")
    with running_browser(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
    ) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page that analyzes recordings."""
    folder = tmp_path_factory.mktemp("page")
    with running_page(folder, {"analyze": {"allowed": "viewer"}}) as page:
        yield page


def click(browser: Browser, selector: str) -> None:
    """Clicks on an element."""
    browser.driver.find_element("css selector", selector).click()


def texts(browser: Browser, selector: str) -> list[str]:
    """Returns the texts of elements."""
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())"
    found: list[str] = browser.driver.execute_script(script, selector)
    return found


def wait_for_result(browser: Browser) -> None:
    """Waits until the result is shown, with its chart."""
    wait_until(lambda: browser.driver.execute_script(CHART) == 1)


@pytest.fixture(scope="module")
def result(browser: Browser, page: Page, dog: Path) -> str:
    """Provides the address of the result of a recording that was uploaded by the form."""
    browser.open(f"{page.url}/analyze")
    field = browser.driver.find_element("css selector", "input[type=file]")
    field.send_keys(str(dog))
    click(browser, "#analyze button")
    wait_for_result(browser)
    return str(browser.driver.current_url)


def test_a_recording_is_recognised(browser: Browser, result: str) -> None:
    """The dog is an event and the best label; the name of the file is a text."""
    browser.open(result)
    wait_for_result(browser)
    assert texts(browser, ".file-name") == [HOSTILE_NAME]
    assert texts(browser, "#timeline .lane span") == ["dog"]
    assert len(texts(browser, "#top tbody tr")) == 5
    assert texts(browser, "#top tbody tr:first-child td:first-child") == ["dog"]
    assert texts(browser, "#legend span")[0] == "dog"
    assert browser.messages == []
    assert browser.driver.execute_script("return document.images[1].naturalWidth") > 100


def test_the_sound_is_played_from_an_event(browser: Browser, result: str) -> None:
    """The link of an event moves the player, and the player the mark on the spectrogram."""
    browser.open(result)
    wait_until(lambda: browser.driver.execute_script(PLAYER)[0] is not None)
    assert math.isclose(browser.driver.execute_script(PLAYER)[0], 5.0, abs_tol=0.01)
    click(browser, "#top [data-seek]")
    mark = "return Number(document.getElementById('position').getAttribute('x'))"
    wait_until(lambda: browser.driver.execute_script(mark) > 0)


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_every_page_is_usable_by_everyone(
    browser: Browser,
    page: Page,
    result: str,
    size: tuple[int, int],
    is_dark: bool,  # noqa: FBT001 - a case
) -> None:
    """Axe finds nothing, and nothing is wider than the window."""
    for address in (f"{page.url}/analyze", result, f"{page.url}/offline"):
        browser.open(address, size, is_dark=is_dark)
        assert browser.axe_violations() == [], address
        assert browser.excess_width <= 0, address
        assert browser.messages == [], address


def test_a_recording_that_is_too_large_is_not_sent(
    browser: Browser, make_page: MakePage, tmp_path: Path
) -> None:
    """The browser knows its size before."""
    page = make_page(analyze={"allowed": "viewer", "megabytes": 1})
    (tmp_path / "large.wav").write_bytes(bytes(1_000_001))
    browser.open(f"{page.url}/analyze")
    field = browser.driver.find_element("css selector", "input[type=file]")
    field.send_keys(str(tmp_path / "large.wav"))
    click(browser, "#analyze button")
    wait_until(lambda: texts(browser, "#problem") == ["The recording is too large."])
    assert browser.driver.current_url == f"{page.url}/analyze"


def test_a_reason_of_the_server_is_shown(browser: Browser, page: Page, dog: Path) -> None:
    """As text, on the same page; the form can be sent again."""
    browser.open(f"{page.url}/analyze")
    browser.driver.execute_script("document.forms.analyze.elements.token.value = 'old'")
    browser.driver.find_element("css selector", "input[type=file]").send_keys(str(dog))
    click(browser, "#analyze button")
    wait_until(lambda: "too old" in texts(browser, "#problem")[0])
    assert browser.driver.find_element("css selector", "#analyze button").is_enabled()


def test_a_dog_at_the_microphone_is_recognised(recorder: Browser, page: Page) -> None:
    """Recorded by the browser, in its own format."""
    recorder.open(f"{page.url}/analyze", PHONE)
    click(recorder, "#record-button")
    wait_until(lambda: texts(recorder, "#record-state") == ["Recording: 4 s"])
    assert texts(recorder, "#record-button") == ["Stop and analyze"]
    click(recorder, "#record-button")
    wait_for_result(recorder)
    assert texts(recorder, "#top tbody tr:first-child td:first-child") == ["dog"]
    assert "dog" in texts(recorder, "#timeline .lane span")
    assert recorder.messages == []


def test_the_page_can_be_installed(browser: Browser, page: Page) -> None:
    """Its manifest has what browsers require; each icon is there and has its size."""
    browser.open(page.url)
    link = "return document.querySelector('link[rel=manifest]').href"
    answer = page.get(browser.driver.execute_script(link).removeprefix(page.url))
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = json.loads(answer.text)
    assert manifest["display"] == "standalone"
    sizes = set()
    for icon in manifest["icons"]:
        address = urljoin(page.url, icon["src"])
        size = browser.driver.execute_async_script(SIZE, address)
        assert icon["sizes"] in {size, "any"}
        sizes.add(icon["sizes"])
    assert {"192x192", "512x512"} <= sizes
    problems = browser.driver.execute_cdp_cmd("Page.getInstallabilityErrors", {})
    assert problems["installabilityErrors"] == []


def test_without_its_server_the_page_says_so(browser: Browser, make_page: MakePage) -> None:
    """On a page that is open, and in place of one that is opened; then it comes back.

    Nothing that a person sees is kept by the browser.
    """
    page = make_page(passwords=True)
    browser.open(f"{page.url}/login")
    browser.driver.execute_async_script(SERVED)
    browser.driver.find_element("name", "name").send_keys("viewer")
    browser.driver.find_element("name", "password").send_keys(PASSWORDS["viewer"])
    click(browser, "form.login button")
    wait_until(lambda: browser.driver.current_url == f"{page.url}/")
    browser.open(f"{page.url}/about")
    kept = browser.driver.execute_async_script(KEPT)
    assert "/offline" in kept
    assert all(path == "/offline" or path.startswith("/static/") for path in kept)
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    try:
        browser.driver.execute_cdp_cmd("Network.enable", {})
        browser.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions", network | {"offline": True}
        )
        wait_until(lambda: "cannot be reached" in texts(browser, "#away")[0])
        page.stop()  # what a browser emulates does not hold for a service worker
        browser.driver.get(f"{page.url}/history")
        assert texts(browser, "h1") == ["Not connected"]
        assert browser.axe_violations() == []
    finally:
        browser.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions", network | {"offline": False}
        )


def test_the_first_view_is_small(browser: Browser, page: Page) -> None:
    """With what makes it installable; over a slow network it takes a second."""
    browser.open(f"{page.url}/login")
    browser.driver.execute_cdp_cmd("Network.enable", {})
    browser.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    browser.open(page.url)
    script = (
        "return [...performance.getEntriesByType('resource'),"
        "...performance.getEntriesByType('navigation')]"
        ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
    )
    size = browser.driver.execute_script(script)
    browser.driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    assert 5_000 < size <= FIRST_VIEW_BYTES
