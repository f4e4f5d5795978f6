"""The check of the outbox's file by `soundpost check`."""

from pathlib import Path

import pytest
from sample_messages import message, outbox_file

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError, PublishError
from soundpost.publish.outbox.probe import probe_outbox


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provides the path of the outbox's file, which is not there yet."""
    return tmp_path / "outbox.db"


def probed(path: Path) -> str:
    """Returns the result of the check."""
    return probe_outbox(MqttConfig(outbox=str(path), outbox_megabytes=7))


def fill(path: Path, count: int) -> None:
    """Stores so many unsent detections."""
    outbox, writer = outbox_file(path)
    for seq in range(1, count + 1):
        outbox.intake.append(message(seq))
    writer.write_pending()
    writer.close()


def test_waiting_detections_are_counted_and_stay(path: Path) -> None:
    """The check changes nothing, however often it runs."""
    fill(path, 3)
    assert probed(path) == probed(path) == f"{path}: 3 wait, 0.0 of 7 MB"


def test_a_missing_file_is_not_created(path: Path) -> None:
    """It would belong to the user who runs the check, not to the service."""
    far = path.parent / "far" / "away" / "outbox.db"
    assert probed(far) == f"{far}: not there yet, and can be made"
    assert list(path.parent.iterdir()) == []


def test_an_outbox_in_memory_alone_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outbox without a file is allowed."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert probe_outbox(MqttConfig()).startswith("in memory alone")


def test_a_running_daemon_is_not_a_fault(path: Path) -> None:
    """The check reports that the file is in use."""
    fill(path, 1)
    _, writer = outbox_file(path)
    assert "in use by soundpost, which runs" in probed(path)
    writer.close()
    assert "1 wait" in probed(path)


@pytest.mark.parametrize("garbage", [b"x" * 5_000, b"SQLite format 3\0" + b"\xff" * 4_080])
def test_a_damaged_file_is_reported_and_left_unchanged(path: Path, garbage: bytes) -> None:
    """Only the daemon sets it aside, and salvages what can be read."""
    fill(path, 1)
    path.write_bytes(garbage)
    before = sorted(path.parent.iterdir())
    with pytest.raises(PublishError, match="is damaged: ") as caught:
        probed(path)
    assert "sets it aside" in caught.value.hint
    assert path.read_bytes() == garbage
    assert sorted(path.parent.iterdir()) == before


def test_the_file_of_another_program_is_refused(path: Path) -> None:
    """It is a wrong configuration, not a damaged outbox."""
    path.write_bytes(b"minutes of the meeting\n")
    with pytest.raises(ConfigError, match="got no outbox") as caught:
        probed(path)
    assert caught.value.exit_status == 78


def test_a_folder_that_is_a_file_is_reported(path: Path) -> None:
    """The error has the reason of the operating system."""
    path.write_bytes(b"")
    with pytest.raises(PublishError, match="cannot be written: Not a directory"):
        probed(path / "outbox.db")
