"""The text file that node_exporter reads: complete, readable, and never a reason to stop."""

import logging
from pathlib import Path

import pytest
from full_disk import files_of_at_most

from soundpost.metrics.textfile import Textfile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provides the file's path, in a folder of its own."""
    folder = tmp_path / "prom"
    folder.mkdir()
    return folder / "soundpost.prom"


def test_the_file_is_replaced_atomically(path: Path) -> None:
    """A reader that has the old set open continues to read it; nothing else is left beside it."""
    textfile = Textfile(path)
    textfile.write(b"soundpost_windows_total 3.0\n")
    with path.open() as old:
        textfile.write(b"soundpost_windows_total 4.0\n")
        assert old.read() == "soundpost_windows_total 3.0\n"
    assert path.read_text() == "soundpost_windows_total 4.0\n"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.usefixtures("private_umask")
def test_node_exporter_may_read_it_whatever_the_umask(path: Path) -> None:
    """It runs as another user, and metrics are no secret."""
    Textfile(path).write(b"a 1\n")
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failing_disk_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Detection goes on; once the disk accepts writes the file is there again."""
    path = tmp_path / "not yet" / "soundpost.prom"
    textfile = Textfile(path)
    for _ in range(3):
        textfile.write(b"a 1\n")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    path.parent.mkdir()
    textfile.write(b"a 2\n")
    assert path.read_bytes() == b"a 2\n"


def test_a_full_disk_keeps_the_last_set(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And leaves no temporary file, whose name would not end in .prom anyway."""
    textfile = Textfile(path)
    textfile.write(b"a 1\n")
    with files_of_at_most(1):
        textfile.write(b"a 2\n")
    assert path.read_bytes() == b"a 1\n"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert "no metrics can be written" in caplog.text


def test_a_disk_that_refuses_removals_too_costs_only_the_metrics(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As under systemd's ProtectSystem=: the removal of the temporary file fails as well."""
    (tmp_path / "a file").write_text("no folder")
    Textfile(tmp_path / "a file" / "soundpost.prom").write(b"a 1\n")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
