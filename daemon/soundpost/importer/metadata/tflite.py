"""The metadata of a TFLite file: its rate, its licence, and the label maps that it carries.

Models with metadata (https://ai.google.dev/edge/litert/models/metadata) hold a second FlatBuffer
in a buffer of the first, and are a zip file too: the associated files stand behind the model.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from soundpost.importer.metadata.flatbuffer import MALFORMED, Table, root

METADATA_NAME = "TFLITE_METADATA"
IDENTIFIER = b"TFL3"
"""Bytes 4 to 8 of a TFLite file."""

LARGEST_LABEL_MAP = 4_000_000
"""Bytes, unpacked, as of a label file."""
_LARGEST_DIRECTORY = 64_000
"""Bytes of the list of files of a zip file; zipfile takes memory for each entry."""
_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES, _LONGEST_COMMENT = 22, 65_535

_AUDIO = 4
"""The type of the properties of sound among those of contents."""

_UNREADABLE = (
    *(OSError, EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error),
    *(RuntimeError, MemoryError, ValueError),
)
"""Exceptions of zipfile for files that are damaged, encrypted or compressed in unknown ways."""


@dataclass(frozen=True, slots=True)
class TfliteMetadata:
    """The metadata of a TFLite file; empty where it has none.

    Attributes:
        sample_rate_hz: The rate of its sound; 0 if unknown.
        channels: The channels of its sound; 0 if unknown.
        name: Its name.
        author: The author.
        licence: The licence.
        label_maps: The text files that it carries, by name.
    """

    sample_rate_hz: int = 0
    channels: int = 0
    name: str = ""
    author: str = ""
    licence: str = ""
    label_maps: dict[str, bytes] = field(default_factory=dict)


def read_tflite_metadata(model: bytes) -> TfliteMetadata:
    """Returns the metadata of a model; an empty one if it has none that can be read."""
    label_maps = dict(_text_files(model))
    try:
        metadata = _metadata_table(model)
        if metadata is None:
            return TfliteMetadata(label_maps=label_maps)
        sample_rate_hz, channels = _sound(metadata)
        return TfliteMetadata(
            sample_rate_hz=sample_rate_hz,
            channels=channels,
            name=metadata.text(0),
            author=metadata.text(4),
            licence=metadata.text(5),
            label_maps=label_maps,
        )
    except MALFORMED:
        return TfliteMetadata(label_maps=label_maps)


def _metadata_table(model: bytes) -> Table | None:
    """Returns the table ModelMetadata, which is in the buffer that the model names for it."""
    table = root(memoryview(model))
    buffers = list(table.tables(4))
    for entry in table.tables(6):
        if entry.text(0) == METADATA_NAME:
            return root(buffers[entry.number(1, "<I")].content(0))
    return None


def _sound(metadata: Table) -> tuple[int, int]:
    """Returns rate and channels of the first input that is sound, or zeros."""
    for subgraph in metadata.tables(3):
        for tensor in subgraph.tables(2):
            content = tensor.table(3)
            if content is not None and content.number(0, "<B") == _AUDIO:
                audio = content.table(1)
                if audio is not None:
                    return audio.number(0, "<I"), audio.number(1, "<I")
    return 0, 0


def _text_files(model: bytes) -> Iterator[tuple[str, bytes]]:
    """Yields the text files behind the model, as far as they can be read in bounded memory."""
    end = model.rfind(_END_RECORD, -_END_RECORD_BYTES - _LONGEST_COMMENT)
    directory_bytes = int.from_bytes(model[end + 12 : end + 16], "little")
    if end < 0 or directory_bytes > _LARGEST_DIRECTORY:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            for info in archive.infolist():
                if info.is_dir() or not info.filename.lower().endswith((".txt", ".csv")):
                    continue
                with archive.open(info) as file:
                    content = file.read(LARGEST_LABEL_MAP + 1)
                if len(content) <= LARGEST_LABEL_MAP:
                    yield info.filename, content
    except _UNREADABLE:
        return
