"""`soundpost-train sources`: its table, what is left out, and wrong names."""

import shutil
from pathlib import Path

import pytest
from made_debs import COPYRIGHT, make_deb, wav

from soundpost_training.cli import main

NAME = "sonic-pi-samples"


def samples(cache: Path) -> None:
    """Puts a package of the table's name with two sounds, one of them narrow, into the cache."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("needs dpkg-deb, which a Debian or Ubuntu machine has")
    folder = "./usr/share/sonic-pi/samples"
    files = {
        f"{folder}/misc_crow.flac": wav(36.0),
        f"{folder}/loop_amen.flac": wav(rate_hz=8_000),
        f"./usr/share/doc/{NAME}/copyright": COPYRIGHT,
    }
    make_deb(cache, NAME, files)


def test_sources_are_listed_with_hours_labels_and_licences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the corpora the packages are still listed, and the reasons are printed."""
    samples(tmp_path)
    monkeypatch.setenv("SOUNDPOST_DATA", str(tmp_path / "nothing"))
    assert main(["sources", "--cache", str(tmp_path), "--packages", NAME]) == 0
    printed = capsys.readouterr()
    row = next(line for line in printed.out.splitlines() if NAME in line and "│" in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells[:5] == [f"debian:{NAME}", "1", "0", "0.01", "crow"]
    assert f"left out: {NAME}: 1 file: sample rate 8000 Hz" in printed.out
    assert "left out: corpora: no esc50.csv" in printed.out


def test_a_package_that_is_not_in_the_table_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and the nearest name as a hint."""
    assert main(["sources", "--cache", str(tmp_path), "--packages", "sonic-pi-sample"]) == 1
    assert f"did you mean {NAME}?" in capsys.readouterr().err


def test_nothing_to_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither corpora nor packages: the reasons are the hint."""
    monkeypatch.setenv("SOUNDPOST_DATA", str(tmp_path))
    assert main(["sources", "--cache", str(tmp_path), "--packages", "none"]) == 1
    assert "esc50.csv" in capsys.readouterr().err
