"""The list of installed models."""

import io
import json
import shutil
from pathlib import Path

import pytest
from tagging_bundle import write_tagging_bundle

from soundpost.cli.models.bundles import bundles

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"


def listed(*, is_json: bool) -> tuple[int, str]:
    """Returns the exit status and the output."""
    out = io.StringIO()
    status = bundles(out, is_json=is_json)
    return status, out.getvalue()


def test_the_included_bundles_are_listed() -> None:
    """With version, labels, size, accuracy, data and licence."""
    status, text = listed(is_json=False)
    assert status == 0
    row = next(line for line in text.splitlines() if line.startswith("esc50 "))
    assert row.split()[2:5] == ["50", "0.46", "MB"]
    assert "%" in row
    assert row.endswith("ESC-50, CC BY-NC 3.0")


def test_json_has_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bundle of the user's is among them; it has no accuracy of clips."""
    shutil.copytree(TINY, tmp_path / "mine")
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    status, text = listed(is_json=True)
    rows = {row["name"]: row for row in json.loads(text)}
    assert status == 0
    assert list(rows) == ["esc10", "esc50", "esc50-outdoors", "everyday", "mine"]
    assert rows["mine"]["folder"] == str(tmp_path / "mine")
    assert (rows["mine"]["labels"], rows["mine"]["accuracy"]) == (3, None)
    assert rows["esc50"]["accuracy"] > 0.8


def test_groups_and_labels_that_are_off_are_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only of bundles that have any; `soundpost labels` has the labels themselves."""
    write_tagging_bundle(tmp_path / "yard")
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    _, text = listed(is_json=False)
    assert "yard, labels of each group: alarms 2, people 1\n" in text
    assert "yard: 2 labels are off by default" in text
    assert "esc50, labels" not in text
    _, text = listed(is_json=True)
    rows = {row["name"]: row for row in json.loads(text)}
    assert rows["yard"]["groups"] == {"alarms": 2, "people": 1}
    assert rows["yard"]["off_by_default"] == {"context": ["hum"], "missed_budget": ["hush"]}
    assert (rows["esc50"]["groups"], rows["esc50"]["off_by_default"]) == ({}, {})


def test_a_damaged_bundle_is_named_and_the_others_are_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is of no use before it is copied again."""
    bundle = Path(shutil.copytree(TINY, tmp_path / "mine"))
    (bundle / "model.tflite").write_bytes(b"cut")
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    status, text = listed(is_json=False)
    assert status == 0
    assert "esc10" in text
    assert "mine" not in text
    assert "model.tflite is cut short" in caplog.text


def test_the_name_of_a_folder_is_printed_escaped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither escape codes nor bytes that are not UTF-8 reach the terminal."""
    shutil.copytree(TINY, tmp_path / "a\x1b[31mred\udcff")
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    status, text = listed(is_json=False)
    assert status == 0
    assert "a\\x1b[31mred\\xff  " in text
    assert "\x1b" not in text
