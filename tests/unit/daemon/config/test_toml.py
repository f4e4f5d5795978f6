"""TOML files: what is read, and the line that an error names."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.config import load_config
from soundpost.config.toml import LARGEST_FILE_BYTES, TomlFile, read_toml
from soundpost.errors import ConfigError

Write = Callable[[str | bytes], Path]

TEXT = """\
# a comment
mqtt.prefix = "a"

[node]
name = "n"
"timezone" = "UTC"

[decide.labels.dog] # a comment
on_threshold = 0.5
profile = "steady"

[[decide.schedules]]
from = "20:00"
to = "21:00"

[[decide.schedules]]
from = "22:00"
to = "23:00"
labels = [
  "dog",
]

[capture]
nested = { pace = "fast" }
"""


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mqtt.prefix", 2),
        ("node", 4),
        ("node.name", 5),
        ("node.timezone", 6),
        ("decide.labels.dog", 8),
        ("decide.labels.dog.on_threshold", 9),
        ("decide.schedules[0].to", 14),
        ("decide.schedules[1].to", 18),
        ("decide.schedules[1].labels", 19),
        ("capture.nested.pace", 24),
        ("capture.absent", None),
        ("prefix", None),
    ],
)
def test_the_line_of_a_key_is_found(name: str, line: int | None) -> None:
    """Dotted keys, quoted keys, tables, tables in lists and inline tables are searched."""
    assert TomlFile("a.toml", {}, TEXT).line_of(name) == line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n[mqtt]\nbrokr = 'x'", ", line 3: unknown key mqtt.brokr"),
        ("# a\n\n[nod]\n", ", line 3: unknown key nod"),
        ("\n[gate]\nfloor_seconds = 1e9", "got 1000000000.0 (line 3)"),
        ("[node]\n\nname = 'a/b'", "got 'a/b' (line 3)"),
        ("\n\n[[decide.schedules]]\nfrom = '1'\nto = '2'", "got '1' (line 4)"),
        ("a = 1\n\n[mqtt x]", "(at line 3, column 7)"),
        ('\n"b\\nc" = 2', "unknown key 'b\\nc'"),
    ],
)
def test_an_error_names_its_line(write: Write, text: str, message: str) -> None:
    """A person with a long file need not search."""
    with pytest.raises(ConfigError) as caught:
        load_config(write(text))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("# ok\n# Büro\n".encode("windows-1252"), "expected UTF-8, got the byte 0xfc (line 2)"),
        (b"\xef\xbb\xbf# a\n\n#\xff\n", "expected UTF-8, got the byte 0xff (line 3)"),
        ("node.name = 'a'\n".encode("utf-16"), "expected UTF-8, got UTF-16 (line 1)"),
        ("node.name = 'a'\n".encode("utf-16-be"), "is not TOML"),
        (bytes(4_096), "is not TOML"),
    ],
)
def test_another_encoding_is_named(write: Write, content: bytes, message: str) -> None:
    """Editors on other systems save in their own encoding."""
    with pytest.raises(ConfigError) as caught:
        read_toml(write(content))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_text(write: Write) -> None:
    """The Editor of Windows writes one."""
    path = write(b"\xef\xbb\xbfnode.name = 'a'\r\n")
    assert load_config(path).node.name == "a"


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Opening it would wait for a writer."""
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="cannot be read: it is a pipe, not a file"):
        read_toml(path)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    """The error names the reason."""
    path = tmp_path / "socket.toml"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        with pytest.raises(ConfigError, match="cannot be read: it is a socket, not a file"):
            read_toml(path)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/tty"])
def test_a_device_is_refused(device: str) -> None:
    """Reading /dev/zero would never end."""
    with pytest.raises(ConfigError, match="it is a device, not a file"):
        read_toml(Path(device))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A terabyte without content is as large as any."""
    path = tmp_path / "huge.toml"
    path.touch()
    os.truncate(path, 1_000_000_000_000)
    with pytest.raises(ConfigError, match="it is larger than 1 MB"):
        read_toml(path)
    os.truncate(path, LARGEST_FILE_BYTES + 1)
    with pytest.raises(ConfigError, match="it is larger than 1 MB"):
        read_toml(path)


@pytest.mark.parametrize(
    "name", ["a\0b", "x" * 300, "~nobody-at-all/x", "x ", "\ud800", "a\nb", "/" * 5_000]
)
def test_an_odd_name_of_the_file_is_one_error(name: str) -> None:
    """No name gives a traceback."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(Path(name))
