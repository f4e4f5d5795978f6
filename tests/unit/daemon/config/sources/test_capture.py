"""The table `[capture]`."""

from typing import Any

import pytest

from soundpost.config import CaptureConfig, load_config
from soundpost.errors import ConfigError

FILE = "/a"


def load(**values: Any) -> CaptureConfig:  # noqa: ANN401 - of any key
    """Loads a configuration with these values."""
    return load_config(None, {"capture": values}).capture


@pytest.mark.parametrize(
    "source",
    [
        "mic",
        "mic:USB",
        "wav:/a",
        "pcm:-",
        "rtsp://cam/a",
        "rtsps://me@cam:322/a",
        "ffmpeg:https://me@radio/a?b=c:d@e",
        "ffmpeg:alsa:hw:1",
        "rtsp://cam:554/a:b@c",
    ],
)
def test_every_kind_of_source_is_accepted(source: str) -> None:
    """A colon is in many of them, and is no password."""
    assert load(source=source).source == source


@pytest.mark.parametrize(
    "source", ["rtsp://", "rtsp:cam", "pcm:", "pcm:a", "ffmpeg:", "rtsp://a b", "RTSP://a"]
)
def test_other_texts_are_refused(source: str) -> None:
    """The error lists the kinds."""
    with pytest.raises(ConfigError, match="rtsp://URL, ffmpeg:INPUT or pcm:-"):
        load(source=source)


@pytest.mark.parametrize(
    "source", ["rtsp://me:secret@cam/a", "ffmpeg:http://me:secret@radio/", "rtsps://:secret@cam"]
)
def test_a_password_in_the_source_is_refused_and_not_printed(source: str) -> None:
    """It would be in the list of processes, if the source is a flag, and in copies of the file."""
    with pytest.raises(ConfigError, match=r"password in its URL.*password_file") as caught:
        load(source=source)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("source", ["rtsp://me@cam/a", "rtsp://cam/user=me&password={password}"])
def test_a_password_file_needs_a_place_for_the_password(source: str) -> None:
    """A password that nothing uses is a mistake."""
    assert load(source=source, password_file=FILE).password_file == FILE
    for other in ("mic", "rtsp://cam/a", "ffmpeg:alsa:hw:1"):
        with pytest.raises(ConfigError, match="password_file is set, but source has neither"):
            load(source=other, password_file=FILE)


def test_a_place_for_the_password_needs_a_password_file() -> None:
    """The camera would get the text in braces."""
    with pytest.raises(ConfigError, match="password_file is not set"):
        load(source="rtsp://cam/{password}")


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("rate_hz", [8_000, 44_100, 384_000], [7_999, 384_001, 16_000.5]),
        ("channels", [1, 128], [0, 129]),
        ("pcm_format", ["s16le", "s24le", "s32le", "f32le"], ["s16be", "u8"]),
    ],
)
def test_the_format_has_bounds(key: str, good: list[Any], bad: list[Any]) -> None:
    """From a telephone's rate to that of a detector of bats."""
    for value in good:
        assert getattr(load(**{key: value}), key) == value
    for value in bad:
        with pytest.raises(ConfigError, match=f"capture.{key}"):
            load(**{key: value})


def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in every path of the file."""
    monkeypatch.setenv("HOME", "/home/me")
    assert (
        load(source="rtsp://me@cam/", password_file=f"~{FILE}").password_file == f"/home/me{FILE}"
    )
