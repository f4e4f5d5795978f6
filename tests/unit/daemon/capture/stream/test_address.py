"""The input of ffmpeg as the user names it."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.capture.stream.address import StreamAddress, parse_address
from soundpost.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("rtsp://cam/stream", StreamAddress(None, "rtsp://cam/stream")),
        ("rtsps://me@[::1]:322/a", StreamAddress(None, "rtsps://me@[::1]:322/a")),
        ("ffmpeg:https://radio/live", StreamAddress(None, "https://radio/live")),
        ("ffmpeg:udp://@:5004", StreamAddress(None, "udp://@:5004")),
        ("ffmpeg:/run/sound.pipe", StreamAddress(None, "/run/sound.pipe")),
        ("ffmpeg:./a:b", StreamAddress(None, "./a:b")),
        ("ffmpeg:alsa:hw:1,0", StreamAddress("alsa", "hw:1,0")),
        ("ffmpeg:pulse:default", StreamAddress("pulse", "default")),
    ],
)
def test_an_input_is_a_url_a_path_or_a_device(text: str, address: StreamAddress) -> None:
    """`ffmpeg:` stands before everything but RTSP."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "ffmpeg:camera",
        "ffmpeg:alsa:",
        "ffmpeg:-i",
        "ffmpeg:concat:a|b",
        "rtsp://",
        "rtsp:///stream",
        "rtsp://me@/stream",
        "rtsp://cam:99999/stream",
        "rtsp://cam:rtsp/stream",
        "rtsp://[::1/stream",
        "ffmpeg:https://:8000/",
        "ffmpeg:/dev/stdin",
        "ffmpeg:/proc/self/fd/0",
    ],
)
def test_anything_else_is_an_error_of_the_configuration(text: str) -> None:
    """Ffmpeg would take it for an option, a file of its working folder or a list of files."""
    with pytest.raises(ConfigError, match=r"^expected"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://me@cam:554/Streaming/101", "rtsp://me@cam:554/Streaming/101"),
        ("rtsp://cam/live?token=secret&a=b", "rtsp://cam/live?…"),
        ("rtsp://cam?token=secret", "rtsp://cam?…"),
        ("rtsp://me@cam:554?a=b/secret@c", "rtsp://me@cam:554?…"),
        ("rtsp://cam/user=me&password={password}&channel=1", None),
        ("rtsp://cam/user=me&password=secret&channel=1", None),
        ("ffmpeg:https://cam/a;key=secret/b", "https://cam/a;key=…/b"),
        ("ffmpeg:alsa:hw:1,0", "alsa:hw:1,0"),
        ("ffmpeg:/run/sound.pipe", "/run/sound.pipe"),
    ],
)
def test_values_that_may_be_secret_are_not_shown(text: str, shown: str | None) -> None:
    """A key in the query, or a value in the path, opens some cameras and radios."""
    address = parse_address(text)
    assert "secret" not in address.shown
    assert shown is None or address.shown == shown


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_password_of_any_characters_stays_before_the_host(password: str) -> None:
    """It is encoded, so that it cannot end the host or begin a path."""
    parts = urlsplit(parse_address("rtsp://me@cam:554/a@b").with_password(password))
    assert (parts.hostname, parts.port, parts.path) == ("cam", 554, "/a@b")
    assert parts.username == "me"
    assert unquote(parts.password or "") == password


def test_a_password_may_have_its_place_in_the_path() -> None:
    """Some cameras expect it there."""
    address = parse_address("rtsp://cam/user=me&password={password}&channel=1")
    assert address.with_password("a&b") == "rtsp://cam/user=me&password=a%26b&channel=1"
    assert address.with_password(None) == address.text


@pytest.mark.parametrize("query", ["?a=b/c@d", "#a@b", "?a@b"])
def test_a_password_stands_before_the_host_of_a_url_without_a_path(query: str) -> None:
    """Its query may have slashes and an @."""
    address = parse_address(f"rtsp://me@cam{query}")
    assert address.with_password("pw") == f"rtsp://me:pw@cam{query}"
