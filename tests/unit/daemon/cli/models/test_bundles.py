"""The list of installed models."""

import io
import json
import shutil
from pathlib import Path

import pytest
from heads import label, store_head, store_tiny_head
from streaming_bundle import streaming_bundle
from tagging_bundle import write_tagging_bundle

from soundpost.cli import main
from soundpost.cli.models.bundles import bundles
from soundpost.config import HeadsConfig

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"


def listed(*, is_json: bool, heads: Path | None = None) -> tuple[int, str]:
    """Returns the exit status and the output."""
    out = io.StringIO()
    status = bundles(HeadsConfig(folder=str(heads or TINY / "none")), out, is_json=is_json)
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


def test_labels_that_were_taught_are_listed_below_their_bundle(tmp_path: Path) -> None:
    """With version, threshold and state; a label that another bundle has does not matter here."""
    for name in ("gate_bell", "gate_bell", "crackling_fire", "dog"):
        store_head(tmp_path, streaming_bundle(), label(name))
    _, text = listed(is_json=False, heads=tmp_path)
    assert (
        "\neveryday, labels that were taught:\n"
        "  crackling_fire  version 1, threshold 0.60, ready\n"
        "  dog             version 1, threshold 0.60, not in use: the model has a label of this "
        "name\n"
        "  gate_bell       version 2, threshold 0.60, ready\n"
    ) in text
    assert text.count("labels that were taught") == 1
    _, text = listed(is_json=True, heads=tmp_path)
    rows = {row["name"]: row["heads"] for row in json.loads(text)}
    assert rows["esc50"] == []
    assert [head["label"] for head in rows["everyday"]] == ["crackling_fire", "dog", "gate_bell"]
    assert rows["everyday"][2] == {
        "label": "gate_bell",
        "version": 2,
        "on_threshold": 0.6,
        "problem": None,
    }


def test_heads_that_run_on_no_bundle_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One of a model that is not installed, and one that is damaged; the bundles are listed."""
    store_tiny_head(tmp_path)
    head = store_head(tmp_path, streaming_bundle(), label("fox"))
    (head.folder / "head.npz").write_bytes(b"cut")
    status, text = listed(is_json=False, heads=tmp_path)
    assert (status, "taught" in text) == (0, False)
    assert "head gate_bell: it was taught on tiny 1.0.0" in caplog.text
    assert "head fox: " in caplog.text
    caplog.clear()
    (tmp_path / "file").touch()
    assert listed(is_json=False, heads=tmp_path / "file")[0] == 0
    assert "the folder of heads" in caplog.text


def test_the_configuration_names_the_folder_of_heads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also that of a node with several sources."""
    store_head(tmp_path / "heads", streaming_bundle(), label())
    config = tmp_path / "soundpost.toml"
    config.write_text(
        f'[heads]\nfolder = "{tmp_path / "heads"}"\n'
        '[[sources]]\nname = "yard"\nsource = "mic:a"\n'
        '[[sources]]\nname = "road"\nsource = "mic:b"\n'
    )
    assert main(["bundles", "--config", str(config)]) == 0
    assert "  gate_bell  version 1, threshold 0.60, ready\n" in capsys.readouterr().out


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
