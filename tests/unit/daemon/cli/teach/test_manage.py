"""Labels that were taught are listed, taken back and removed."""

import io
import json
from pathlib import Path

import pytest
from heads import store_tiny_head

from soundpost.cli.teach.manage import list_heads, remove_head, undo_head
from soundpost.errors import TeachError
from soundpost.heads import current_version

LABEL = "gate_bell"


def listed(heads: Path, *, is_json: bool = False) -> str:
    """Returns what is printed for a folder of heads."""
    out = io.StringIO()
    list_heads(heads, ["everyday"], is_json, out)
    return out.getvalue()


def test_a_head_that_is_not_in_use_is_listed_with_the_reason(tmp_path: Path) -> None:
    """It was taught on another model; the hint is how to teach it again."""
    store_tiny_head(tmp_path)
    text = listed(tmp_path)
    assert text.startswith(f"{LABEL}  not in use: it was taught on tiny 1.0.0")
    assert f"soundpost teach --again {LABEL}" in text
    (row,) = json.loads(listed(tmp_path, is_json=True))
    assert row["label"] == LABEL
    assert row["problem"].startswith("it was taught on tiny")


def test_a_misspelt_label_gets_the_nearest_one(tmp_path: Path) -> None:
    """It is refused, and nothing is changed."""
    store_tiny_head(tmp_path)
    for change in (undo_head, remove_head):
        with pytest.raises(TeachError, match="no label gate_bel was taught") as raised:
            change(tmp_path, "gate_bel", io.StringIO())
        assert raised.value.hint == f"did you mean {LABEL}?"
    assert current_version(tmp_path / LABEL) == 1


def test_a_folder_that_is_not_there_has_no_labels(tmp_path: Path) -> None:
    """Nothing was taught yet."""
    assert "no label was taught yet" in listed(tmp_path / "heads")
    assert json.loads(listed(tmp_path / "heads", is_json=True)) == []


def test_an_undo_goes_back_one_version_at_a_time(tmp_path: Path) -> None:
    """Until the first."""
    for seed in range(3):
        store_tiny_head(tmp_path, seed)
    out = io.StringIO()
    undo_head(tmp_path, LABEL, out)
    undo_head(tmp_path, LABEL, out)
    assert current_version(tmp_path / LABEL) == 1
    assert f"{LABEL} is version 2 again" in out.getvalue()
    with pytest.raises(TeachError, match="version 1 of gate_bell has none before it"):
        undo_head(tmp_path, LABEL, out)


def test_an_undo_after_an_undo_and_a_new_lesson_skips_the_version_that_was_taken_back(
    tmp_path: Path,
) -> None:
    """Version 4 was taught from 2, after 3 was taken back."""
    for seed in range(3):
        store_tiny_head(tmp_path, seed)
    out = io.StringIO()
    undo_head(tmp_path, LABEL, out)
    store_tiny_head(tmp_path, 4)
    undo_head(tmp_path, LABEL, out)
    assert current_version(tmp_path / LABEL) == 2
    undo_head(tmp_path, LABEL, out)
    assert current_version(tmp_path / LABEL) == 1


def test_a_change_is_printed_as_json_too(tmp_path: Path) -> None:
    """The version that is in use now; none of a label that was removed."""
    for seed in range(2):
        store_tiny_head(tmp_path, seed)
    out = io.StringIO()
    undo_head(tmp_path, LABEL, out, is_json=True)
    remove_head(tmp_path, LABEL, out, is_json=True)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines == [{"label": LABEL, "version": 1}, {"label": LABEL, "version": None}]


def test_a_label_is_removed_with_all_of_it(tmp_path: Path) -> None:
    """Also what a process left that was killed while it removed one."""
    store_tiny_head(tmp_path)
    left = tmp_path / f".{LABEL}.part"
    left.mkdir()
    (left / "current").write_text("1\n")
    remove_head(tmp_path, LABEL, io.StringIO())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["fox", "../heads", ".hidden", "a/b", "x" * 70, ""])
def test_only_labels_that_were_taught_are_removed(tmp_path: Path, name: str) -> None:
    """No name leads out of the folder, or to all of it."""
    heads = tmp_path / "heads"
    store_tiny_head(heads)
    (heads / ".hidden").mkdir()
    with pytest.raises(TeachError, match="was taught"):
        remove_head(heads, name, io.StringIO())
    assert (heads / LABEL).is_dir()
