"""Pictures and clips, from a real folder of clips."""

import json
from pathlib import Path

import pytest
from notify_parts import content

from soundpost_notify.deliver.attachments import ClipFolders
from soundpost_notify.queue.content import Content

EVENT = "01a1f7dd-f708-752e-89a7-834df2a74de4"
STEM = "20261120T120000Z-dog-f2a74de4"
MESSAGE = content(event=EVENT, clip=f"{STEM}.flac", attach=["clip", "picture"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a folder with one clip."""
    sidecar = {
        "schema": 1,
        "clip": f"{STEM}.flac",
        "start": "2026-11-20T11:59:59.000Z",
        "seconds": 3.0,
        "onset_seconds": 1.0,
        "offset_seconds": 2.0,
        "muted": [],
        "detection": {
            "id": EVENT,
            "label": "dog",
            "score": 0.9,
            "onset": "2026-11-20T12:00:00.000Z",
            "clock": "synced",
        },
    }
    (tmp_path / f"{STEM}.json").write_text(json.dumps(sidecar))
    (tmp_path / f"{STEM}.png").write_bytes(b"picture")
    (tmp_path / f"{STEM}.flac").write_bytes(b"clip" * 100)
    return tmp_path


def load(folder: Path, message: Content = MESSAGE, largest_bytes: int = 1_000) -> list[str]:
    """Returns the names of the files, and the lines about missing ones."""
    files, lines = ClipFolders({"gate": str(folder)}).load(message, largest_bytes)
    return [file.name for file in files] + lines


def test_the_picture_comes_first(folder: Path) -> None:
    """A service that takes one file gets it."""
    assert load(folder) == [f"{STEM}.png", f"{STEM}.flac"]


def test_a_rule_without_files_reads_nothing(folder: Path) -> None:
    """Not even the folder."""
    assert load(folder, content(event=EVENT, clip=f"{STEM}.flac")) == []


def test_a_file_that_is_too_large_is_left_out(folder: Path) -> None:
    """With a line about it."""
    assert load(folder, largest_bytes=399) == [
        f"{STEM}.png",
        "The clip is gone, or larger than 0.000399 MB.",
    ]


@pytest.mark.parametrize(
    "clip",
    [
        "../../etc/passwd.flac",
        "/etc/passwd",
        f"x/{STEM}.flac",
        f"{STEM}.flac\x00",
        f"{STEM}",
        "20261120T120000Z-dog-ffffffff.flac",
        "x" * 200,
    ],
)
def test_a_hostile_name_reads_no_other_file(folder: Path, clip: str) -> None:
    """The name comes over MQTT."""
    message = content(event=EVENT, clip=clip, attach=["clip"])
    found = load(folder, message)
    assert found in (["The clip is not on this machine."], ["The clip is gone."]) or found == [
        f"{STEM}.flac"
    ]
    assert (found == [f"{STEM}.flac"]) == (clip == STEM)


def test_a_clip_of_another_event_is_not_attached(folder: Path) -> None:
    """A message cannot name the sound of another one."""
    assert load(folder, content(event="other", clip=f"{STEM}.flac", attach=["clip"])) == [
        "The clip is gone."
    ]


def test_a_link_is_not_followed(folder: Path) -> None:
    """Nor is a file of another kind read."""
    (folder / f"{STEM}.png").unlink()
    (folder / f"{STEM}.png").symlink_to("/etc/hostname")
    assert load(folder) == ["The clip is gone."]


def test_the_clip_of_another_machine_is_a_line(folder: Path) -> None:
    """So is an event without one."""
    assert load(folder, content(node="barn", clip=f"{STEM}.flac", attach=["clip"])) == [
        "The clip is not on this machine."
    ]
    assert load(folder, content(attach=["clip"])) == ["The node stored no clip."]
