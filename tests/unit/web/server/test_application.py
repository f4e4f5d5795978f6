"""Every route for every role."""

from collections.abc import Iterator

import pytest
from web_page import MakePage, Page, running_page

PAGES = {
    "/": 200,
    "/history": 200,
    "/hours": 200,
    "/label?label=dog": 200,
    "/about": 200,
    "/node?name=gate": 404,
    "/nothing": 404,
    "/history/../about": 404,
}
"""Addresses, and the answer to those who may see the page."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page whose roles have passwords for all tests of this file."""
    with running_page(tmp_path_factory.mktemp("page"), {}, passwords=True) as page:
        yield page


@pytest.fixture
def page(shared: Page) -> Page:
    """Provides that page for a visitor without cookies."""
    shared.cookies.clear()
    return shared


def test_every_route_is_in_this_test(page: Page) -> None:
    """A new one must be tried with every role."""
    guard = page.application.app
    routes = {route.path for route in guard._app.routes}  # type: ignore[attr-defined]  # noqa: SLF001 - Starlette's routes, behind the guard
    tested = {path.partition("?")[0] for path in PAGES}
    assert routes - tested == {"/live/stream", "/login", "/logout", "/static"}


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_login(page: Page, path: str) -> None:
    """Also from an address that does not exist, which says nothing of those that do."""
    answer = page.get(path)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/login?next=")
    assert answer.text == ""


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_those_with_a_password_see_every_page(page: Page, role: str) -> None:
    """The admin sees no more pages than a viewer."""
    page.log_in(role)
    assert {path: page.get(path).status for path in PAGES} == PAGES


@pytest.mark.parametrize("role", [None, "viewer", "admin"])
def test_no_page_takes_another_method(page: Page, role: str | None) -> None:
    """For every role."""
    if role:
        page.log_in(role)
    for path in (*PAGES, "/live/stream"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            status = page.request(method, path, headers={"Origin": page.url}).status
            assert status in ({401} if role is None else {404, 405}), (method, path)


def test_a_stream_is_for_those_who_may_see_the_page(page: Page) -> None:
    """A redirection would be followed."""
    assert page.get("/live/stream").status == 401


def test_a_part_of_a_page_leads_to_the_login_as_a_whole(page: Page) -> None:
    """The session has ended while a filter is changed."""
    assert page.get("/history", hx_request="true").headers["hx-redirect"] == "/login"


def test_behind_a_proxy_there_is_no_login(make_page: MakePage) -> None:
    """The proxy keeps the passwords."""
    page = make_page(
        web={
            "proxy_header": "X-Remote-User",
            "proxy_addresses": ["127.0.0.1"],
            "proxy_admins": ["anna"],
        }
    )
    assert page.get("/").status == 401
    shown = page.get("/", x_remote_user="bert")
    assert "<span>bert</span>" in shown.text
    assert "/login" not in shown.text


def test_a_public_page_may_be_looked_at(make_page: MakePage) -> None:
    """Without a password, which is for the admin."""
    page = make_page(passwords=True, web={"public": True})
    assert page.get("/history").status == 200
    assert 'href="/login"' in page.get("/").text
