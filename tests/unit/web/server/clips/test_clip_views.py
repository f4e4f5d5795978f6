"""The page of a clip and its files, also for hostile addresses and folders full of garbage."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from review_events import event_id
from web_clips import START, clip_event, write_clip
from web_events import health, ms
from web_page import MakePage, Page, running_page

from soundpost.mqtt.message import IncomingMessage
from soundpost_web.clips.fetch_state import Fetch, FetchStatus
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.nodes import decode
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.server.clips.clip_page import progress_text
from soundpost_web.subscribe.inbox import Inbox

HOSTILE = "<script>alert(1)</script>\"'><img src=x>"
NODE = "north-gate"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder with a clip, its files, and other files around it."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder, 0, "dog")
    (folder.parent / "secret.flac").write_bytes(b"secret")
    return folder


@pytest.fixture(scope="module")
def page(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page with that folder, and the event of the clip in its history."""
    own = tmp_path_factory.mktemp("page")
    with running_page(own, {"clips": {"folder": str(folder)}}) as page:
        store = HistoryStore(own / "history.db", Limits(36_500, 100))
        store.open()
        name = f"{stem(folder)}.flac"
        store.store([decode.decode_event(NODE, clip_event(0, "dog", name), ms(START))])
        store.close()
        yield page


def stem(folder: Path) -> str:
    """Returns the name of the clip without its suffix."""
    return next(folder.glob("*-dog-*.flac")).stem


def file(folder: Path, suffix: str = ".flac", more: str = "") -> str:
    """Returns the address of a file of the clip."""
    return f"/clip/file?node={NODE}&name={stem(folder)}{suffix}{more}"


def test_the_page_of_a_clip_has_a_player_and_a_picture(page: Page, folder: Path) -> None:
    """With its event, and a way to the review."""
    text = page.get(f"/clip?node={NODE}&name={stem(folder)}.flac").text
    assert "<audio" in text
    assert f"{stem(folder)}.png" in text
    assert "Score 0.80" in text
    assert f"/review?event={event_id(0)}" in text
    history = page.get("/history?from=2026-11-01&to=2026-11-30").text
    assert f"/clip?node={NODE}&amp;name={stem(folder)}.flac" in history


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(".flac", "audio/flac"), (".png", "image/png"), (".json", "application/json")],
)
def test_a_file_has_its_type_and_the_headers_of_a_safe_answer(
    page: Page, folder: Path, suffix: str, kind: str
) -> None:
    """No browser takes it for a page."""
    answer = page.get(file(folder, suffix))
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.content == (folder / f"{stem(folder)}{suffix}").read_bytes()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "content-disposition" not in answer.headers
    download = page.get(file(folder, suffix, "&download=1"))
    expected = f'attachment; filename="{stem(folder)}{suffix}"'
    assert download.headers["content-disposition"] == expected


def test_a_player_can_seek(page: Page, folder: Path) -> None:
    """By ranges, and learns that it can."""
    content = (folder / f"{stem(folder)}.flac").read_bytes()
    whole = page.get(file(folder))
    assert whole.headers["accept-ranges"] == "bytes"
    part = page.get(file(folder), range="bytes=100-199")
    assert (part.status, part.content) == (206, content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
    assert part.headers["content-length"] == "100"
    beyond = page.get(file(folder), range="bytes=99999999-")
    assert (beyond.status, beyond.content) == (416, b"")
    assert beyond.headers["content-range"] == f"bytes */{len(content)}"
    head = page.request("HEAD", file(folder))
    assert (head.status, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(content))


@pytest.mark.parametrize(
    "name",
    [
        "../secret.flac",
        "/etc/passwd",
        "%2e%2e%2fsecret.flac",
        "..%5csecret.flac",
        "20261118T110640Z-../secret-00000000.flac",
        "20261118T110640Z-dog-00000000.flac/../../secret.flac",
        "20261118T110640Z-dog-00000000.flac%00.png",
        "history.db",
        "",
        quote(HOSTILE),
    ],
)
def test_no_address_leaves_the_folder(page: Page, name: str) -> None:
    """However it is written; the answer has nothing of it as markup."""
    for node in (NODE, "..", "../..", "/etc", "a/b/c", quote(HOSTILE), ""):
        for path in ("/clip/file", "/clip", "/clip/progress"):
            answer = page.get(f"{path}?node={node}&name={name}")
            assert answer.status == 404
            assert "secret" not in answer.text
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize("node", ["..", ".", "node-north-gate"])
def test_a_node_with_an_odd_name_is_no_way_to_other_files(page: Page, node: str) -> None:
    """Its clips, if there were any, would lie in a folder of its own."""
    name = "20261118T110640Z-cat-00000000.flac"
    assert page.get(f"/clip/file?node={node}&name={name}").status == 404
    assert page.get(f"/clip?node={node}&name={name}").status == 200


def test_garbage_in_the_folder_is_not_sent(page: Page, folder: Path) -> None:
    """Links out of it, pipes, folders, all with the name of a clip."""
    name = "20261118T110640Z-cat-0000000{}.flac"
    (folder / name.format(1)).symlink_to("/etc/passwd")
    (folder / name.format(2)).symlink_to(folder.parent / "secret.flac")
    os.mkfifo(folder / name.format(3))
    (folder / name.format(4)).mkdir()
    (folder / name.format(5)).symlink_to(name.format(5))
    for number in range(1, 6):
        answer = page.get(f"/clip/file?node={NODE}&name={name.format(number)}")
        assert answer.status == 404, number
        assert "root:" not in answer.text
        assert "secret" not in answer.text
        assert (
            "not on the machine" in page.get(f"/clip?node={NODE}&name={name.format(number)}").text
        )


def test_a_clip_may_vanish_while_it_is_looked_at(page: Page, folder: Path) -> None:
    """The page then says so."""
    name = write_clip(folder, 7, "owl")
    address = f"/clip/file?node={NODE}&name={name}"
    assert page.get(address).status == 200
    for path in folder.glob("*-owl-*"):
        path.unlink()
    answer = page.get(address)
    assert (answer.status, "removed for space" in answer.text) == (404, True)
    assert "not on the machine" in page.get(f"/clip?node={NODE}&name={name}").text


def test_a_folder_belongs_to_its_node(make_page: MakePage, folder: Path) -> None:
    """Two nodes may lie on one machine."""
    page = make_page(clip_folders={NODE: str(folder), "barn/yard": str(folder / "missing")})
    assert page.get(file(folder)).status == 200
    assert page.get(file(folder).replace(NODE, "barn/yard")).status == 404
    assert page.get(file(folder).replace(NODE, "gate")).status == 404


def test_only_an_admin_has_a_clip_fetched(make_page: MakePage) -> None:
    """With a form of the page, from a node that is known, while the broker is there."""
    page = make_page(passwords=True, mqtt={"commands": True}, clips={"fetch": True})
    name = "20261118T110640Z-dog-00000000.flac"
    fields = {"node": NODE, "name": name}
    assert page.post("/clip/fetch", fields).status == 401
    page.log_in("viewer")
    shown = page.get(f"/clip?node={NODE}&name={name}")
    assert "/clip/fetch" not in shown.text
    assert "An admin can fetch it" in shown.text
    assert page.post("/clip/fetch", {**fields, "token": shown.token}).status == 403
    page.cookies.clear()
    page.log_in("admin")
    token = page.get(f"/clip?node={NODE}&name={name}").token
    assert page.post("/clip/fetch", {**fields, "token": "x"}).status == 403
    assert page.post("/clip/fetch", {**fields, "token": token}, origin="http://x").status == 403
    assert page.post("/clip/fetch", {**fields, "token": token}).status == 404
    state = page.application.feed._state  # noqa: SLF001 - there is no broker
    inbox = Inbox("soundpost", state)
    inbox.receive(IncomingMessage(f"soundpost/{NODE}/health", health(NODE)))
    assert page.post("/clip/fetch", {**fields, "token": token, "name": "../x"}).status == 404
    assert page.post("/clip/fetch", {**fields, "token": token}).status == 503
    assert page.get(f"/clip/progress?node={NODE}&name={name}").text == (
        '{"fetch":"","fetch_text":""}'
    )


def test_a_clip_without_a_size_yet_is_requested() -> None:
    """The size is known with the first piece."""
    text = Catalogue()
    fetch = Fetch(FetchStatus.RECEIVING)
    assert progress_text(fetch, text) == "It is requested from the node."
    fetch = Fetch(FetchStatus.RECEIVING, received_bytes=30_000, size_bytes=60_000)
    assert progress_text(fetch, text) == "It is being fetched: 30 of 60 kB."


def test_without_the_setting_nothing_is_fetched(page: Page) -> None:
    """By default."""
    assert page.post("/clip/fetch", {}).status == 404
    name = "20261118T110640Z-cat-0000000a.flac"
    assert "clips.fetch" in page.get(f"/clip?node={NODE}&name={name}").text
