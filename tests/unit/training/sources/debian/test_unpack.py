"""Unpacking: what dpkg says of a .deb file and of an installed package, and damage."""

from pathlib import Path

import pytest
from made_debs import COPYRIGHT, make_deb, wav

from soundpost_training.errors import DatasetError
from soundpost_training.sources.debian.package_folder import PackageFolder
from soundpost_training.sources.debian.unpack import (
    Control,
    copy_installed,
    read_control,
    read_installed,
    run_tool,
    unpack_deb,
)

pytestmark = pytest.mark.usefixtures("dpkg_deb")

NAME = "soundpost-test-sounds"
FILES = {"./usr/share/a.wav": wav(), f"./usr/share/doc/{NAME}/copyright": COPYRIGHT}
INSTALLED = "base-files"
"""A package that every Debian has; it has a copyright file, and no sounds."""


def test_control_fields_are_those_of_the_file(tmp_path: Path) -> None:
    """Name, version and section."""
    deb = make_deb(tmp_path, NAME, FILES, section="sound")
    assert read_control(deb) == Control(NAME, "1.0-1", "sound")


@pytest.mark.parametrize("section", ["games", "main/sound", "sound"])
def test_sections_of_main_are_free(section: str) -> None:
    """Their names have no prefix, or the prefix main."""
    Control(NAME, "1", section).refuse_unfree()


@pytest.mark.parametrize("section", ["", "non-free/sound", "contrib/games", "non-free-firmware/x"])
def test_other_sections_are_refused(section: str) -> None:
    """A package without a section is not known to be free."""
    with pytest.raises(DatasetError, match="not of Debian main"):
        Control(NAME, "1", section).refuse_unfree()


def test_damage_within_the_archive_is_an_error(tmp_path: Path) -> None:
    """The control part is whole, and the data end within a sound."""
    deb = make_deb(tmp_path, NAME, FILES)
    deb.write_bytes(deb.read_bytes()[:-8_000])
    (tmp_path / "out").mkdir()
    with pytest.raises(DatasetError, match="is damaged"):
        unpack_deb(deb, PackageFolder(tmp_path / "out"))


def test_an_installed_package_is_copied_from_its_place(tmp_path: Path) -> None:
    """The copyright file is there, other files are not; links are counted."""
    control = read_installed(INSTALLED)
    if control is None:
        pytest.skip(f"needs {INSTALLED}, which every Debian has")
    assert control.package == INSTALLED
    folder = PackageFolder(tmp_path)
    copy_installed(INSTALLED, folder)
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert Path("usr/share/doc") / INSTALLED / "copyright" in files
    assert all(path.name == "copyright" for path in files)
    assert any("links are not followed" in line for line in folder.left_out)


def test_a_package_that_is_not_installed_has_no_fields() -> None:
    """No error: the package is looked for elsewhere then."""
    assert read_installed(NAME) is None


def test_a_tool_that_is_missing_fails_with_a_hint() -> None:
    """The hint says how a machine without Debian's tools gets the sounds."""
    with pytest.raises(DatasetError, match="is not installed") as caught:
        run_tool("soundpost-no-such-tool")
    assert "copy the cache folder" in caught.value.hint


def test_a_tool_that_hangs_is_ended() -> None:
    """The error names it."""
    with pytest.raises(DatasetError, match="sleep fails"):
        run_tool("sleep", "60", seconds=0.2)
