"""Finding a bundle, and noticing when it is not whole."""

import shutil
from pathlib import Path

import pytest

from soundpost.classify import find_bundle, load_bundle
from soundpost.errors import BundleError
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny bundle, to be damaged."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def test_a_whole_bundle_loads() -> None:
    """What was read is what the manifest says, and where it was found."""
    bundle = load_bundle(TINY)
    assert bundle.folder == TINY
    assert bundle.manifest.label_names == ["hiss", "hum", "hush"]
    assert bundle.model == (TINY / MODEL_FILE).read_bytes()


def test_the_model_is_not_printed_with_the_bundle() -> None:
    """A traceback or a log line does not spill a model's bytes."""
    assert len(repr(load_bundle(TINY))) < 4_000


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE, MANIFEST_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """The message says which file is not there."""
    (folder / name).unlink()
    with pytest.raises(BundleError, match=rf"{name}.*No such file"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_a_file_cut_short_is_told_from_damage(folder: Path, name: str) -> None:
    """An interrupted copy is called so, with both sizes."""
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    sizes = f"expected {len(whole)} bytes, got {len(whole) - 1}"
    with pytest.raises(BundleError, match=f"{name} is cut short: {sizes}"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_an_empty_file_is_cut_short(folder: Path, name: str) -> None:
    """Nothing at all is the shortest cut."""
    (folder / name).write_bytes(b"")
    with pytest.raises(BundleError, match="cut short"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_a_longer_file_is_another_file(folder: Path, name: str) -> None:
    """The model of another export has another size."""
    path = folder / name
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BundleError, match=f"{name} is another file"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_one_flipped_bit_is_noticed(folder: Path, name: str) -> None:
    """A worn-out SD card does not change what a post hears."""
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=f"{name} is damaged or another file: expected sha256"):
        load_bundle(folder)


def test_files_swapped_with_each_other_are_called_so(folder: Path) -> None:
    """Model and golden vectors under each other's names."""
    model, golden = (folder / MODEL_FILE).read_bytes(), (folder / GOLDEN_FILE).read_bytes()
    (folder / MODEL_FILE).write_bytes(golden)
    (folder / GOLDEN_FILE).write_bytes(model)
    with pytest.raises(BundleError, match=f"{MODEL_FILE} is swapped"):
        load_bundle(folder)


def test_the_model_of_another_bundle_is_refused(folder: Path) -> None:
    """A real model, but not the one that the manifest was written for."""
    shutil.copy(TINY.with_name("tiny-float") / MODEL_FILE, folder / MODEL_FILE)
    with pytest.raises(BundleError, match=f"{MODEL_FILE} is another file"):
        load_bundle(folder)


def test_a_folder_in_a_files_place_is_no_file(folder: Path) -> None:
    """An odd thing under the model's name is told, not raised as it came."""
    (folder / MODEL_FILE).unlink()
    (folder / MODEL_FILE).mkdir()
    with pytest.raises(BundleError, match=f"{MODEL_FILE} cannot be read: Is a directory"):
        load_bundle(folder)


def test_a_path_is_taken_as_it_is(folder: Path) -> None:
    """A slash makes it a path."""
    assert find_bundle(str(folder)) == folder


def test_a_path_may_begin_at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config file may say ~/bundle, which no shell expands."""
    monkeypatch.setenv("HOME", str(folder.parent))
    assert find_bundle("~/tiny") == folder


def test_a_bare_name_is_looked_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOUNDPOST_MODELS says where bundles lie."""
    monkeypatch.setenv("SOUNDPOST_MODELS", str(folder.parent))
    assert find_bundle("tiny") == folder


def test_a_bare_name_is_no_folder_beside_the_caller(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a name means does not depend on where the daemon was started."""
    monkeypatch.delenv("SOUNDPOST_MODELS", raising=False)
    monkeypatch.chdir(folder.parent)
    with pytest.raises(BundleError, match="no bundle 'tiny'"):
        find_bundle("tiny")


def test_an_unknown_name_lists_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chosen folder, package, checkout, system: in that order."""
    monkeypatch.setenv("SOUNDPOST_MODELS", str(tmp_path))
    with pytest.raises(BundleError) as caught:
        find_bundle("no-such")
    looked = str(caught.value).partition("looked for ")[2].split(", ")
    assert looked[0] == str(tmp_path / "no-such")
    assert looked[1].endswith("soundpost/models/no-such")
    assert looked[-1] == "/usr/share/soundpost/models/no-such"


@pytest.mark.parametrize("name", ["", "./nowhere", "/nowhere/at/all"])
def test_what_is_not_there_is_refused(name: str) -> None:
    """An empty name, and paths to nothing."""
    with pytest.raises(BundleError, match="no bundle"):
        find_bundle(name)


def test_a_dot_is_the_folder_one_stands_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--bundle .` needs no slash to be understood, and is no name among the models."""
    monkeypatch.setenv("SOUNDPOST_MODELS", "/nowhere")
    monkeypatch.chdir(folder)
    assert find_bundle(".").resolve() == folder.resolve()
