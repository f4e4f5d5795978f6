"""Damaged heads: every file, every kind of damage."""

import json
from pathlib import Path

import pytest
from heads import store_tiny_head
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.errors import HeadError
from soundpost.heads import Head, load_head


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Head:
    """A stored head, whose files tests damage in turn."""
    return store_tiny_head(tmp_path_factory.mktemp("heads"))


@settings(max_examples=150)
@given(st.data())
def test_a_flipped_bit_of_the_weights_is_detected(head: Head, data: st.DataObject) -> None:
    """Every byte counts."""
    path = head.folder / "head.npz"
    content = path.read_bytes()
    at = data.draw(st.integers(0, 8 * len(content) - 1))
    damaged = bytearray(content)
    damaged[at // 8] ^= 1 << at % 8
    path.write_bytes(damaged)
    try:
        with pytest.raises(HeadError, match="damaged or another file"):
            load_head(head.folder)
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("name", ["head.json", "head.npz"])
@settings(max_examples=40)
@given(st.data())
def test_a_file_that_is_cut_short_is_detected(head: Head, name: str, data: st.DataObject) -> None:
    """At any byte before the closing bracket."""
    path = head.folder / name
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content.rstrip()) - 1))])
    try:
        with pytest.raises(HeadError):
            load_head(head.folder)
    finally:
        path.write_bytes(content)


@settings(max_examples=150)
@given(st.data())
def test_a_flipped_bit_of_the_description_gives_a_head_or_an_error(
    head: Head, data: st.DataObject
) -> None:
    """JSON has no checksum: a changed digit of a threshold is another description."""
    path = head.folder / "head.json"
    content = path.read_bytes()
    at = data.draw(st.integers(0, 8 * len(content) - 1))
    damaged = bytearray(content)
    damaged[at // 8] ^= 1 << at % 8
    path.write_bytes(damaged)
    try:
        load_head(head.folder)
    except HeadError:
        pass
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize("name", ["head.json", "head.npz"])
def test_a_missing_file_is_an_error(tmp_path: Path, name: str) -> None:
    """It names the file."""
    folder = store_tiny_head(tmp_path).folder
    (folder / name).unlink()
    with pytest.raises(HeadError, match=f"{name} cannot be read"):
        load_head(folder)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schema": 2}, "not a head of schema 1"),
        ({"extra": 1}, "unknown field"),
        ({"minimum_daemon": "9.0.0"}, "needs soundpost 9.0.0 or newer"),
        (
            {"embedding": {"definition": "output", "size": 7}},
            r"expected weights to be float32\[7\]",
        ),
        ({"id": "../x"}, "not a head of schema 1"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    """With what was expected."""
    folder = store_tiny_head(tmp_path).folder
    description = json.loads((folder / "head.json").read_text())
    (folder / "head.json").write_text(json.dumps({**description, **changed}))
    with pytest.raises(HeadError, match=message):
        load_head(folder)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "any"}, "reserved"),
        ({"off_threshold": 0.9}, "off_threshold is above"),
        ({"group": "gate_bell"}, "group has the name of the label"),
    ],
)
def test_a_label_that_no_head_may_have_is_refused(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    """The rules of a manifest hold for a head."""
    folder = store_tiny_head(tmp_path).folder
    description = json.loads((folder / "head.json").read_text())
    description["label"].update(changed)
    (folder / "head.json").write_text(json.dumps(description))
    with pytest.raises(HeadError, match=message):
        load_head(folder)
