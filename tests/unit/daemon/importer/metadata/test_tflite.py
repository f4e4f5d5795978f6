"""The metadata that TFLite files carry."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.importer.metadata.tflite import TfliteMetadata, read_tflite_metadata

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-float" / "model.tflite"


def with_files(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Returns a model that carries files, as a zip file behind it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return TINY.read_bytes() + buffer.getvalue()


@pytest.fixture(scope="module")
def yamnet(shared_data: Path) -> bytes:
    """Provides YAMNet as it is published, with metadata."""
    return (shared_data / "yamnet" / "yamnet.tflite").read_bytes()


def test_a_published_model_states_rate_licence_and_labels(yamnet: bytes) -> None:
    """YAMNet's metadata have all of them."""
    metadata = read_tflite_metadata(yamnet)
    assert (metadata.sample_rate_hz, metadata.channels) == (16_000, 1)
    assert metadata.name == "yamnet/classification"
    assert metadata.licence.startswith("Apache License. Version 2.0")
    assert list(metadata.label_maps) == ["yamnet_label_list.txt"]
    assert metadata.label_maps["yamnet_label_list.txt"].startswith(b"Speech\nChild speech, kid")


def test_a_model_without_metadata_states_nothing() -> None:
    """It is not an error."""
    assert read_tflite_metadata(TINY.read_bytes()) == TfliteMetadata()


def test_only_text_files_are_read() -> None:
    """A model may carry vocabularies and pictures too."""
    model = with_files({"labels.txt": b"Dog\n", "icon.png": b"\x89PNG", "sub/": b""})
    assert read_tflite_metadata(model).label_maps == {"labels.txt": b"Dog\n"}


def test_a_file_that_unpacks_to_gigabytes_is_left_out() -> None:
    """A zip bomb of the model's own takes no memory."""
    model = with_files({"bomb.txt": b"a" * 50_000_000, "labels.txt": b"Dog\n"})
    assert len(model) < 200_000
    assert read_tflite_metadata(model).label_maps == {"labels.txt": b"Dog\n"}


def test_a_huge_directory_is_not_read() -> None:
    """Each entry would take memory."""
    model = with_files({f"{number}.txt": b"" for number in range(2_000)})
    assert read_tflite_metadata(model).label_maps == {}


def test_a_damaged_zip_file_has_no_labels() -> None:
    """A wrong checksum, an unknown compression, a cut directory."""
    whole = with_files({"labels.txt": b"Dog\nCat\n"}, zipfile.ZIP_STORED)
    at = whole.rindex(b"Dog")
    assert read_tflite_metadata(whole[:at] + b"Fox" + whole[at + 3 :]).label_maps == {}
    header = whole.index(b"PK\x01\x02")
    odd = whole[: header + 10] + struct.pack("<H", 99) + whole[header + 12 :]
    assert read_tflite_metadata(odd).label_maps == {}
    assert read_tflite_metadata(whole[:-30]).label_maps == {}


@settings(max_examples=50)
@given(data=st.data())
def test_no_change_of_bytes_is_a_traceback(yamnet: bytes, data: st.DataObject) -> None:
    """Offsets of the metadata may lead anywhere; a cut model ends anywhere."""
    start = yamnet.index(b"TFLITE_METADATA")
    changed = bytearray(yamnet[:2_000] + yamnet[start - 2_000 : start + 2_000] + yamnet[-9_000:])
    for _ in range(data.draw(st.integers(1, 20))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read_tflite_metadata(bytes(changed)), TfliteMetadata)


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_identifier_are_read(content: bytes) -> None:
    """No file is a traceback."""
    metadata = read_tflite_metadata(b"\x1c\x00\x00\x00TFL3" + content)
    assert metadata.sample_rate_hz >= 0
