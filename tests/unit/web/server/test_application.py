"""Every route for every role."""

from collections.abc import Iterator

import pytest
from mosquitto import wait_until
from web_page import MakePage, Page, running_page

PAGES = {
    "/": 200,
    "/history": 200,
    "/hours": 200,
    "/label?label=dog": 200,
    "/about": 200,
    "/node?name=gate": 404,
    "/clip?node=gate&name=20261120T073121Z-dog-6da2fa14.flac": 200,
    "/clip?node=gate&name=x": 404,
    "/clip/progress?node=gate&name=20261120T073121Z-dog-6da2fa14.flac": 200,
    "/clip/file?node=gate&name=20261120T073121Z-dog-6da2fa14.flac": 404,
    "/review": 200,
    "/review?order=x": 400,
    "/review/file?event=x&kind=flac": 404,
    "/nothing": 404,
    "/history/../about": 404,
}
"""Addresses, and the answer to those who may see the page."""
ADMIN_PAGES = {"/review/export": 200, "/review/export/file": 404}
"""Addresses that only the admin may see, and the answer to the admin."""
FORMS = ("/review/verdict", "/review/bulk", "/review/undo", "/review/export")
"""Addresses of forms that only the admin may send."""
OPEN = {"/alive": 204, "/offline": 200, "/manifest.webmanifest": 200, "/service-worker.js": 200}
"""Addresses that every visitor may see, and the answer."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page whose roles have passwords for all tests of this file."""
    with running_page(tmp_path_factory.mktemp("page"), {}, passwords=True) as page:
        yield page


@pytest.fixture(scope="module")
def cookies(shared: Page) -> dict[str | None, dict[str, str]]:
    """Provides the cookies of each role: an address has few logins a minute."""
    found: dict[str | None, dict[str, str]] = {None: {}}
    found.update(shared.sessions())
    return found


@pytest.fixture
def page(shared: Page) -> Page:
    """Provides that page for a visitor without cookies."""
    shared.cookies = {}
    return shared


def test_every_route_is_in_this_test(page: Page) -> None:
    """A new one must be tried with every role."""
    guard = page.application.app
    routes = {route.path for route in guard._app.routes}  # type: ignore[attr-defined]  # noqa: SLF001 - Starlette's routes, behind the guard
    tested = {path.partition("?")[0] for path in (*PAGES, *ADMIN_PAGES, *FORMS)}
    others = {"/live/stream", "/login", "/logout", "/static"}
    assert routes - tested == others | set(OPEN)


def test_the_page_for_the_time_without_the_server_is_the_same_for_everyone(page: Page) -> None:
    """Browsers keep it, so it has nothing of a visitor."""
    stranger = {path: page.get(path) for path in OPEN}
    assert {path: answer.status for path, answer in stranger.items()} == OPEN
    page.log_in("admin")
    for path, answer in stranger.items():
        assert (page.get(path).text, answer.cookies) == (answer.text, {}), path


@pytest.mark.parametrize("path", [*PAGES, *ADMIN_PAGES])
def test_a_stranger_is_led_to_the_login(page: Page, path: str) -> None:
    """Also from an address that does not exist, which says nothing of those that do."""
    answer = page.get(path)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/login?next=")
    assert answer.text == ""


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_those_with_a_password_see_every_page(
    page: Page, cookies: dict[str | None, dict[str, str]], role: str
) -> None:
    """The admin sees no more of them than a viewer, but for the training folder."""
    page.cookies = dict(cookies[role])
    assert {path: page.get(path).status for path in PAGES} == PAGES
    own = ADMIN_PAGES if role == "admin" else dict.fromkeys(ADMIN_PAGES, 403)
    assert {path: page.get(path).status for path in ADMIN_PAGES} == own


@pytest.mark.parametrize("role", [None, "viewer", "admin"])
@pytest.mark.parametrize("path", FORMS)
def test_only_the_admin_sends_forms_and_only_those_of_the_page(
    page: Page, cookies: dict[str | None, dict[str, str]], path: str, role: str | None
) -> None:
    """Without the token of the session, and from another page, nobody does."""
    fields = {"event": "x", "verdict": "right", "action": "1"}
    if role is None:
        assert page.post(path, fields).status == 401
        return
    page.cookies = dict(cookies[role])
    token = page.get("/").token
    assert page.post(path, fields).status == 403
    assert page.post(path, fields | {"token": "0" * 64}).status == 403
    assert page.post(path, fields | {"token": token}, origin="http://evil.example").status == 403
    answer = page.post(path, fields | {"token": token})
    expected = {"/review/export": {303}, "/review/undo": {303}}.get(path, {503})
    assert answer.status in (expected if role == "admin" else {403})
    if path == "/review/export" and role == "admin":
        wait_until(lambda: "is running" not in page.get(path).text)


@pytest.mark.parametrize("role", [None, "viewer", "admin"])
def test_no_page_takes_another_method(
    page: Page, cookies: dict[str | None, dict[str, str]], role: str | None
) -> None:
    """For every role."""
    page.cookies = dict(cookies[role])
    for path in (*PAGES, "/live/stream", "/review/export/file"):
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
