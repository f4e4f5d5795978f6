"""A bundle is written whole, or not at all."""

import shutil
from pathlib import Path

import pytest

from soundpost.errors import BundleError, BundleImportError
from soundpost.importer.write import refuse_existing, write_bundle

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-float"
FILES = {path.name: path.read_bytes() for path in TINY.iterdir()}


def listed(folder: Path) -> list[str]:
    """Returns the names in a folder, with hidden ones."""
    return sorted(path.name for path in folder.iterdir())


def test_a_bundle_has_its_files_which_others_can_read(tmp_path: Path) -> None:
    """The service runs as another user; nothing else is left."""
    folder = tmp_path / "models" / "mine"
    write_bundle(folder, FILES, is_forced=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in folder.iterdir())
    assert listed(tmp_path / "models") == ["mine"]


def test_a_bundle_that_the_daemon_refuses_is_not_written(tmp_path: Path) -> None:
    """A bundle of that name stays as it was."""
    folder = tmp_path / "mine"
    write_bundle(folder, FILES, is_forced=False)
    broken = FILES | {"model.tflite": b"cut"}
    with pytest.raises(BundleError, match="cut short"):
        write_bundle(folder, broken, is_forced=True)
    assert (folder / "model.tflite").read_bytes() == FILES["model.tflite"]
    assert listed(tmp_path) == ["mine"]


def test_what_is_there_is_replaced_only_if_it_is_a_bundle_and_that_is_wanted(
    tmp_path: Path,
) -> None:
    """A folder of other things is never removed, and neither is a link's target."""
    folder = tmp_path / "mine"
    write_bundle(folder, FILES, is_forced=False)
    with pytest.raises(BundleImportError, match="exists"):
        write_bundle(folder, FILES, is_forced=False)
    (folder / "old").write_text("")
    write_bundle(folder, FILES, is_forced=True)
    assert not (folder / "old").exists()
    photos = tmp_path / "photos"
    photos.mkdir()
    link = tmp_path / "link"
    link.symlink_to(folder)
    for target in (photos, link):
        with pytest.raises(BundleImportError, match="expected a bundle to replace"):
            refuse_existing(target, is_forced=True)
    assert listed(tmp_path) == ["link", "mine", "photos"]


def test_what_a_killed_import_left_is_removed(tmp_path: Path) -> None:
    """Both folders that it may leave have hidden names."""
    shutil.copytree(TINY, tmp_path / ".mine.part")
    shutil.copytree(TINY, tmp_path / ".mine.old")
    write_bundle(tmp_path / "mine", FILES, is_forced=False)
    write_bundle(tmp_path / "mine", FILES, is_forced=True)
    assert listed(tmp_path) == ["mine"]


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file stands where the folder of models should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleImportError, match="cannot be written"):
        write_bundle(tmp_path / "file" / "mine", FILES, is_forced=False)
