"""Teaching by forms, as without JavaScript: the clips, the command, its result, its refusals."""

import html
from pathlib import Path

import pytest
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from review_events import event_id
from teach_pages import FIGURES, HOSTILE, NODE, RECORDED, answered, token
from web_page import Answer, MakePage, Page


def test_the_clips_of_a_node_are_offered(page: Page, clips: Path) -> None:
    """Those that a command has recorded, and those of events; none of them is chosen."""
    text = page.get(f"/teach?node={NODE}").text
    assert f'name="use:{RECORDED}"' in text
    name = min(path.name for path in clips.glob("*.flac"))
    assert f'name="use:{name}"' in text
    assert f"name={name}" in text  # its sound
    assert text.count("selected>leave out") == 2
    end = text[text.index("A sound that was taught before") :]
    assert end.index('value="undo"') < end.index('value="remove"') < end.index("</form>")


def test_a_label_is_taught_from_the_chosen_clips(page: Page, broker: Broker) -> None:
    """The page leads to the result, which has the figures, and no text of it is markup."""
    fields = {"label": "gate_bell", "action": "teach", f"use:{RECORDED}": "label"}
    command, text = answered(
        page, broker, fields, status="done", message="gate_bell is taught", teach=FIGURES
    )
    assert command.pop("id").startswith("web-")
    off = {"again": False, "dry_run": False}
    assert command == {"label": "gate_bell", "clips": [RECORDED], "not": []} | off
    for part in (
        "Done.</strong> gate_bell is taught",
        "9 of 10 recordings",
        "1 in 30 minutes of background and other sounds; you accept 2 an hour",
        "&lt;script&gt;",
        "missed.flac",
        "unused.flac: is silent",
        'its event appears here: <a href="/">Live</a>',
        'value="undo"',
        "Remove gate_bell",
    ):
        assert part in text, text
    assert HOSTILE not in text
    assert "data-follow" not in text
    assert "/teach/result?" in page.get(f"/node?name={NODE}").text


def test_a_result_that_takes_longer_is_followed(page: Page, broker: Broker) -> None:
    """By a script, or by a link without one."""
    fields = {"label": "gate_bell", "action": "undo"}
    command, text = answered(page, broker, fields, status="started", message="gate_bell")
    assert (command["undo"], command["label"]) == (True, "gate_bell")
    assert "It is being taught." in text
    assert "data-follow" in text
    assert "<noscript>" in text


def test_a_refusal_has_its_remedies(page: Page, broker: Broker) -> None:
    """In plain words, instead of the flags of a command line; a refused command has its hint."""
    fields = {"label": "gate_bell", "action": "try", f"use:{RECORDED}": "label"}
    refused = FIGURES | {"version": None}
    command, text = answered(
        page, broker, fields, status="failed", message="too often", hint="--not", teach=refused
    )
    assert command["dry_run"] is True
    assert "Not taught.</strong> too often" in text
    assert "Mistaken for it" in text
    assert "accept more false events" in text
    assert "--not" not in text
    assert 'value="undo"' not in text
    _, text = answered(page, broker, fields, status="refused", message="no", hint="wait for it")
    assert "Refused.</strong> no" in text
    assert "What to do: wait for it" in text


@pytest.mark.parametrize(
    ("key", "control"),
    [
        ("`not`", "“another sound”"),
        ("`again`", "“It was taught before: use its earlier clips too”"),
        ("`undo`", "“Back to the version before”"),
        ("`soundpost teach --list`", "`soundpost teach --list`"),
    ],
)
def test_a_hint_names_controls(page: Page, broker: Broker, key: str, control: str) -> None:
    """Those of the page, instead of the keys of a command; other names stay."""
    fields = {"label": "gate_bell", "action": "undo"}
    _, text = answered(page, broker, fields, status="failed", message="no", hint=f"use {key}")
    assert f"What to do: use {control}" in html.unescape(text)


def test_to_remove_a_label_takes_a_second_step(page: Page, broker: Broker) -> None:
    """The first one sends nothing, and needs no JavaScript."""
    fields = {"label": "gate_bell", "action": "remove"}
    asked = page.post("/teach", {"token": token(page), "node": NODE, **fields})
    assert asked.status == 200
    assert "north-gate forgets gate_bell" in asked.text
    assert 'name="action" value="remove"' in asked.text
    confirmed = fields | {"confirmed": "yes"}
    command, text = answered(page, broker, confirmed, status="done", message="it is removed")
    assert (command["remove"], command["label"]) == (True, "gate_bell")
    assert "Done.</strong> it is removed" in text


def test_chosen_events_are_the_sound_at_first(page: Page, clips: Path) -> None:
    """Those of a queue of the review; of one node only."""
    assert 'formaction="/teach/chosen"' in page.get("/review").text
    fields = {"token": token(page), "event": event_id(1), "verdict": "wrong"}
    shown = page.post("/teach/chosen", fields)
    assert shown.status == 200
    name = sorted(path.name for path in clips.glob("*.flac"))[1]
    assert shown.text.count('name="use:') == 1
    assert f'name="use:{name}"' in shown.text
    assert shown.text.count("selected>is the sound") == 1
    for event in (event_id(3), event_id(99), ""):
        assert page.post("/teach/chosen", fields | {"event": event}).status == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "teach", "label": "gate_bell", "use:../../etc/passwd": "label"}, 400),
        ({"action": "teach", "label": "gate_bell", "more": "/etc/passwd"}, 400),
        ({"action": "teach", "label": "gate_bell", "budget": "nan"}, 400),
        ({"action": "teach", "label": "gate_bell", "budget": "0"}, 400),
        ({"action": "teach", "label": ""}, 400),
        ({"action": "teach", "label": "x" * 300}, 400),
        ({"action": "burn", "label": "gate_bell"}, 400),
        ({"action": "undo", "label": "gate_bell", "node": "nowhere"}, 404),
        ({"action": "undo", "label": "gate_bell", "node": "#"}, 404),
        ({"action": "undo", "label": "gate_bell", "token": "x"}, 403),
        ({}, 400),
    ],
)
def test_a_wrong_form_is_not_sent(
    page: Page, broker: Broker, fields: dict[str, str], status: int
) -> None:
    """It may come from no form of the page."""
    sent = {"token": token(page), "node": NODE} | fields
    with Subscriber(broker.port, "soundpost/#") as node:
        assert page.post("/teach", sent).status == status
        node.publish("soundpost/end", b"", retain=False)
        node.wait_for(lambda received: received and received[-1].topic == "soundpost/end")
        assert not [message for message in node.received if "/command/" in message.topic]


def test_only_an_admin_teaches(page: Page, shared: tuple[Page, dict[str, dict[str, str]]]) -> None:
    """A viewer has no form and no result, and a visitor nothing at all."""
    own, addresses = token(page), (f"/teach?node={NODE}", f"/teach/result?node={NODE}&id=x")
    fields = {"token": own, "node": NODE, "action": "undo", "label": "gate_bell"}

    def statuses() -> list[int]:
        answers: list[Answer] = [page.get(address) for address in addresses]
        answers += [page.post(path, fields) for path in ("/teach", "/teach/chosen")]
        return [answer.status for answer in answers]

    page.cookies = dict(shared[1]["viewer"])
    assert statuses() == [403] * 4
    assert "/teach" not in page.get(f"/node?name={NODE}").text
    assert "/teach" not in page.get("/review").text
    page.cookies.clear()
    assert statuses() == [303, 303, 401, 401]


def test_an_unknown_node_or_result_is_said(page: Page) -> None:
    """A result may be of before the start of the page."""
    assert page.get("/teach?node=nowhere").status == 404
    assert page.get("/teach/result?node=nowhere&id=x").status == 404
    assert "No result yet." in page.get(f"/teach/result?node={NODE}&id=nothing").text
    assert "No result yet." in page.get(f"/teach/result?node={NODE}&id=x1").text


def test_without_commands_nothing_is_taught(make_page: MakePage) -> None:
    """Also by an admin."""
    page = make_page(passwords=True)
    page.log_in("admin")
    assert page.get("/teach").status == 404
    assert "/teach" not in page.get("/review").text
