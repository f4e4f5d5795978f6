"""Paths in the configuration."""

import contextlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost.config import Config, load_config
from soundpost.config.paths import PATH_KEYS
from soundpost.errors import ConfigError

BESIDE = {
    "capture.password_file": {"source": "rtsp://me@camera/"},
    "mqtt.password_file": {"username": "me"},
    "mqtt.ca_file": {"broker": "mqtts://a"},
    "mqtt.cert_file": {"broker": "mqtts://a"},
    "mqtt.key_file": {"broker": "mqtts://a", "cert_file": "c"},
}
"""Values that the rules between keys need."""


def load(name: str, path: str) -> str:
    """Returns what the configuration holds for a key that is set to a path."""
    table, _, key = name.partition(".")
    value = f"wav:{path}" if name == "capture.source" else path
    value += ".prom" if name == "metrics.textfile" else ""
    config = load_config(None, {table: {key: value} | BESIDE.get(name, {})})
    loaded: str = getattr(getattr(config, table), key)
    return loaded.removeprefix("wav:").removesuffix(".prom")


@pytest.mark.parametrize("name", PATH_KEYS)
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a\0b", "control characters|expected"),
        ("/a\nb", "control characters|expected"),
        ("/" + "x" * 300, "255 in each name"),
        ("/" + "ü" * 200, "255 in each name"),
        ("/abc" * 2_000, "at most 4095 bytes"),
        (" /a", "without blanks at its ends"),
        ("~no-such-user/a", "below a folder that exists"),
        ("/\ud800", "UTF-8|expected"),
    ],
)
def test_what_no_file_can_have_as_its_name_is_one_error(
    name: str, path: str, expected: str
) -> None:
    """The error is of the configuration, in one line, with a hint."""
    with pytest.raises(ConfigError, match=expected) as caught:
        load(name, path)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", sorted(set(PATH_KEYS) - {"metrics.textfile"}))
def test_a_blank_at_the_end_is_refused(name: str) -> None:
    """It was most likely typed by mistake, and cannot be seen in the file."""
    with pytest.raises(ConfigError, match="without blanks at its ends"):
        load(name, "/a ")


@pytest.mark.parametrize("name", PATH_KEYS)
def test_a_tilde_is_the_home_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shell expands what stands in a file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load(name, "~/a") == f"{tmp_path}/a"
    assert load(name, "/a~b/~") == "/a~b/~"


def test_every_key_of_a_path_is_known() -> None:
    """A key whose name or default is a file's or a folder's is checked like the others."""
    names = {
        f"{table.name}.{field.encode_name}"
        for table in msgspec.structs.fields(Config)
        if isinstance(table.type, type)
        for field in msgspec.structs.fields(table.type)
        if field.encode_name.endswith(("_file", "textfile", "folder", "outbox", "bundle"))
    }
    assert names | {"capture.source"} == set(PATH_KEYS)


@example("capture.source", "~\0")
@given(st.sampled_from(PATH_KEYS), st.text(st.characters(exclude_categories=()), min_size=1))
def test_any_text_gives_a_path_that_can_be_asked_for_or_an_error(name: str, text: str) -> None:
    """A path that passes never raises ValueError when it is opened."""
    try:
        path = load(name, text)
    except ConfigError:
        return
    with contextlib.suppress(OSError):
        Path(path).stat()
