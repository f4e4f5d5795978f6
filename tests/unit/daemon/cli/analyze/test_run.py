"""Runs of `soundpost analyze` with a place: that of a range model, and that of a package."""

import subprocess
from pathlib import Path

from camtrap_standard import problems
from daemon_process import soundpost
from range_bundle import write_range_config
from sample_archive import events, recordings, tables, write_archive, write_models, write_sound

from soundpost.errors import EX_CONFIG


def analyzed(card: Path, out: Path, config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    line = ("analyze", str(card), "--out", str(out), "--config", str(config), "--workers", "1")
    return soundpost(*line, "--timezone", "Europe/Berlin", *more)


def test_labels_follow_the_season_of_each_recording(tmp_path: Path) -> None:
    """By the place of this run; the results of another place are not mixed with its own."""
    config = write_range_config(tmp_path)
    for name in ("20250105_120000.WAV", "20250725_120000.WAV", "dawn.WAV"):
        write_sound(tmp_path / "card" / name, seed=3)
    card, out = tmp_path / "card", tmp_path / "out"
    done = analyzed(card, out, config, "--latitude", "0", "--longitude", "0")
    assert done.returncode == 0, done.stderr
    assert "labels that do not occur at 0.0 N 0.0 E in the week of a recording" in done.stderr
    assert [row["range_weeks"] for row in recordings(out)] == ["1", "28", "all"]
    labels = {(row["file"][:8], row["label"]) for row in events(out)}
    assert labels == {
        *(("20250105", label) for label in ("hum", "hush")),
        ("20250725", "hiss"),
        *(("dawn.WAV", label) for label in ("hiss", "hum", "hush")),
    }
    elsewhere = analyzed(card, out, config, "--latitude", "1", "--longitude", "0")
    assert elsewhere.returncode == EX_CONFIG
    assert "place: " in elsewhere.stderr
    without = analyzed(card, tmp_path / "everywhere", config)
    assert "its range model is not used, because node.latitude" in without.stderr
    assert {row["range_weeks"] for row in recordings(tmp_path / "everywhere")} == {""}


def test_a_package_has_the_recordings_of_the_card(tmp_path: Path) -> None:
    """Without a place it is refused before a file is read; a folder without one is left out."""
    card, out, config = tmp_path / "card", tmp_path / "out", write_models(tmp_path)
    write_archive(card, 4)
    refused = analyzed(card, out, config, "--formats", "csv,camtrap")
    assert refused.returncode == EX_CONFIG
    assert "--location" in refused.stderr
    assert not list(out.glob("**/parts"))
    place = ("--location", "a=52.51631,13.37777")
    done = analyzed(card, out, config, "--formats", "csv,camtrap", *place)
    assert done.returncode == 0, done.stderr
    assert problems(out / "camtrap") == []
    before = tables(out)
    assert analyzed(card, out, config).returncode == 0
    assert tables(out) == before
    media = (out / "camtrap/media.csv").read_text()
    assert "a/20251026_000000.WAV" in media
    assert "b/" not in media
    assert "52.5163" not in "".join(
        path.read_text("utf-8") for path in out.rglob("*") if path.is_file()
    )
