"""What `soundpost check` says of the outbox's file."""

from pathlib import Path

import pytest
from sample_messages import message, outbox_file

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.publish.outbox.probe import probe_outbox


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The outbox's file, not there yet."""
    return tmp_path / "outbox.db"


def probed(path: Path) -> str:
    """What is said of it."""
    return probe_outbox(MqttConfig(outbox=str(path), outbox_megabytes=7))


def fill(path: Path, count: int) -> None:
    """Leave so many detections that no broker took."""
    outbox, writer = outbox_file(path)
    for seq in range(1, count + 1):
        outbox.append(message(seq))
    writer.write_pending()
    writer.close()


def test_what_waits_is_counted_and_stays(path: Path) -> None:
    """However often it is asked."""
    fill(path, 3)
    assert probed(path) == probed(path) == f"{path}: 3 wait, 0.0 of 7 MB"


def test_a_file_that_is_not_there_is_not_made(path: Path) -> None:
    """It would belong to whoever checks, and not to the service."""
    far = path.parent / "far" / "away" / "outbox.db"
    assert probed(far) == f"{far}: not there yet, and can be made"
    assert list(path.parent.iterdir()) == []


def test_without_a_file_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is allowed, and worth knowing."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert probe_outbox(MqttConfig()).startswith("in memory alone")


def test_a_daemon_that_runs_has_it(path: Path) -> None:
    """Which is no fault: a check beside it says so."""
    fill(path, 1)
    _, writer = outbox_file(path)
    assert "in use by soundpost, which runs" in probed(path)
    writer.close()
    assert "1 wait" in probed(path)


@pytest.mark.parametrize("garbage", [b"x" * 5_000, b"SQLite format 3\0" + b"\xff" * 4_080])
def test_what_is_no_outbox_is_told_and_left_as_it_is(path: Path, garbage: bytes) -> None:
    """Setting it aside is for the daemon to do, which takes over what can be read."""
    path.write_bytes(garbage)
    with pytest.raises(PublishError, match="is damaged: ") as caught:
        probed(path)
    assert "sets it aside" in caught.value.hint
    assert path.read_bytes() == garbage
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_none_takes_nothing(path: Path) -> None:
    """With the reason of the system."""
    path.write_bytes(b"")
    with pytest.raises(PublishError, match="takes nothing: Not a directory"):
        probed(path / "outbox.db")
