"""Fetching of packages: cache, .deb files, apt-get; damaged and unfree packages."""

import shutil
from pathlib import Path

import pytest
from made_debs import COPYRIGHT, make_deb, wav

from soundpost_training.errors import DatasetError
from soundpost_training.sources.debian.fetch import fetch, read_state
from soundpost_training.sources.debian.package_folder import FILES, STATE
from soundpost_training.sources.debian.read import read_packages
from soundpost_training.sources.debian.table import Rule

pytestmark = pytest.mark.usefixtures("dpkg_deb")

NAME = "soundpost-test-sounds"
FILES_OF_DEB = {
    f"./usr/share/games/{NAME}/a.wav": wav(),
    f"./usr/share/games/{NAME}/picture.png": b"PNG",
    f"./usr/share/doc/{NAME}/copyright": COPYRIGHT,
}


def test_a_deb_file_in_the_cache_is_unpacked_once(tmp_path: Path) -> None:
    """Only sound and copyright are kept; the folder is found when the .deb is gone."""
    deb = make_deb(tmp_path, NAME, FILES_OF_DEB)
    folder = fetch(NAME, tmp_path)
    deb.unlink()
    assert fetch(NAME, tmp_path) == folder
    files = sorted(path.name for path in (folder / FILES).rglob("*") if path.is_file())
    assert files == ["a.wav", "copyright"]
    assert read_state(folder).version == "1.0-1"
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("end", [0, 100, 500, 4_000, -100])
def test_a_damaged_deb_leaves_nothing_in_the_cache(tmp_path: Path, end: int) -> None:
    """A file that is cut short is named, and no folder appears."""
    deb = make_deb(tmp_path, NAME, FILES_OF_DEB)
    deb.write_bytes(deb.read_bytes()[:end])
    with pytest.raises(DatasetError):
        fetch(NAME, tmp_path)
    assert list(tmp_path.iterdir()) == [deb]


@pytest.mark.parametrize("section", ["non-free/games", "contrib/sound", "non-free-firmware/misc"])
def test_only_packages_of_main_are_used(tmp_path: Path, section: str) -> None:
    """Packages of contrib and non-free need not have free licences."""
    make_deb(tmp_path, NAME, FILES_OF_DEB, section=section)
    with pytest.raises(DatasetError, match="not of Debian main"):
        fetch(NAME, tmp_path)


def test_a_deb_of_another_name_is_refused(tmp_path: Path) -> None:
    """A renamed file does not bring other sounds in."""
    make_deb(tmp_path, "soundpost-other", FILES_OF_DEB).rename(tmp_path / f"{NAME}_1_all.deb")
    with pytest.raises(DatasetError, match="is the package soundpost-other"):
        fetch(NAME, tmp_path)


def test_a_package_that_cannot_be_had_is_left_out_by_its_name(tmp_path: Path) -> None:
    """apt-get does not know it, or is not there; the other packages are still read."""
    rules = {NAME: [Rule(NAME, ("*",), (), "train", "all", "")]}
    (source,) = read_packages(tmp_path, rules=rules)
    assert not source.recordings
    assert source.left_out[0].startswith(f"{NAME}: apt-get")
    assert not list(tmp_path.iterdir())


def test_a_cache_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The error names the folder and the option."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="cannot be written") as caught:
        fetch(NAME, tmp_path / "file")
    assert "--cache" in caught.value.hint


def test_a_damaged_state_is_an_error_with_the_folder_to_remove(tmp_path: Path) -> None:
    """The file is written last, so only a person or a disk can damage it."""
    make_deb(tmp_path, NAME, FILES_OF_DEB)
    folder = fetch(NAME, tmp_path)
    (folder / STATE).write_text("{}")
    with pytest.raises(DatasetError, match=STATE) as caught:
        read_state(folder)
    assert str(folder) in caught.value.hint


def test_a_real_package_is_downloaded_by_apt(tmp_path: Path) -> None:
    """sound-theme-freedesktop, 0.4 MB: the licence of each file, and 8 kHz files left out."""
    if shutil.which("apt-get") is None:
        pytest.skip("needs apt-get")
    (source,) = read_packages(tmp_path, ["sound-theme-freedesktop"])
    if not source.recordings and "apt-get fails" in source.left_out[0]:
        pytest.skip(source.left_out[0])
    labels = {recording.path.stem: recording.labels for recording in source.recordings}
    assert labels["phone-incoming-call"] == ("telephone",)
    licences = {recording.path.stem: recording.licence for recording in source.recordings}
    assert licences["alarm-clock-elapsed"] == "CC-BY-SA-3.0"
    assert licences["audio-channel-front-left"] == "GPL-2+"
    assert any("sample rate 8000 Hz" in line for line in source.left_out)
