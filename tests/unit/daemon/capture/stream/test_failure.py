"""Errors of a stream, from ffmpeg's log."""

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from soundpost.capture.live.live_source import LoginRefusedError
from soundpost.capture.stream.address import parse_address
from soundpost.capture.stream.failure import LINE_CHARACTERS, stream_failure

ADDRESS = parse_address("rtsp://me@cam/stream")
PASSWORD = "p@ss w"  # noqa: S105 - of no server
REFUSED_BY_FFMPEG_7 = (
    "method DESCRIBE failed: 401 Unauthorized",
    "Impossible to open 'rtsp://me:p%40ss%20w@cam/stream'",
    "Error opening input: Server returned 401 Unauthorized (authorization failed)",
    "Error opening input file pipe:0.",
    "Error opening input files: Server returned 401 Unauthorized (authorization failed)",
)
REFUSED = (
    "method DESCRIBE failed: 401 Unauthorized",
    "Impossible to open 'rtsp://me:p%40ss%20w@cam/stream'",
    "pipe:0: Server returned 401 Unauthorized (authorization failed)",
)


@pytest.mark.parametrize("log", [REFUSED, REFUSED_BY_FFMPEG_7])
def test_a_refused_login_is_an_error_of_its_own(log: tuple[str, ...]) -> None:
    """It is retried more rarely, and its hint names the password file."""
    error = stream_failure(ADDRESS, log, PASSWORD)
    assert isinstance(error, LoginRefusedError)
    assert str(error) == (
        "rtsp://me@cam/stream: method DESCRIBE failed: 401 Unauthorized; "
        "Server returned 401 Unauthorized (authorization failed)"
    )
    assert "capture.password_file" in error.hint


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("method DESCRIBE failed: 404 Not Found", "path of the URL"),
        ("Connection to tcp://cam:554 failed: Connection refused", "port"),
        ("Failed to resolve hostname cam: Name or service not known", "IP address"),
        ("Connection to tcp://cam:554 failed: No route to host", "power"),
        ("Stream map '0:a:0' matches no streams.", "microphone"),
        ("Protocol 'file' not on whitelist 'tcp'!", "ffmpeg -protocols"),
        ("something else", "ffprobe"),
    ],
)
def test_each_reason_has_a_hint(line: str, hint: str) -> None:
    """It says what to do at the camera."""
    error = stream_failure(ADDRESS, [line], None)
    assert not isinstance(error, LoginRefusedError)
    assert hint in error.hint
    assert line in str(error)


@pytest.mark.parametrize(
    "line",
    [
        "Impossible open rtsp://me:p%40ss%20w@cam/stream",
        "Redirected to http://me:p%40ss%20w@other/stream",
        "the server answered: p@ss w",
        "rtsp://you:another@cam/x",
    ],
)
def test_no_line_has_the_password(line: str) -> None:
    """Whatever ffmpeg or a server writes, the password and every user of a URL are left out."""
    text = str(stream_failure(ADDRESS, [line], PASSWORD)).removeprefix("rtsp://me@cam/stream: ")
    for secret in (PASSWORD, "p%40ss", "another"):
        assert secret not in text


@given(
    st.text("0123456789äß§$%&/@: '\"\\", min_size=3),
    st.lists(st.text("abc '/", max_size=5), min_size=3, max_size=3),
)
def test_a_password_of_any_characters_is_removed_from_any_line(
    password: str, words: list[str]
) -> None:
    """As it is, and percent-encoded in the whole URL, in a line with anything around it."""
    assume(password not in str(stream_failure(ADDRESS, [], None)))  # such as "://", always shown
    before, between, after = words
    url = ADDRESS.with_password(password)
    line = f"{before}{password}{between}{url}{after}{quote(password, safe='')}"
    text = str(stream_failure(ADDRESS, [line], password))
    assert password not in text
    assert quote(password, safe="") not in text


def test_a_stream_that_ended_without_an_error_is_described() -> None:
    """A server that is killed closes its connection."""
    assert str(stream_failure(ADDRESS, [], None)) == "rtsp://me@cam/stream: the stream ended"


def test_a_long_line_is_cut() -> None:
    """A server may send any text."""
    assert len(str(stream_failure(ADDRESS, ["x" * 9_999], None))) < 2 * LINE_CHARACTERS
