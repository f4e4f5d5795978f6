"""The folder of a package: the files that are kept, limits of sizes, and safe paths."""

import io
from pathlib import Path

import pytest

from soundpost_training.sources.debian import package_folder
from soundpost_training.sources.debian.package_folder import PackageFolder, safe_path


def add(folder: PackageFolder, name: str, content: bytes = b"sound") -> None:
    """Adds a file."""
    folder.add(name, io.BytesIO(content), len(content))


def names(folder: Path) -> list[str]:
    """Returns the paths of the files below a folder."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_sounds_and_the_copyright_file_are_kept(tmp_path: Path) -> None:
    """Suffixes may be capitals; a file named copyright elsewhere is not one."""
    folder = PackageFolder(tmp_path)
    for name in ("./a/B.OGG", "a/c.png", "usr/share/doc/p/copyright", "a/copyright"):
        add(folder, name)
    assert names(tmp_path) == ["a/B.OGG", "usr/share/doc/p/copyright"]
    assert not folder.left_out


@pytest.mark.parametrize(
    "name", ["/etc/a.wav", "../a.wav", "a/../../b.wav", "..\\a.wav", "a\0b.wav", "", "./"]
)
def test_a_path_that_leads_out_is_not_safe(name: str) -> None:
    """Neither absolute paths nor parents, also with the separators of Windows."""
    assert safe_path(name) is None


def test_a_file_with_the_path_of_a_folder_is_left_out(tmp_path: Path) -> None:
    """And a folder with the path of a file."""
    folder = PackageFolder(tmp_path)
    for name in ("a.wav/b.wav", "a.wav", "c.wav", "c.wav/d.wav"):
        add(folder, name)
    assert names(tmp_path) == ["a.wav/b.wav", "c.wav"]
    assert len(folder.left_out) == 2


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file alone, and all files of a package together."""
    monkeypatch.setattr(package_folder, "LARGEST_BYTES", 10)
    monkeypatch.setattr(package_folder, "LARGEST_PACKAGE_BYTES", 15)
    folder = PackageFolder(tmp_path)
    add(folder, "a.wav", b"x" * 11)
    add(folder, "b.wav", b"x" * 10)
    add(folder, "c.zip", b"x" * 11)
    add(folder, "d.wav", b"x" * 6)
    assert names(tmp_path) == ["b.wav"]
    assert [line.split()[0] for line in folder.left_out] == ["a.wav", "c.zip", "d.wav"]
