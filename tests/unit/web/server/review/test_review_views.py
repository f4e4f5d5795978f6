"""Review by forms, as without JavaScript, and as a script does; also with hostile texts."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from review_events import event_id
from web_clips import START, clip_event, write_clip
from web_events import ms
from web_page import MakePage, Page, running_page

from soundpost.review import Decision, Verdict, open_store
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes.decode import decode_event

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 1234567*8 }}"
HOSTILE_ID = "<b>x</b>\"'&event=1"
JSON = {"accept": "application/json"}
EVENTS = 6


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page with clips, one of which has hostile texts, and an admin who uses it."""
    clips = tmp_path_factory.mktemp("clips")
    for number in range(EVENTS):
        write_clip(clips, number, ("dog", "siren")[number % 2], score=0.6 + number / 100)
    name = write_clip(clips, 9, "owl", score=0.99)
    path = (clips / name).with_suffix(".json")
    sidecar = json.loads(path.read_bytes())
    sidecar["detection"] |= {
        "label": HOSTILE,
        "common_name": HOSTILE,
        "id": HOSTILE_ID,
        "node": HOSTILE,
    }
    path.write_text(json.dumps(sidecar))
    with running_page(
        tmp_path_factory.mktemp("page"), {"clips": {"folder": str(clips)}}, passwords=True
    ) as page:
        page.log_in("admin")
        yield page


@pytest.fixture
def page(shared: Page) -> Page:
    """Provides that page without verdicts."""
    with open_store(store_path(shared)) as store:
        while action := store.last_action("admin"):
            store.undo(action)
    return shared


def store_path(page: Page) -> Path:
    """Returns the path of the store of a page."""
    return page.folder / "review.db"


def verdict_of(page: Page, event: str) -> Decision | None:
    """Returns the verdict that the store has on an event."""
    with open_store(store_path(page)) as store:
        return store.event(event).decision


def send(page: Page, path: str, address: str = "/review", **fields: str) -> str:
    """Sends a form of the page at an address; returns the address that it leads to."""
    token = page.get(address).token
    answer = page.post(f"/review/{path}", {"token": token, **fields})
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def events_of(text: str) -> list[str]:
    """Returns the ids of the events of a page, in their order."""
    return [unescape(found) for found in re.findall(r'<tr data-event="([^"]*)"', text)]


def test_the_queue_is_ordered_and_filtered(page: Page) -> None:
    """By the address."""
    by_time = [event_id(number) for number in range(EVENTS)]
    assert events_of(page.get("/review?order=time&label=dog").text) == by_time[::2]
    assert events_of(page.get("/review?order=score&score=0.62").text) == [
        HOSTILE_ID,
        *by_time[:1:-1],
    ]
    assert events_of(page.get("/review?node=north-gate&order=time").text) == by_time
    assert events_of(page.get("/review?verdict=right").text) == []


def test_a_verdict_by_form_leads_to_the_next_event(page: Page) -> None:
    """With a way to undo it."""
    text = page.get("/review?order=time").text
    following = re.search(r'name="next" id="next" value="([^"]*)"', text)
    assert following is not None
    assert following[1] == event_id(1)
    place = send(
        page, "verdict", event=event_id(0), verdict="right", next=following[1], back="order=time"
    )
    assert verdict_of(page, event_id(0)) == Decision(event_id(0), Verdict.RIGHT)
    values = parse_qs(urlsplit(place).query)
    assert values["order"] == ["time"]
    assert values["event"] == [event_id(1)]
    shown = page.get(place).text
    assert event_id(0) not in events_of(shown)
    assert "1 of 7 reviewed" in shown
    assert "dog: 100 % right (21 to 100 %)" in page.get("/review?label=dog").text
    back = send(page, "undo", action=values["action"][0], back="order=time")
    assert parse_qs(urlsplit(back).query)["event"] == [event_id(0)]
    assert verdict_of(page, event_id(0)) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"verdict": "wrong"}, Decision(event_id(0), Verdict.WRONG)),
        ({"verdict": "unsure"}, Decision(event_id(0), Verdict.UNSURE)),
        ({"label": "siren"}, Decision(event_id(0), Verdict.RELABELLED, "siren")),
        ({"label": "dog"}, Decision(event_id(0), Verdict.RIGHT)),
        (
            {"verdict": "label", "typed": " tawny owl "},
            Decision(event_id(0), Verdict.RELABELLED, "tawny owl"),
        ),
        ({"verdict": "right", "typed": "half"}, Decision(event_id(0), Verdict.RIGHT)),
    ],
)
def test_every_verdict_is_given_by_its_button(
    page: Page, fields: dict[str, str], expected: Decision
) -> None:
    """A label by one of nine, or by typing."""
    send(page, "verdict", event=event_id(0), **fields)
    assert verdict_of(page, event_id(0)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verdict": "rigth"},
        {"verdict": "relabelled"},
        {"verdict": "label"},
        {"verdict": "label", "typed": "  "},
        {"label": "x" * 201},
        {"label": "a\nb"},
    ],
)
def test_a_wrong_verdict_is_not_stored(page: Page, fields: dict[str, str]) -> None:
    """It is explained."""
    token = page.get("/review").token
    answer = page.post("/review/verdict", {"token": token, "event": event_id(0), **fields})
    assert (answer.status, "has no verdict" in answer.text) == (400, True)
    assert verdict_of(page, event_id(0)) is None


def test_a_script_gets_the_figures(page: Page) -> None:
    """And the number of the action, by which it is undone."""
    token = page.get("/review").token
    fields = {"token": token, "event": event_id(1), "label": "wolf"}
    state = json.loads(page.post("/review/verdict", fields, **JSON).text)
    assert state["verdict"] == "it is wolf"
    assert state["figures"]["precision"] == "0 % right (0 to 79 %)"
    undo = {"token": token, "action": str(state["action"])}
    assert json.loads(page.post("/review/undo", undo, **JSON).text)["undone"] == [event_id(1)]
    assert json.loads(page.post("/review/undo", undo, **JSON).text)["events"] == 0


def test_chosen_events_get_one_verdict(page: Page) -> None:
    """As one action."""
    token = page.get("/review").token
    body = "&".join(
        [f"token={token}", "verdict=wrong", *(f"event={event_id(number)}" for number in (1, 3, 3))]
    )
    headers = {"Origin": page.url, "Content-Type": "application/x-www-form-urlencoded"}
    answer = page.request("POST", "/review/bulk", body, headers)
    values = parse_qs(urlsplit(answer.headers["location"]).query)
    assert values["events"] == ["2"]
    assert "Given to 2." in page.get(answer.headers["location"]).text
    given = [number for number in range(EVENTS) if verdict_of(page, event_id(number))]
    assert given == [1, 3]
    send(page, "undo", action=values["action"][0])
    assert verdict_of(page, event_id(1)) is None


def test_all_events_of_a_queue_get_one_verdict(page: Page) -> None:
    """Only as many as the form showed."""
    place = "label=siren&order=score"
    send(page, "bulk", all="1", count="3", verdict="label", label="horn", back=place)
    assert verdict_of(page, event_id(1)) == Decision(event_id(1), Verdict.RELABELLED, "horn")
    assert verdict_of(page, event_id(0)) is None
    token = page.get("/review").token
    for count in ("3", "", "-1", "x"):
        answer = page.post(
            "/review/bulk",
            {"token": token, "all": "1", "count": count, "verdict": "wrong", "back": place},
        )
        assert (answer.status, "events by now" in answer.text) == (503, True)
    assert page.post("/review/bulk", {"token": token, "verdict": "wrong"}).status == 400


@pytest.mark.parametrize("number", ["", "-1", "x", "9" * 30, "\N{SUPERSCRIPT TWO}"])
def test_a_wrong_action_is_not_undone(page: Page, number: str) -> None:
    """Nor an error of the server."""
    token = page.get("/review").token
    assert page.post("/review/undo", {"token": token, "action": number}).status == 400


def test_the_action_of_another_person_stays(page: Page) -> None:
    """As `soundpost review` has it."""
    with open_store(store_path(page)) as store:
        action = store.record([Decision(event_id(0), Verdict.RIGHT)], "bert")
        send(page, "undo", action=str(action))
        assert verdict_of(page, event_id(0)) is not None
        store.undo(action)


def test_a_verdict_is_shown_in_the_history(page: Page) -> None:
    """Beside its event; the store of the terminal is the same."""
    send(page, "verdict", event=event_id(0), verdict="wrong")
    store = HistoryStore(page.folder / "history.db", Limits(36_500, 100))
    store.open()
    clip = "20261118T110640Z-dog-00000000.flac"
    store.store([decode_event("north-gate", clip_event(0, "dog", clip), ms(START))])
    store.close()
    text = page.get("/history?from=2026-11-01&to=2026-11-30").text
    assert '<span class="verdict">wrong</span>' in text


@pytest.mark.parametrize(
    "path",
    [
        "/review",
        "/review?verdict=any",
        f"/review?event={quote(HOSTILE_ID)}",
        f"/review?label={quote(HOSTILE)}&node={quote(HOSTILE)}",
        f"/review?order={quote(HOSTILE)}",
        f"/review?action={quote(HOSTILE)}&events={quote(HOSTILE)}",
        f"/review/file?event={quote(HOSTILE)}&kind=flac",
    ],
)
def test_no_text_is_markup(page: Page, path: str) -> None:
    """Of a label, a name, a node, an id or an address."""
    with open_store(store_path(page)) as store:
        store.record([Decision(event_id(0), Verdict.RELABELLED, HOSTILE)], "admin")
    text = page.get(path).text
    for markup in ("<script>alert", "<img src=x", "<b>", "'><", "9876536"):
        assert markup not in text, markup


def test_the_sound_of_an_event_is_that_of_its_clip(page: Page) -> None:
    """By its id, with ranges; no other file."""
    address = f"/review/file?event={event_id(0)}&kind="
    sound = page.get(f"{address}flac", range="bytes=0-3")
    assert (sound.status, sound.content) == (206, b"fLaC")
    assert page.get(f"{address}png").content[:4] == b"\x89PNG"
    for kind in ("json", "", "flac/../../x", "wav"):
        assert page.get(f"{address}{kind}").status == 404
    assert page.get("/review/file?event=nothing&kind=flac").status == 404
    assert page.get(f"/review/file?event={quote(HOSTILE_ID)}&kind=flac").status == 200


def test_a_viewer_looks_and_listens(page: Page) -> None:
    """Without any form, and without the choice of many."""
    admin = page.cookies
    page.cookies = {}
    try:
        page.log_in("viewer")
        text = page.get("/review").text
        assert "An admin gives verdicts." in text
        assert "/review/verdict" not in text
        assert 'type="checkbox" name="event"' not in text
        assert page.get(f"/review/file?event={event_id(0)}&kind=flac").status == 200
    finally:
        page.cookies = admin


def test_a_store_that_cannot_be_used_is_said(make_page: MakePage, tmp_path: Path) -> None:
    """The rest of the page goes on."""
    (tmp_path / "other.db").write_bytes(b"no database" * 100)
    page = make_page(review={"store": str(tmp_path / "other.db")})
    answer = page.get("/review")
    assert (answer.status, "cannot be used now" in answer.text) == (503, True)
    assert page.get("/history").status == 200
    assert page.get("/").status == 200


def test_without_clips_the_page_says_what_to_do(make_page: MakePage) -> None:
    """And a first view of the review is small."""
    page = make_page()
    text = page.get("/review").text
    assert "clips.folder" in text
    files = ("page.css", "clip.css", "review.css", "clip.js", "review.js", "icon.svg")
    parts = [text, *(page.get(f"/static/{file}").text for file in files)]
    assert sum(len(part.encode()) for part in parts) < 150_000
