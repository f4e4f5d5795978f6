"""Sound files in zip files, Qt's resources and OpenTTD's sound sets; damaged archives."""

import io
import struct
import zipfile
import zlib

import pytest

from soundpost_training.sources.debian.archive_error import ArchiveError
from soundpost_training.sources.debian.archives import audio_members

AUDIO = {".wav"}


def zip_of(files: dict[str, bytes]) -> bytes:
    """Returns a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def cat_of(sounds: list[tuple[str, bytes]]) -> bytes:
    """Returns a sound set of OpenTTD."""
    table, body = b"", b""
    start = 8 * len(sounds)
    for text, sound in sounds:
        table += struct.pack("<II", (start + len(body)) | 0x8000_0000, len(sound))
        body += bytes([len(text)]) + text.encode() + sound
    return table + body


def rcc_of(*, compressed: bool) -> bytes:
    """Returns a resource file of version 3 with a folder `a` that has `b.wav` and `c.txt`."""
    names, offsets = b"", {}
    for name in ("a", "b.wav", "c.txt"):
        offsets[name] = len(names)
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    sound = b"sound" * 100
    stored = struct.pack(">I", len(sound)) + zlib.compress(sound) if compressed else sound
    data = struct.pack(">I", len(stored)) + stored
    entries = [
        struct.pack(">IHIIQ", 0, 2, 1, 1, 0),
        struct.pack(">IHIIQ", offsets["a"], 2, 2, 2, 0),
        struct.pack(">IHHHIQ", offsets["b.wav"], int(compressed), 0, 0, 0, 0),
        struct.pack(">IHHHIQ", offsets["c.txt"], 0, 0, 0, 0, 0),
    ]
    tree = b"".join(entries)
    start = 20
    header = struct.pack(
        ">4sIIII", b"qres", 3, start, start + len(tree), start + len(tree) + len(data)
    )
    return header + tree + data + names


def members(suffix: str, content: bytes) -> dict[str, bytes]:
    """Returns the sound files of an archive by their names."""
    return dict(audio_members(suffix, content, AUDIO))


@pytest.mark.parametrize("suffix", [".zip", ".pk3", ".wz"])
def test_zip_files_are_read_under_their_names(suffix: str) -> None:
    """Suffixes of members may be capitals; other files are not read."""
    content = zip_of({"s/A.WAV": b"1", "readme.txt": b"2"})
    assert members(suffix, content) == {"s/A.WAV": b"1"}


@pytest.mark.parametrize("compressed", [False, True])
def test_qt_resources_are_read(compressed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A file has the path of its folders, and zlib's compression is undone."""
    assert members(".rcc", rcc_of(compressed=compressed)) == {"a/b.wav": b"sound" * 100}


def test_sounds_of_openttd_are_named_by_their_titles() -> None:
    """An empty WAV, a header alone, is left out."""
    content = cat_of([('"Old cow". By A.', b"x" * 50), ('"Unused"', b"y" * 44)])
    assert members(".cat", content) == {"000-old-cow.wav": b"x" * 50}


@pytest.mark.parametrize("suffix", [".zip", ".rcc", ".cat"])
def test_an_archive_that_is_cut_short_is_an_error(suffix: str) -> None:
    """At whatever byte it ends, the error is the one that is counted."""
    whole = {
        ".zip": zip_of({"a.wav": bytes(range(256))}),
        ".rcc": rcc_of(compressed=True),
        ".cat": cat_of([('"Cow"', b"x" * 50)]),
    }[suffix]
    for end in range(len(whole) - 1):
        try:
            found = members(suffix, whole[:end])
        except ArchiveError:
            continue
        assert set(found) <= set(members(suffix, whole))


def test_a_resource_file_that_contains_itself_is_an_error() -> None:
    """A folder that lists itself does not run for ever."""
    content = bytearray(rcc_of(compressed=False))
    struct.pack_into(">II", content, 20 + 22 + 6, 1, 0)
    with pytest.raises(ArchiveError, match="listed twice"):
        members(".rcc", bytes(content))
