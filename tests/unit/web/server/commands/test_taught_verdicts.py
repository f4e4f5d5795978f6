"""Verdicts of the review that go with a lesson."""

from pathlib import Path

from mosquitto import Broker
from review_events import event_id
from teach_pages import FIGURES, NODE, answered, token
from web_page import Page

from soundpost.review import open_store


def test_verdicts_go_with_a_label_that_is_taught_again(
    page: Page, broker: Broker, clips: Path
) -> None:
    """Those on events of the node, whose number is said; without `again` none of them."""
    shown = page.get("/review")
    names = sorted(path.name for path in clips.glob("*.flac"))
    is_bell = {"verdict": "label", "label": "gate_bell"}
    for number, verdict in enumerate((is_bell, is_bell, {"verdict": "wrong"}, is_bell)):
        sent = {"token": shown.token, "event": event_id(number), **verdict}
        assert page.post("/review/verdict", sent).status in {200, 303}
    fields = {"label": "gate_bell", "action": "teach", "again": "1", f"use:{names[1]}": "not"}
    reply = {"status": "done", "message": "gate_bell is taught", "teach": FIGURES}
    command, text = answered(page, broker, fields, **reply)
    assert (command["not"], command["right"]) == ([names[1]], [names[0]])
    assert "wrong" not in command
    assert "With verdicts of the review: 1 that it is the sound, 0 that it is another." in text
    del fields["again"]
    command, text = answered(page, broker, fields, **reply)
    assert not {"right", "wrong"} & set(command)
    assert "With verdicts" not in text
    with open_store(page.folder / "review.db") as store:
        while action := store.last_action("admin"):
            store.undo(action)
    address = f"/teach/result?node={NODE}&id=x&right=1&wrong=%C2%B2&older=99999999"
    assert "With verdicts of the review: 1 that it is the sound, 0" in page.get(address).text


def test_verdicts_that_cannot_be_read_are_said(page: Page) -> None:
    """Nothing is sent: the person would take them for counted."""
    path = page.folder / "review.db"
    aside = path.rename(page.folder / "aside.db")
    path.write_bytes(b"no database" * 100)
    fields = {"token": token(page), "node": NODE, "label": "gate_bell", "action": "teach"}
    answer = page.post("/teach", fields | {"again": "1"})
    path.unlink()
    aside.rename(path)
    assert answer.status == 503
    assert "The verdicts cannot be used now" in answer.text
