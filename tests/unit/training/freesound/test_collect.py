"""A folder of recordings from Freesound, collected from a small server that speaks its API."""

import csv
from pathlib import Path

import pytest
from freesound_server import NC, Site, collect_request

from soundpost_training.dataset import open_dataset
from soundpost_training.errors import DatasetError, DownloadError
from soundpost_training.experiment.data import DataConfig
from soundpost_training.freesound.api import Freesound
from soundpost_training.freesound.collect import collect


def test_results_are_downloaded_with_author_and_licence(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Every page is read, every sound is complete, and the table has its author."""
    collected = collect(freesound, collect_request(tmp_path))
    assert (collected.total, collected.new, collected.left_out) == (7, 7, ())
    for name, content in site.audio.items():
        assert (tmp_path / "fox" / name).read_bytes() == content
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows[4] == {
        "path": "fox/4.ogg",
        "label": "fox",
        "group": "user1",
        "licence": "CC BY 4.0",
        "author": "user1 (freesound.org)",
        "id": "4",
        "name": "fox, no. 4",
        "url": "https://freesound.org/people/user/sounds/4/",
        "query": "fox bark",
    }


def test_the_folder_is_a_data_set(freesound: Freesound, tmp_path: Path) -> None:
    """The kind csv reads it: no uploader is in two folds, and the licences are known."""
    collect(freesound, collect_request(tmp_path))
    dataset = open_dataset(DataConfig(kind="csv", folder=str(tmp_path), folds=3))
    assert (dataset.folds, dataset.licence) == ([1, 2, 3], "CC BY 4.0, CC0 1.0")
    assert "user2 (freesound.org)" in dataset.attribution
    assert len({(clip.group, clip.fold) for clip in dataset.clips}) == 3


def test_a_second_run_downloads_nothing(freesound: Freesound, site: Site, tmp_path: Path) -> None:
    """Existing recordings are counted, and the table stays as it is."""
    collect(freesound, collect_request(tmp_path))
    table = (tmp_path / "labels.csv").read_bytes()
    collected = collect(freesound, collect_request(tmp_path))
    assert (collected.total, collected.new) == (7, 0)
    assert len(site.previews) == 7
    assert (tmp_path / "labels.csv").read_bytes() == table


def test_an_interruption_keeps_the_finished_downloads(site: Site, tmp_path: Path) -> None:
    """Ctrl-C leaves a table of all complete files; the same request resumes."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    site.breaks["4.ogg"] = 100
    freesound = Freesound("secret", f"{site.address}/apiv2/")
    with pytest.raises(KeyboardInterrupt):
        collect(freesound, collect_request(tmp_path), interrupted)
    assert len((tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()) == 1 + 4
    collected = collect(freesound, collect_request(tmp_path))
    assert (collected.total, collected.new) == (7, 3)


def test_unusable_sounds_are_left_out_with_the_reason(
    freesound: Freesound, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other licences, missing previews, files without sound and dead links are left out."""
    site.sounds[0]["license"] = NC
    site.sounds[1]["previews"] = {}
    site.audio["2.ogg"] = b"<html>moved</html>"
    site.sounds[3]["license"] = "https://example.org/sampling+"
    collected = collect(freesound, collect_request(tmp_path), lambda _: None)
    assert collected.total == 3
    reasons = " ".join(collected.left_out)
    for reason in ("CC BY-NC 3.0", "no preview", "is not a sound", "example.org/sampling+"):
        assert reason in reasons
    assert "left out: 0 by user0" in capsys.readouterr().err


def test_a_sound_has_one_label(freesound: Freesound, tmp_path: Path) -> None:
    """A sound with one label is not downloaded again for another."""
    collect(freesound, collect_request(tmp_path, count=2))
    collected = collect(freesound, collect_request(tmp_path, label="wolf"))
    assert collected.total == 5
    assert "it is there as fox already" in collected.left_out[0]


def test_a_table_of_another_program_is_not_overwritten(
    freesound: Freesound, tmp_path: Path
) -> None:
    """A labels.csv with other columns is refused before any download."""
    (tmp_path / "labels.csv").write_text("path,label\na.wav,fox\n", encoding="utf-8")
    with pytest.raises(DownloadError, match="its columns are others"):
        collect(freesound, collect_request(tmp_path))
    assert (tmp_path / "labels.csv").read_text(encoding="utf-8").endswith("a.wav,fox\n")


def test_a_folder_that_cannot_be_written_is_refused(freesound: Freesound, tmp_path: Path) -> None:
    """The error has a hint."""
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match="cannot be written"):
        collect(freesound, collect_request(tmp_path / "file"))


def test_an_invalid_label_is_refused(freesound: Freesound, tmp_path: Path) -> None:
    """It is refused before any download."""
    with pytest.raises(DatasetError, match="cannot be a label"):
        collect(freesound, collect_request(tmp_path, label="Red Fox"))
