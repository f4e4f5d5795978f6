"""Logging in and out."""

import logging

import pytest
from web_page import PASSWORDS, MakePage, Page


@pytest.fixture
def page(make_page: MakePage) -> Page:
    """Provides a page whose roles have passwords."""
    return make_page(passwords=True)


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_password_opens_the_page(page: Page, name: str) -> None:
    """And logging out closes it again."""
    assert page.get("/").headers["location"] == "/login?next=%2F"
    answer = page.log_in(name)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    shown = page.get("/")
    assert shown.status == 200
    assert f"<span>{name}</span>" in shown.text
    assert page.post("/logout", {"token": shown.token}).status == 303
    assert page.get("/").status == 303


def test_a_session_is_for_the_server_alone(page: Page) -> None:
    """No script reads it, and no other page sends it with a form."""
    answer = page.log_in("admin")
    assert {"httponly", "samesite=lax"} <= answer.flags["soundpost_session"]
    page.cookies.clear()
    assert {"httponly", "samesite=lax"} <= page.get("/login").flags["soundpost_form"]


@pytest.mark.parametrize(
    ("name", "word"), [("admin", "wrong"), ("root", "loud garden gate"), ("", ""), ("viewer", "")]
)
def test_a_wrong_password_opens_nothing(
    page: Page, name: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has it, without the password."""
    with caplog.at_level(logging.WARNING, "soundpost.web"):
        answer = page.log_in(name, word)
    assert answer.status == 403
    assert "soundpost_session" not in answer.cookies
    assert page.get("/").status == 303
    assert "failed" in caplog.text
    assert not word or word not in caplog.text


def test_tries_are_limited(page: Page) -> None:
    """Then even the right password has to wait."""
    statuses = [page.log_in("admin", "wrong").status for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    assert page.log_in("admin").status == 429


def test_a_form_needs_its_token(page: Page) -> None:
    """That of another visitor is none."""
    token = page.get("/login").token
    page.cookies.clear()
    page.get("/login")
    for wrong in (token, "", "x"):
        fields = {"token": wrong, "name": "admin", "password": PASSWORDS["admin"]}
        assert page.post("/login", fields).status == 403
    page.cookies.clear()
    assert page.post("/login", {"token": token}).status == 403


def test_logging_out_needs_the_token_of_the_session(page: Page) -> None:
    """Another page cannot log a person out."""
    page.log_in("viewer")
    assert page.post("/logout", {"token": "x"}).status == 403
    assert page.get("/").status == 200


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/history?label=dog", "/history?label=dog"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_to_a_page_of_this_server_only(
    page: Page, wanted: str, location: str
) -> None:
    """An address to another one would make the login its bait."""
    token = page.get("/login").token
    fields = {"token": token, "name": "viewer", "password": PASSWORDS["viewer"], "next": wanted}
    assert page.post("/login", fields).headers["location"] == location


def test_the_login_says_that_no_password_is_set(make_page: MakePage) -> None:
    """And how one is set."""
    assert "soundpost-web password" in make_page().get("/login").text


def test_a_garbled_form_is_refused(page: Page) -> None:
    """It is no error of the server."""
    headers = {"Origin": page.url}
    for body in (b"\xff\xfe", b"a=1&" * 50, b"&&&==", b""):
        assert page.request("POST", "/login", body, headers).status == 403


def test_a_new_password_ends_sessions_at_once(page: Page) -> None:
    """Without a restart."""
    page.log_in("viewer")
    assert page.get("/").status == 200
    path = page.folder / "passwords.json"
    path.write_text(path.read_text("utf-8").replace("viewer", "admin"), encoding="utf-8")
    assert page.get("/").status == 303
