"""Recordings from Freesound, tried on a small server that speaks its API."""

import csv
from pathlib import Path

import pytest
from freesound_server import Site, wish

from soundpost_training.cli import main
from soundpost_training.dataset import open_dataset
from soundpost_training.experiment.data import DataConfig
from soundpost_training.freesound.api import Freesound
from soundpost_training.freesound.collect import collect


def test_what_is_found_is_there_with_author_and_licence(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Every page is read, every sound comes whole, and the table says whose it is."""
    got = collect(freesound, wish(tmp_path))
    assert (got.there, got.new, got.left_out) == (7, 7, ())
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
    """Kind csv reads it: no uploader is in two folds, and the licences come along."""
    collect(freesound, wish(tmp_path))
    dataset = open_dataset(DataConfig(kind="csv", folder=str(tmp_path), folds=3))
    assert (dataset.folds, dataset.licence) == ([1, 2, 3], "CC BY 4.0, CC0 1.0")
    assert "user2 (freesound.org)" in dataset.attribution
    assert len({(clip.group, clip.fold) for clip in dataset.clips}) == 3


def test_no_more_is_asked_for_than_is_wanted(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Five of seven need two pages; the query and its filters are the wish's."""
    assert collect(freesound, wish(tmp_path, count=5)).there == 5
    assert len(site.searches) == 2
    asked = site.searches[0]
    assert asked["query"] == ["fox bark"]
    assert asked["filter"] == ['license:("Creative Commons 0" OR "Attribution") duration:[* TO 30]']


def test_the_token_goes_to_the_api_and_nowhere_else(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Not to the host of the previews, and not to where the next page is said to be."""
    collect(freesound, wish(tmp_path))
    assert site.tokens == ["Token secret"] * 3
    assert {token for _, _, token in site.previews} == {None}


def test_a_second_run_downloads_nothing(freesound: Freesound, site: Site, tmp_path: Path) -> None:
    """What is there is counted, and the table stays as it is."""
    collect(freesound, wish(tmp_path))
    table = (tmp_path / "labels.csv").read_bytes()
    got = collect(freesound, wish(tmp_path))
    assert (got.there, got.new) == (7, 0)
    assert len(site.previews) == 7
    assert (tmp_path / "labels.csv").read_bytes() == table


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_download_that_breaks_off_goes_on(
    freesound: Freesound, site: Site, tmp_path: Path, waits: list[float], *, takes_ranges: bool
) -> None:
    """The rest is asked for; a server that sends all of it again is understood."""
    site.takes_ranges = takes_ranges
    site.breaks["3.ogg"] = 1000
    collect(freesound, wish(tmp_path), waits.append)
    assert (tmp_path / "fox" / "3.ogg").read_bytes() == site.audio["3.ogg"]
    (first, again) = [asked for name, asked, _ in site.previews if name == "3.ogg"]
    assert (first, again) == (None, "bytes=1000-")
    assert waits == [2.0]
    assert not list(tmp_path.rglob("*.part"))


def test_a_part_of_yesterday_is_used(freesound: Freesound, site: Site, tmp_path: Path) -> None:
    """Also when it is the whole file, but for its name, or longer than the file can be."""
    folder = tmp_path / "fox"
    folder.mkdir()
    (folder / "1.ogg.part").write_bytes(site.audio["1.ogg"][:500])
    (folder / "2.ogg.part").write_bytes(site.audio["2.ogg"])
    (folder / "5.ogg.part").write_bytes(site.audio["5.ogg"] + b"more")
    collect(freesound, wish(tmp_path), lambda _: None)
    for name in ("1.ogg", "2.ogg", "5.ogg"):
        assert (folder / name).read_bytes() == site.audio[name]
    assert ("1.ogg", "bytes=500-", None) in site.previews


def test_an_interruption_keeps_what_there_is(site: Site, tmp_path: Path) -> None:
    """Ctrl-C leaves a table of all that is whole; the same wish goes on from there."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    site.breaks["4.ogg"] = 100
    freesound = Freesound("secret", f"{site.address}/apiv2/")
    with pytest.raises(KeyboardInterrupt):
        collect(freesound, wish(tmp_path), interrupted)
    assert len((tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()) == 1 + 4
    got = collect(freesound, wish(tmp_path))
    assert (got.there, got.new) == (7, 3)


def test_the_command_line(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`prepare freesound` takes the token from the environment and says what came of it."""
    command = ["prepare", "freesound", "--query", "fox", "--label", "fox", "--license", "by"]
    command += ["--folder", str(tmp_path), "--grouped-by", "clip"]
    monkeypatch.delenv("FREESOUND_TOKEN", raising=False)
    assert main(command) == 78
    assert "FREESOUND_TOKEN is not set" in capsys.readouterr().err
    monkeypatch.setenv("FREESOUND_TOKEN", "secret")
    monkeypatch.setenv("FREESOUND_API", f"{site.address}/apiv2")
    assert main(command) == 0
    assert "fox: 4 recordings" in capsys.readouterr().out
    assert main([*command, "--count", "0"]) == 78
