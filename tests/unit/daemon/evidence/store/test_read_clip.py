"""Reading the files of a clip: regular ones of a sensible size, and nothing else."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from descriptors import no_descriptors
from odd_files import KINDS, STEM, sidecar_of, write_sidecar

from soundpost.evidence.store.read_clip import (
    LARGEST_FILE_BYTES,
    LARGEST_SIDECAR_BYTES,
    FoundClip,
    NotAClipError,
    read_clip,
)

NOBODY = 65_534
SUFFIXES = (".json", ".png", ".flac")


@contextmanager
def must_not_wait() -> Iterator[None]:
    """Ends the test when a call waits, as opening a FIFO does."""

    def give_up(*_: object) -> None:
        raise TimeoutError("a call waits for the other end of a FIFO")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)


def write_clip_files(folder: Path) -> None:
    """Writes the files of a clip."""
    write_sidecar(folder)
    for suffix in SUFFIXES[1:]:
        (folder / f"{STEM}{suffix}").write_bytes(b"content")


def test_a_clip_is_read_with_its_sizes(tmp_path: Path) -> None:
    """The sizes are those of all its files."""
    write_clip_files(tmp_path)
    found = read_clip(tmp_path, STEM)
    assert isinstance(found, FoundClip)
    assert (found.stem, found.detection.label, found.has_sound) == (STEM, "dog", True)
    assert sorted(found.sizes) == sorted((tmp_path / f"{STEM}{s}").stat().st_size for s in SUFFIXES)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"an empty file", "an unreadable file"}))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_another_kind_is_no_clip(tmp_path: Path, kind: str, suffix: str) -> None:
    """It is neither opened nor followed, and the reason is given."""
    write_clip_files(tmp_path)
    (tmp_path / f"{STEM}{suffix}").unlink()
    KINDS[kind](tmp_path / f"{STEM}{suffix}")
    with must_not_wait(), pytest.raises(NotAClipError, match=r"link, a pipe|bytes"):
        read_clip(tmp_path, STEM)


def test_a_device_is_not_opened(tmp_path: Path) -> None:
    """Opening one may change its state, as that of a tape or a watchdog."""
    try:
        os.mknod(tmp_path / f"{STEM}.json", 0o660 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("to make a device needs root")
    with pytest.raises(NotAClipError, match="a device"):
        read_clip(tmp_path, STEM)


def test_a_file_without_permission_is_no_clip(tmp_path: Path) -> None:
    """The reason is that of the system."""
    write_clip_files(tmp_path)
    (tmp_path / f"{STEM}.json").chmod(0)
    user = os.geteuid()
    os.seteuid(user or NOBODY)  # root may read every file
    try:
        with pytest.raises(NotAClipError, match="Permission denied"):
            read_clip(tmp_path, STEM)
    finally:
        os.seteuid(user)


def valid() -> bytes:
    """Returns the content of a valid sidecar."""
    return json.dumps(sidecar_of(STEM)).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON",
        b"\x00" * 1000,
        b"[" * 200_000,
        b'{"schema": 1}',
        valid()[:-1],
        valid().replace(b"0.5", b"NaN"),
        valid().replace(b"0.5", b"Infinity"),
        valid().replace(b"0.5", b"1e999"),
        valid().replace(b"0.5", b"1e308"),
        valid().replace(b"0.5", b"-0.1"),
        valid().replace(b'"seconds": 2.0', b'"seconds": 1e308'),
        valid().replace(b'"score"', b'"scores"'),
        valid().replace(b'"synced"', b'"yesterday"'),
        valid().replace(b"2026-11-20T07", b"2026-11-20T77"),
        valid().replace(b"dog", b"d\xafg"),
        valid() + b" " * LARGEST_SIDECAR_BYTES,
    ],
)
def test_a_damaged_sidecar_is_no_clip(tmp_path: Path, content: bytes) -> None:
    """It is refused with a reason, whatever it holds."""
    write_clip_files(tmp_path)
    (tmp_path / f"{STEM}.json").write_bytes(content)
    with pytest.raises(NotAClipError, match=r".+"):
        read_clip(tmp_path, STEM)


def test_the_last_of_two_equal_keys_counts(tmp_path: Path) -> None:
    """Most readers of JSON read such a file like this."""
    write_clip_files(tmp_path)
    content = valid().replace(b'"score": 0.5', b'"score": 0.5, "score": 0.25')
    (tmp_path / f"{STEM}.json").write_bytes(content)
    found = read_clip(tmp_path, STEM)
    assert found
    assert found.detection.score == 0.25


@pytest.mark.parametrize("stem", ["20261320T073121Z-dog-0000000a", "00000101T000000Z-dog-0000000a"])
def test_an_impossible_time_in_a_name_is_no_clip(tmp_path: Path, stem: str) -> None:
    """Such a clip has no age."""
    sidecar = sidecar_of(STEM) | {"clip": f"{stem}.flac"}
    (tmp_path / f"{stem}.json").write_text(json.dumps(sidecar))
    with pytest.raises(NotAClipError, match=r".+"):
        read_clip(tmp_path, stem)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd.flac", "other.flac", "", "\x1b"])
def test_a_sidecar_with_another_name_in_it_is_of_another_program(tmp_path: Path, name: str) -> None:
    """No path is ever taken from a sidecar."""
    write_clip_files(tmp_path)
    (tmp_path / f"{STEM}.json").write_text(json.dumps(sidecar_of(STEM) | {"clip": name}))
    assert read_clip(tmp_path, STEM) is None


def test_a_clip_that_was_removed_meanwhile_is_gone(tmp_path: Path) -> None:
    """No file of it is left."""
    assert read_clip(tmp_path, STEM) is None


def test_a_sidecar_without_sound_is_incomplete(tmp_path: Path) -> None:
    """The sound is written last."""
    write_sidecar(tmp_path)
    found = read_clip(tmp_path, STEM)
    assert found
    assert not found.has_sound


def test_an_oversized_sound_is_no_clip(tmp_path: Path) -> None:
    """Its size would cost all other clips their place."""
    write_clip_files(tmp_path)
    os.truncate(tmp_path / f"{STEM}.flac", LARGEST_FILE_BYTES)
    assert read_clip(tmp_path, STEM)
    os.truncate(tmp_path / f"{STEM}.flac", LARGEST_FILE_BYTES + 1)
    with pytest.raises(NotAClipError, match="bytes"):
        read_clip(tmp_path, STEM)


def test_without_descriptors_no_clip_is_taken_for_another_file(tmp_path: Path) -> None:
    """It would not be counted any more, and the folder would outgrow its budget."""
    write_clip_files(tmp_path)
    with no_descriptors(), pytest.raises(OSError, match="Too many open files"):
        read_clip(tmp_path, STEM)
