"""Lists of labels in files."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost.config import load_config
from soundpost.config.name_files import LARGEST_FILE_BYTES, expand_files
from soundpost.errors import ConfigError

OWLS = "# owls\nTawny Owl\n\n  Strix aluco_Tawny Owl  # both names\n#Barn Owl\nsharp#name\n"
NAMES = ["Tawny Owl", "Strix aluco_Tawny Owl", "sharp#name"]


@pytest.mark.parametrize(
    "content",
    [
        OWLS.encode(),
        OWLS.encode("utf-8-sig"),
        OWLS.replace("\n", "\r\n").encode(),
        OWLS.replace("\n", "\r").encode(),
        OWLS.rstrip("\n").encode(),
        (OWLS + "\n\n \n").encode(),
    ],
    ids=["lf", "byte order mark", "crlf", "cr", "no final line feed", "blank lines"],
)
def test_a_file_has_one_name_a_line(tmp_path: Path, content: bytes) -> None:
    """Comments, blank lines and blanks at the ends are left out."""
    (tmp_path / "owls.txt").write_bytes(content)
    assert expand_files([f"@{tmp_path / 'owls.txt'}"], "here") == NAMES


def test_names_and_files_stand_beside_one_another(tmp_path: Path) -> None:
    """In the order of the list; a name with @ inside is a name."""
    (tmp_path / "a").write_text("one\ntwo\n")
    (tmp_path / "b").write_text("three\n")
    names = ["zero", f"@{tmp_path / 'a'}", "x@y", f"@{tmp_path / 'b'}"]
    assert expand_files(names, "here") == ["zero", "one", "two", "x@y", "three"]


def test_a_leading_tilde_is_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in every other path."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "list").write_text("dog")
    assert expand_files(["@~/list"], "here") == ["dog"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "names no label"),
        (b"# only a comment\n\n", "names no label"),
        (b"dog\nH\xf6ckerschwan\n", r"expected text in UTF-8, got the byte 0xf6 \(line 2\)"),
        ("dog\n".encode("utf-16"), "expected text in UTF-8, got the byte 0xff"),
        (b"dog\n\x00\x01\x02", r"got a control character \(line 2\)"),
        (b"x" * (LARGEST_FILE_BYTES + 1), "cannot be read"),
    ],
    ids=["empty", "comment", "latin-1", "utf-16", "binary", "huge"],
)
def test_a_file_that_is_no_list_of_names_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """The error names the key, the file and the line."""
    path = tmp_path / "owls.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"here: '?{path}.*{message}"):
        expand_files([f"@{path}"], "here")


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe, and texts that are no paths."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe", "", "a\0b", "~\0"):
        with pytest.raises(ConfigError, match="cannot be read"):
            expand_files([f"@{path}"], "here")


def test_every_list_of_labels_in_the_configuration_may_name_files(tmp_path: Path) -> None:
    """In the file and on the command line."""
    (tmp_path / "owls.txt").write_text(OWLS)
    (tmp_path / "config.toml").write_text(
        f"""[decide]
include = ["dog", "@{tmp_path}/owls.txt"]
groups.owls = ["@{tmp_path}/owls.txt"]
[[decide.schedules]]
from = "20:00"
to = "06:00"
labels = ["@{tmp_path}/owls.txt"]
"""
    )
    flags = {"decide": {"exclude": [f"@{tmp_path}/owls.txt"]}}
    decide = load_config(tmp_path / "config.toml", flags).decide
    assert decide.include == ["dog", *NAMES]
    assert decide.exclude == decide.groups["owls"] == decide.schedules[0].labels == NAMES


def test_the_error_of_a_missing_list_names_its_key(tmp_path: Path) -> None:
    """And where it was given."""
    with pytest.raises(ConfigError, match=r"the command line: decide\.include: .*cannot be read"):
        load_config(None, {"decide": {"include": [f"@{tmp_path}/missing"]}})


@given(st.binary(max_size=200))
@example(b"!\t!")
def test_any_content_gives_names_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """Names have neither blanks at their ends nor control characters."""
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    try:
        names = expand_files([f"@{path}"], "here")
    except ConfigError:
        return
    assert names
    assert all(name == name.strip() and name.isprintable() for name in names if name.isascii())
