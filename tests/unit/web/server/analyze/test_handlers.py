"""The pages of analyses: who may open them, what they show, and what they serve."""

import json
import re
import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from mosquitto import wait_until
from recording import write_tones
from web_page import MakePage, Page, running_page
from web_upload import analyzed, is_over, result_id, stored_files, upload

from soundpost_web.analysis.result import FILES

HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}../../etc/passwd\r\nX: y.wav"
READ = ("/analyze", "/analyze/result?id=x", "/analyze/state?id=x", "/analyze/file?id=x&name=y")
WRITTEN = ("/analyze", "/analyze/remove")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Provides a recording."""
    path = tmp_path_factory.mktemp("sound") / "tones.wav"
    write_tones(path, 4.0)
    return path.read_bytes()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page on which everyone on this machine may have recordings analyzed."""
    folder = tmp_path_factory.mktemp("page")
    with running_page(folder, {"analyze": {"allowed": "viewer"}}) as page:
        yield page


@pytest.fixture(scope="module")
def job(page: Page, sound: bytes) -> str:
    """Provides the id of a result."""
    return analyzed(page, sound, HOSTILE)


def statuses(page: Page) -> list[int]:
    """Returns the statuses of all addresses of analyses."""
    headers = {"Origin": page.url}
    read = [page.get(path).status for path in READ]
    return read + [page.request("POST", path, b"", headers).status for path in WRITTEN]


NOWHERE = [404] * 6
FORBIDDEN = [403] * 6
ALLOWED = [200, 404, 200, 404, 400, 403]
STRANGE = [303] * 4 + [401] * 2


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ("nobody", {None: STRANGE, "viewer": NOWHERE, "admin": NOWHERE}),
        ("viewer", {None: STRANGE, "viewer": ALLOWED, "admin": ALLOWED}),
        ("admin", {None: STRANGE, "viewer": FORBIDDEN, "admin": ALLOWED}),
    ],
)
def test_every_route_for_every_role(
    make_page: MakePage, allowed: str, expected: dict[str | None, list[int]]
) -> None:
    """It is off by default; then for those whom the owner names. The menu agrees."""
    page = make_page(passwords=True, analyze={"allowed": allowed} if allowed != "nobody" else {})
    for role, found in expected.items():
        page.cookies.clear()
        if role:
            page.log_in(role)
        assert statuses(page) == found, role
        assert ('href="/analyze"' in page.get("/about").text) == (found is ALLOWED), role


def test_a_public_page_analyzes_nothing_of_strangers(make_page: MakePage) -> None:
    """Everyone may look at it; the processor is for those who log in."""
    page = make_page(passwords=True, web={"public": True}, analyze={"allowed": "viewer"})
    assert page.get("/").status == 200
    assert statuses(page) == FORBIDDEN
    page.log_in("viewer")
    assert statuses(page) == ALLOWED


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_no_address_takes_another_method(page: Page, method: str) -> None:
    """For those who may."""
    for path in {*READ, *WRITTEN}:
        status = page.request(method, path, headers={"Origin": page.url}).status
        assert status in {404, 405}, path


def test_the_microphone_is_for_one_page_only(page: Page) -> None:
    """No other page, of this server or in a frame, can record."""
    own = page.get("/analyze").headers["permissions-policy"]
    assert "microphone=(self)" in own
    for path in ("/", "/about", "/analyze/result?id=x", "/nothing", "/login"):
        assert "microphone=()" in page.get(path).headers["permissions-policy"], path


@pytest.mark.parametrize("token", ["", "00", "\N{SNOWMAN}"])
def test_a_form_of_another_page_is_refused(page: Page, sound: bytes, token: str) -> None:
    """And nothing of it stays."""
    before = stored_files(page)
    assert upload(page, sound, token=token).status == 403
    assert stored_files(page) == before
    answer = page.post("/analyze/remove", {"token": token, "id": "x"})
    assert answer.status == 403


def test_an_upload_from_another_origin_is_refused(page: Page) -> None:
    """Before its body is read."""
    headers = {"Origin": "http://evil.example", "Content-Type": "multipart/form-data; boundary=x"}
    assert page.request("POST", "/analyze", b"x", headers).status == 403


def test_only_a_bundle_of_the_list_is_run(page: Page, sound: bytes) -> None:
    """No path, and no flag of the program."""
    for bundle in ("", "/tmp", "../everyday", "--help", "everyday\0", "none"):  # noqa: S108 - not opened
        answer = upload(page, sound, bundle=bundle)
        assert (answer.status, "no such model" in answer.text) == (400, True), bundle


def test_a_result_shows_what_was_found(page: Page, job: str) -> None:
    """Events, best labels and files; the name of the file is a text and no more."""
    answer = page.get(f"/analyze/result?id={job}")
    assert answer.status == 200
    assert "4.0 s of sound, analyzed by everyday" in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text
    assert answer.text.count("<meter") == 5
    assert {path.name for path in stored_files(page) if path.parent.name == job} == set(FILES)


def test_every_file_of_a_result_is_served_as_what_it_is(page: Page, job: str) -> None:
    """Sound and picture on the page, the others as downloads; none as a page of this server."""
    for name, kind in FILES.items():
        answer = page.request("HEAD", f"/analyze/file?id={job}&name={name}")
        assert answer.status == 200, name
        assert answer.headers["content-type"] == kind
        shown = name in {"sound.wav", "spectrogram.png"}
        assert answer.headers["content-disposition"].startswith("inline" if shown else "attachment")
        assert answer.headers["cache-control"] == "no-store"
    result = json.loads(page.get(f"/analyze/file?id={job}&name=result.json").text)
    assert result["seconds"] == 4.0


def test_the_player_can_jump(page: Page, job: str) -> None:
    """A part of the sound is served."""
    path = f"/analyze/file?id={job}&name=scores.csv"
    whole = page.get(path).text
    part = page.get(path, range="bytes=0-3")
    assert (part.status, part.text) == (206, whole[:4])


@pytest.mark.parametrize(
    "name",
    [
        *("upload", "log", "../../passwords.json", "/etc/passwd", "", "result.json\0"),
        *("..%2fresult.json", "../result.json", "sound.wav/", "RESULT.JSON"),
    ],
)
def test_no_other_file_is_served(page: Page, job: str, name: str) -> None:
    """By no name, and by no id that is a path."""
    assert page.get(f"/analyze/file?id={job}&name={quote(name)}").status == 404
    for other in (".", "..", f"../analyses/{job}", f"{job}/", f"{job}%00", ""):
        assert page.get(f"/analyze/file?id={other}&name=result.json").status == 404


def test_a_result_can_be_loaded_again_until_it_is_removed(page: Page, sound: bytes) -> None:
    """Then nothing of it is left, and its address says so."""
    job = analyzed(page, sound)
    address = f"/analyze/result?id={job}"
    assert page.get(address).text == page.get(address).text
    question = page.post("/analyze/remove", {"token": page.get(address).token, "id": job})
    assert (question.status, "Delete this result?" in question.text) == (200, True)
    assert f'href="{address}"' in question.text
    assert page.get(address).status == 200
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', question.text))
    assert set(fields) == {"token", "id", "confirmed"}
    assert page.post("/analyze/remove", fields).status == 303
    assert page.post("/analyze/remove", fields).status == 303  # the form was sent twice
    answer = page.get(address)
    assert (answer.status, "no longer" in answer.text) == (404, True)
    assert json.loads(page.get(f"/analyze/state?id={job}").text)["over"]
    assert job not in {path.parent.name for path in stored_files(page)}


def test_files_that_were_removed_by_hand_are_gone(page: Page, sound: bytes) -> None:
    """That is no bug of the page."""
    job = analyzed(page, sound)
    shutil.rmtree(page.folder / "analyses" / job)
    assert page.get(f"/analyze/file?id={job}&name=sound.wav").status == 404


def test_more_than_the_queue_holds_is_refused(page: Page, sound: bytes) -> None:
    """Those that are queued are analyzed one after the other; the page says how many come first."""
    answers = [upload(page, sound) for _ in range(6)]
    queued = [result_id(answer) for answer in answers if answer.status == 303]
    refused = [answer for answer in answers if answer.status != 303]
    assert len(queued) >= 3
    assert {(answer.status, "in a minute" in answer.text) for answer in refused} <= {(503, True)}
    waiting = page.get(f"/analyze/result?id={queued[-1]}").text
    assert 'id="progress"' in waiting or "4.0 s of sound" in waiting
    for job in queued:
        wait_until(lambda: is_over(page, job))  # noqa: B023 - used within the round
    assert [path for path in stored_files(page) if path.name == "upload"] == []
