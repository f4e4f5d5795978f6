"""Finding of bundles by path and by name, and the hints for what is none."""

import shutil
from pathlib import Path

import pytest

from soundpost.classify import find_bundle, installed_bundles
from soundpost.errors import BundleError

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a copy of the tiny bundle."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def test_a_name_with_a_slash_is_a_path(folder: Path) -> None:
    """A name with a slash is used as a path."""
    assert find_bundle(str(folder)) == folder


def test_a_path_may_start_at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path from a configuration file, which no shell expands, may start with ~."""
    monkeypatch.setenv("HOME", str(folder.parent))
    assert find_bundle("~/tiny") == folder


def test_a_name_without_a_slash_is_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up in the folder SOUNDPOST_MODELS."""
    monkeypatch.setenv("SOUNDPOST_MODELS", str(folder.parent))
    assert find_bundle("tiny") == folder


def test_a_name_without_a_slash_is_not_a_folder_in_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The meaning of a name does not depend on the working directory."""
    monkeypatch.delenv("SOUNDPOST_MODELS", raising=False)
    monkeypatch.chdir(folder.parent)
    with pytest.raises(BundleError, match="no bundle 'tiny'"):
        find_bundle("tiny")


def test_an_unknown_name_lists_the_places_that_were_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The places are the chosen folder, the package, the checkout and the system, in order."""
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    with pytest.raises(BundleError) as caught:
        find_bundle("no-such")
    looked = str(caught.value).partition("looked for ")[2].split(", ")
    assert looked[0] == str(tmp_path / "no-such")
    assert looked[1].endswith("soundpost/models/no-such")
    assert looked[-1] == "/usr/share/soundpost/models/no-such"


@pytest.mark.parametrize("name", ["", "./nowhere", "/nowhere/at/all"])
def test_an_absent_bundle_is_refused(name: str) -> None:
    """An empty name and paths to nothing are refused."""
    with pytest.raises(BundleError, match="no bundle"):
        find_bundle(name)


def test_a_dot_is_the_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--bundle .` needs no slash, and is not looked up among the models."""
    monkeypatch.setenv("SOUNDPOST_MODELS", "/nowhere")
    monkeypatch.chdir(folder)
    assert find_bundle(".").resolve() == folder.resolve()


def hint_of(name: str) -> str:
    """Returns the hint for a name that is no bundle."""
    with pytest.raises(BundleError) as caught:
        find_bundle(name)
    return caught.value.hint


@pytest.mark.parametrize("name", ["esc-50", "ESC50", "esc5O", "./esc5O/", "esc50_"])
def test_a_name_like_one_that_is_installed_gets_it_as_a_hint(name: str) -> None:
    """A typing error costs no search."""
    assert hint_of(name).startswith("did you mean esc50?")


def test_a_folder_without_a_slash_gets_it_as_a_hint(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of a folder in the working directory is most likely meant as one."""
    monkeypatch.chdir(folder.parent)
    assert hint_of("tiny").startswith("did you mean ./tiny?")


@pytest.mark.parametrize("file", ["model.tflite", "manifest.json", "golden.npz"])
def test_a_file_of_a_bundle_gets_its_folder_as_a_hint(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """Other programs are given the file of the model."""
    assert (
        hint_of(str(folder / file)) == f"a bundle is a folder; give the one of this file: {folder}/"
    )
    monkeypatch.chdir(folder)
    assert hint_of(file).endswith("./.")


@pytest.mark.parametrize("name", ["x.tflite", "/absent/x.tflite"])
def test_a_model_without_a_bundle_gets_the_way_to_make_one(name: str) -> None:
    """A model alone does not say how its input is made."""
    assert "soundpost-train export" in hint_of(name)


@pytest.mark.parametrize("name", ["x" * 300, "/" + "x" * 300, "a\0b", "/a\0b", "~nobody-at-all/x"])
def test_a_name_that_no_folder_can_have_is_refused(name: str) -> None:
    """It is an error with a hint, like any other."""
    assert hint_of(name)


def test_installed_bundles_are_found_once_each_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder in SOUNDPOST_MODELS hides one of the same name that came with soundpost."""
    mine = folder.rename(folder.parent / "esc50")
    (folder.parent / "no-bundle").mkdir()
    monkeypatch.setenv("SOUNDPOST_MODELS", str(folder.parent))
    found = list(installed_bundles())
    assert mine in found
    assert [path.name for path in found] == ["esc10", "esc50", "esc50-outdoors", "everyday"]
