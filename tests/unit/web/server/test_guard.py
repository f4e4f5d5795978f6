"""The checks before every request, and the headers of every answer."""

import http.client
from collections.abc import Iterator

import pytest
from web_page import MakePage, Page, running_page

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; manifest-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page without passwords for all tests of this file."""
    with running_page(tmp_path_factory.mktemp("page"), {}) as page:
        yield page


@pytest.fixture
def page(shared: Page) -> Page:
    """Provides that page for a visitor without cookies."""
    shared.cookies.clear()
    return shared


@pytest.mark.parametrize("path", ["/", "/history", "/nothing", "/static/page.css", "/login"])
def test_every_answer_has_the_headers_of_a_safe_one(page: Page, path: str) -> None:
    """A browser runs no script of another origin, and shows the page in no frame."""
    headers = page.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_are_not_stored_and_static_files_are(page: Page) -> None:
    """The address of a static file changes with its content."""
    assert page.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in page.get("/static/page.css").headers["cache-control"]
    assert page.get("/static/nothing.css").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8473", "127.0.0.1.evil.example", "", "a\tb"]
)
def test_a_page_of_another_name_gets_nothing(page: Page, host: str) -> None:
    """Its name may have got this address (DNS rebinding)."""
    for path in ("/", "/history", "/static/page.css", "/live/stream"):
        answer = page.get(path, host=host)
        assert answer.status == 421
        assert "web.hosts" in answer.text


def test_the_name_of_a_refused_host_is_no_markup(page: Page) -> None:
    """It is the only part of a request that an error shows."""
    answer = page.get("/", host="<script>alert(1)</script>.example")
    assert answer.status == 421
    assert "<script>alert" not in answer.text


def test_a_configured_name_is_known(make_page: MakePage) -> None:
    """And then a password is needed, because others can open the page."""
    page = make_page(passwords=True, web={"hosts": ["gate.example"]})
    assert page.get("/", host="gate.example").status == 303
    assert page.get("/", host="evil.example").status == 421


def test_a_form_of_another_page_is_refused(make_page: MakePage) -> None:
    """Also with a valid token (CSRF)."""
    page = make_page(passwords=True)
    token = page.get("/login").token
    fields = {"token": token, "name": "admin", "password": "loud garden gate"}
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ):
        answer = page.post("/login", fields, **headers)
        assert answer.status == 403, headers
        assert "soundpost_session" not in answer.cookies
    assert page.post("/login", fields).status == 303


@pytest.mark.parametrize("length", ["65537", "-1", "x", "9" * 30])
def test_a_body_that_is_no_form_is_refused(page: Page, length: str) -> None:
    """Before it is read."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=10.0)
    connection.putrequest("POST", "/login")
    connection.putheader("Origin", page.url)
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status in {400, 413}
    connection.close()


def test_a_body_without_a_length_is_bounded_too(page: Page) -> None:
    """It comes in chunks."""
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=10.0)
    connection.putrequest("POST", "/login")
    connection.putheader("Origin", page.url)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    connection.send(chunk * 3 + b"0\r\n\r\n")
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../render.py",
        "/static/%2e%2e/render.py",
        "/static/..%2frender.py",
        "/static//etc/passwd",
        "/static/vendor/../../catalogue.py",
        "/static/%00",
        "/..%2f..%2fetc/passwd",
    ],
)
def test_no_path_leaves_the_static_files(page: Page, path: str) -> None:
    """However it is written."""
    answer = page.get(path)
    assert answer.status in {400, 404}
    assert "import" not in answer.text
    assert "root:" not in answer.text


def test_garbled_cookies_are_no_session(make_page: MakePage) -> None:
    """And no error."""
    page = make_page(passwords=True)
    page.cookies = {"soundpost_session": 'a"b', "x y": "\\"}
    assert page.get("/").status == 303
