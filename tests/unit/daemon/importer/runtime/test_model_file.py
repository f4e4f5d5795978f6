"""The file of a foreign model, and what is given in its place by mistake."""

from pathlib import Path

import pytest

from soundpost.errors import BundleImportError
from soundpost.importer.runtime.model_file import read_model_file

GOLDEN = Path(__file__).resolve().parents[4] / "golden"


def test_the_runtime_is_known_by_the_content() -> None:
    """TFLite has an identifier, ONNX begins with its version."""
    assert read_model_file(GOLDEN / "tiny-float" / "model.tflite").runtime == "tflite"
    onnx = read_model_file(GOLDEN / "tiny-onnx" / "model.onnx")
    assert (onnx.runtime, onnx.metadata.label_maps) == ("onnx", {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "got an empty file"),
        (b"hello world", "begins with b'hello wo'"),
        (b"\x89HDF\r\n\x1a\n", "a Keras model"),
        (b"PK\x03\x04abcd", "a zip file, such as of Keras or PyTorch"),
        (b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"),
        (b"<!DOCTYPE html>", "a web page"),
    ],
)
def test_another_file_is_refused_with_what_it_is(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """Whatever its name is; a text named ONNX is left to the runtime, which has no identifier."""
    for name in ("model.tflite", "model.onnx"):
        path = tmp_path / name
        path.write_bytes(content)
        if not (name.endswith("onnx") and content.startswith(b"hello")):
            with pytest.raises(BundleImportError, match=message):
                read_model_file(path)


def test_a_folder_an_absent_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    """A SavedModel is a folder."""
    with pytest.raises(BundleImportError, match="got a folder"):
        read_model_file(tmp_path)
    with pytest.raises(BundleImportError, match="No such file"):
        read_model_file(tmp_path / "model.tflite")
    huge = tmp_path / "huge.onnx"
    with huge.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(BundleImportError, match="larger than 256 MB"):
        read_model_file(huge)
