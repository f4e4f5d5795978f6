"""The journal: parts are there or not, of one set of settings, for one run at a time."""

import logging
from pathlib import Path

import pytest

from soundpost.archive.journal import FOLDER, open_journal
from soundpost.archive.part import Part
from soundpost.errors import ArchiveError, ConfigError

SETTINGS = {"soundpost": "1", "timezone": "UTC"}
KEY, OTHER_KEY = "ab" * 32, "cd" * 32
PART = Part(
    file="a.wav",
    sha256="5e" * 32,
    seconds=1.5,
    rate_hz=48_000,
    utc_ns=None,
    time_source="none",
    time_flags=("no_time",),
    damage="",
    rows=(),
)


def test_a_part_is_there_for_the_next_run(tmp_path: Path) -> None:
    """And for no other file."""
    with open_journal(tmp_path / "out", SETTINGS, is_forced=False) as journal:
        assert journal.read(KEY) is None
        journal.write(KEY, PART)
    with open_journal(tmp_path / "out", SETTINGS, is_forced=False) as journal:
        assert journal.read(KEY) == PART
        assert journal.read(OTHER_KEY) is None


@pytest.mark.parametrize("content", [b"", b'{"file": "a.wav"', b"{}", b"\xff\xfe"])
def test_a_damaged_part_is_done_again(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """With a warning that names it: a disk may lose what was written."""
    with open_journal(tmp_path, SETTINGS, is_forced=False) as journal:
        journal.write(KEY, PART)
        (path,) = tmp_path.rglob(f"{KEY}.json")
        path.write_bytes(content)
        with caplog.at_level(logging.WARNING):
            assert journal.read(KEY) is None
        assert str(path) in caplog.text
        journal.write(KEY, PART)
        assert journal.read(KEY) == PART


def test_settings_of_a_run_without_a_result_do_not_bind(tmp_path: Path) -> None:
    """A slip, such as a channel that no recording has, needs no --force."""
    other = SETTINGS | {"timezone": "Europe/Berlin"}
    with open_journal(tmp_path, SETTINGS, is_forced=False):
        pass
    with open_journal(tmp_path, other, is_forced=False) as journal:
        journal.write(KEY, PART)
    with (
        pytest.raises(ConfigError, match="timezone: Europe/Berlin before, UTC now"),
        open_journal(tmp_path, SETTINGS, is_forced=False),
    ):
        pass


def test_other_settings_are_refused_until_forced(tmp_path: Path) -> None:
    """Then all parts are gone, and the new settings hold."""
    other = SETTINGS | {"timezone": "Europe/Berlin"}
    with open_journal(tmp_path, SETTINGS, is_forced=False) as journal:
        journal.write(KEY, PART)
    with (
        pytest.raises(ConfigError, match="timezone: UTC before, Europe/Berlin now"),
        open_journal(tmp_path, other, is_forced=False),
    ):
        pass
    with open_journal(tmp_path, SETTINGS, is_forced=True) as journal:
        assert journal.read(KEY) == PART  # nothing to force
    with open_journal(tmp_path, other, is_forced=True) as journal:
        assert journal.read(KEY) is None
    with open_journal(tmp_path, other, is_forced=False):
        pass


def test_damaged_settings_are_refused(tmp_path: Path) -> None:
    """Parts whose settings are not known are not used."""
    with open_journal(tmp_path, SETTINGS, is_forced=False):
        pass
    (tmp_path / FOLDER / "settings.json").write_bytes(b"{")
    with (
        pytest.raises(ConfigError, match="settings: damaged before"),
        open_journal(tmp_path, SETTINGS, is_forced=False),
    ):
        pass


def test_a_second_run_is_refused(tmp_path: Path) -> None:
    """Until the first one has ended."""
    with (
        open_journal(tmp_path, SETTINGS, is_forced=False),
        pytest.raises(ArchiveError, match="in use by another run"),
        open_journal(tmp_path, SETTINGS, is_forced=False),
    ):
        pass
    with open_journal(tmp_path, SETTINGS, is_forced=False):
        pass


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """With the reason of the system."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(ArchiveError, match="Not a directory"),
        open_journal(tmp_path / "file", SETTINGS, is_forced=False),
    ):
        pass
    with open_journal(tmp_path, SETTINGS, is_forced=False) as journal:
        (tmp_path / FOLDER / "parts").touch()
        with pytest.raises(ArchiveError):
            journal.write(KEY, PART)
