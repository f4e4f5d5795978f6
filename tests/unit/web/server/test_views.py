"""The pages with messages of nodes in them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from web_events import event, health, ms
from web_page import MakePage, Page, running_page

from soundpost.mqtt.message import IncomingMessage
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.subscribe.inbox import Inbox

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 1234567*8 }}"
PRODUCT = "9876536"
"""Of the numbers in it, as a template would compute it; no time or identifier has it by chance."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page with a hostile event in its history, and a hostile node."""
    with running_page(tmp_path_factory.mktemp("page"), {}) as page:
        fill(page)
        yield page


def fill(page: Page) -> None:
    """Gives a page hostile messages."""
    now_ms = ms(datetime.now(UTC))
    store = HistoryStore(page.folder / "history.db", Limits(36_500, 100))
    store.open()
    fields = {"onset_ms": now_ms, "received_ms": now_ms, "label": HOSTILE}
    store.store([event(1, "ended", common_name=HOSTILE, **fields), event(5, **fields)])  # type: ignore[arg-type]  # the fields of a test
    store.close()
    state = page.application.feed._state  # noqa: SLF001 - there is no broker
    inbox = Inbox("soundpost", state)
    report = health(problems=[HOSTILE], version=HOSTILE, clock="untrusted")
    settings = b'{"muted": {"<b>": "<i>"}, "thresholds": {"<b>": 0.5}, "profiles": {"<b>": "<u>"}}'
    for topic, payload in (("status", b"online"), ("health", report), ("settings", settings)):
        inbox.receive(IncomingMessage(f"soundpost/gate/{topic}", payload))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/history",
        "/hours?state=all",
        f"/label?label={quote(HOSTILE)}&state=all",
        "/node?name=gate",
        f"/node?name={quote(HOSTILE)}",
        f"/history?label={quote(HOSTILE)}&node={quote(HOSTILE)}",
        f"/history?from={quote(HOSTILE)}",
        f"/login?next={quote(HOSTILE)}",
        f"/{quote(HOSTILE)}",
        "/about",
    ],
)
def test_no_text_of_a_node_or_an_address_is_markup(page: Page, path: str) -> None:
    """Every value is escaped, also within an attribute, and no template is made of one."""
    text = page.get(path).text
    for markup in ("<script>alert", "<img src=x", "<b>", "<i>", "<u>", "'><", PRODUCT):
        assert markup not in text, markup


def test_the_history_shows_gaps(page: Page) -> None:
    """With the numbers that are missing."""
    assert "3 messages of gate are missing here (numbers 2 to 4)" in page.get("/history").text


def test_the_page_of_a_node_shows_its_settings(page: Page) -> None:
    """To be looked at: the configuration is that of the node."""
    text = page.get("/node?name=gate").text
    assert "&lt;b&gt; until &lt;i&gt;" in text
    assert "The clock of this node is not synchronised." in text
    assert page.get("/node").status == 404


@pytest.mark.parametrize(
    "query", ["from=x", "score=2", "before=x", "state=x", "group=x", f"label={'x' * 300}"]
)
def test_a_wrong_address_is_explained(page: Page, query: str) -> None:
    """It is no error of the server."""
    for path in ("/history", "/hours"):
        if path == "/history" or not query.startswith("before"):
            answer = page.get(f"{path}?{query}")
            assert answer.status == 400
            assert "has a wrong value" in answer.text


def test_a_history_that_cannot_be_read_is_said(page: Page) -> None:
    """Live events are shown all the same."""
    history, elsewhere = page.folder / "history.db", page.folder / "elsewhere.db"
    history.rename(elsewhere)
    try:
        answer = page.get("/history")
        assert answer.status == 503
        assert "cannot be read now" in answer.text
        assert page.get("/").status == 200
    finally:
        elsewhere.rename(history)


def test_a_first_view_is_small(page: Page) -> None:
    """At most 150 kB with everything that it loads."""
    for path, files in {
        "/": ("page.css", "live.js", "icon.svg"),
        "/history": ("page.css", "vendor/htmx.min.js", "icon.svg"),
        "/label?label=dog": ("page.css", "vendor/uPlot.min.js", "chart.js", "icon.svg"),
    }.items():
        parts = [page.get(path).text, *(page.get(f"/static/{file}").text for file in files)]
        assert sum(len(part.encode()) for part in parts) < 150_000


def test_too_many_viewers_are_told(make_page: MakePage) -> None:
    """The others go on."""
    page = make_page(web={"viewers": 1})
    page.application.feed._viewers.add(object())  # type: ignore[arg-type]  # noqa: SLF001 - one that looks
    assert page.get("/live/stream").status == 503
    page.application.feed._viewers.clear()  # noqa: SLF001 - as above
