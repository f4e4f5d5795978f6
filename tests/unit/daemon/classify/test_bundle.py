"""Finding a bundle, and detecting an incomplete one."""

import dataclasses
import os
import shutil
from pathlib import Path

import pytest
from foreign_bundle import tiny_model, write_bundle

from soundpost.classify import load_bundle
from soundpost.errors import BundleError
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, ONNX_FILE, RANGE_FILE

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a copy of the tiny bundle, to be damaged."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def test_a_whole_bundle_loads() -> None:
    """A loaded bundle has its folder, its manifest and its model."""
    bundle = load_bundle(TINY)
    assert bundle.folder == TINY
    assert bundle.manifest.label_names == ["hiss", "hum", "hush"]
    assert bundle.model == (TINY / MODEL_FILE).read_bytes()


def test_the_model_is_not_printed_with_the_bundle() -> None:
    """The representation of a bundle does not contain the model's bytes."""
    assert len(repr(load_bundle(TINY))) < 4_000


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE, MANIFEST_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """The message names the missing file."""
    (folder / name).unlink()
    with pytest.raises(BundleError, match=rf"{name}.*No such file"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_a_file_cut_short_is_distinguished_from_damage(folder: Path, name: str) -> None:
    """The message for an interrupted copy gives both sizes."""
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    sizes = f"expected {len(whole)} bytes, got {len(whole) - 1}"
    with pytest.raises(BundleError, match=f"{name} is cut short: {sizes}"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_an_empty_file_is_cut_short(folder: Path, name: str) -> None:
    """An empty file counts as cut short."""
    (folder / name).write_bytes(b"")
    with pytest.raises(BundleError, match="cut short"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_a_longer_file_is_another_file(folder: Path, name: str) -> None:
    """A file with another size is the file of another export."""
    path = folder / name
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BundleError, match=f"{name} is another file"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL_FILE, GOLDEN_FILE])
def test_one_flipped_bit_is_detected(folder: Path, name: str) -> None:
    """A bit that a worn-out SD card flipped is detected by the hash."""
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=f"{name} is damaged or another file: expected sha256"):
        load_bundle(folder)


def test_swapped_files_are_detected(folder: Path) -> None:
    """The message reports a model and golden vectors under each other's names."""
    model, golden = (folder / MODEL_FILE).read_bytes(), (folder / GOLDEN_FILE).read_bytes()
    (folder / MODEL_FILE).write_bytes(golden)
    (folder / GOLDEN_FILE).write_bytes(model)
    with pytest.raises(BundleError, match=f"{MODEL_FILE} is swapped"):
        load_bundle(folder)


def test_the_model_of_another_bundle_is_refused(folder: Path) -> None:
    """A valid model that is not the manifest's is refused."""
    shutil.copy(TINY.with_name("tiny-float") / MODEL_FILE, folder / MODEL_FILE)
    with pytest.raises(BundleError, match=f"{MODEL_FILE} is another file"):
        load_bundle(folder)


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    """A folder under the model's name is a BundleError, not an OSError."""
    (folder / MODEL_FILE).unlink()
    (folder / MODEL_FILE).mkdir()
    with pytest.raises(BundleError, match=f"{MODEL_FILE} cannot be read: Is a directory"):
        load_bundle(folder)


def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(folder: Path) -> None:
    """Opening it would wait for a writer."""
    for name in (MANIFEST_FILE, MODEL_FILE, GOLDEN_FILE):
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with pytest.raises(BundleError, match="it is a pipe, not a file"):
            load_bundle(folder)
        (folder / name).unlink()
        (folder / name).write_bytes(content)


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    """A terabyte without content is as large as any."""
    os.truncate(folder / MODEL_FILE, 10**12)
    with pytest.raises(BundleError, match=r"is another file: .* got 1000000000000"):
        load_bundle(folder)
    os.truncate(folder / MANIFEST_FILE, 10**12)
    with pytest.raises(BundleError, match="it is larger than 4 MB"):
        load_bundle(folder)


def test_the_file_of_the_model_is_the_one_of_its_runtime() -> None:
    """A bundle whose runtime is ONNX has no TFLite file."""
    folder = TINY.with_name("tiny-onnx")
    assert load_bundle(folder).model == (folder / ONNX_FILE).read_bytes()
    assert load_bundle(folder).range_model is None


@pytest.fixture
def with_range(tmp_path: Path) -> Path:
    """Provides a bundle whose range model is some TFLite file."""
    range_model = (TINY / MODEL_FILE).read_bytes()
    model = dataclasses.replace(tiny_model("tiny-two-outputs"), range_model=range_model)
    return write_bundle(tmp_path / "with-range", model).folder


def test_a_range_model_is_loaded_with_its_bundle(with_range: Path) -> None:
    """Its bytes are those of its file."""
    assert load_bundle(with_range).range_model == (with_range / RANGE_FILE).read_bytes()


def test_a_damaged_range_model_is_refused(with_range: Path) -> None:
    """It would hide the wrong labels."""
    content = bytearray((with_range / RANGE_FILE).read_bytes())
    content[-1] ^= 1
    (with_range / RANGE_FILE).write_bytes(content)
    with pytest.raises(BundleError, match=rf"{RANGE_FILE} is damaged or another file"):
        load_bundle(with_range)


def test_a_missing_range_model_is_named(with_range: Path) -> None:
    """A bundle that names one is not complete without it."""
    (with_range / RANGE_FILE).unlink()
    with pytest.raises(BundleError, match=rf"{RANGE_FILE} cannot be read: No such file"):
        load_bundle(with_range)


def test_the_model_in_the_place_of_the_range_model_is_swapped(with_range: Path) -> None:
    """The message names the file that it is."""
    shutil.copy(with_range / MODEL_FILE, with_range / RANGE_FILE)
    with pytest.raises(BundleError, match=f"{RANGE_FILE} is swapped: it is {MODEL_FILE} of"):
        load_bundle(with_range)
