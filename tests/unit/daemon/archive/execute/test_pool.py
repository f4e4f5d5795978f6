"""Worker processes: one result for each file, whatever happens to a process."""

import multiprocessing
import os
import signal
from pathlib import Path

import msgspec
import pytest
from sample_archive import write_sound

from soundpost.archive.execute.messages import Analyzed, LeftOut, Position
from soundpost.archive.execute.pool import WorkerPool
from soundpost.archive.files import archive_files
from soundpost.archive.settings import AnalysisSettings
from soundpost.errors import ArchiveError


def test_each_file_has_one_result(settings: AnalysisSettings, tmp_path: Path) -> None:
    """Broken ones, too; more workers than files do no harm."""
    for number in range(3):
        write_sound(tmp_path / f"{number}.wav", number, seconds=2.0)
    (tmp_path / "3.wav").write_bytes(b"RIFF")
    files = archive_files([tmp_path], sorted(tmp_path.iterdir()))
    messages = list(WorkerPool(6).run(settings, files))
    results = {
        file.name: message for file, message in messages if not isinstance(message, Position)
    }
    assert len(messages) >= len(results) == len(files)
    assert [type(results[file.name]) for file in files] == [Analyzed] * 3 + [LeftOut]


def test_a_reason_does_not_name_the_path_on_this_machine(
    settings: AnalysisSettings, tmp_path: Path
) -> None:
    """It goes into tables and the report, which are passed on."""
    write_sound(tmp_path / "0.wav", 0, seconds=2.0)
    capture = msgspec.structs.replace(settings.config.capture, channel=3)
    config = msgspec.structs.replace(settings.config, capture=capture)
    files = archive_files([tmp_path], [tmp_path / "0.wav"])
    [(_, message)] = WorkerPool(1).run(AnalysisSettings(config, settings.rules), files)
    assert isinstance(message, LeftOut)
    assert message.reason == "expected at least 3 channels for capture.channel = 3, got 1 channel"


def test_a_process_that_dies_is_replaced(settings: AnalysisSettings, tmp_path: Path) -> None:
    """Its file is left out with the signal as the reason; the files after it are analyzed."""
    write_sound(tmp_path / "0.wav", 0, seconds=900.0)
    for number in (1, 2):
        write_sound(tmp_path / f"{number}.wav", number, seconds=2.0)
    files = archive_files([tmp_path], sorted(tmp_path.iterdir()))
    results = {}
    killed: list[int] = []
    for file, message in WorkerPool(1).run(settings, files):
        if isinstance(message, Position) and not killed:
            killed = [process.pid or 0 for process in multiprocessing.active_children()]
            os.kill(killed[0], signal.SIGBUS)
        if not isinstance(message, Position):
            results[file.name] = message
    assert len(killed) == 1
    assert isinstance(results["0.wav"], LeftOut)
    assert results["0.wav"].reason == "the process that read it was ended by SIGBUS"
    assert [type(results[name]) for name in ("1.wav", "2.wav")] == [Analyzed] * 2


def test_models_that_cannot_be_loaded_end_the_run(
    settings: AnalysisSettings, tmp_path: Path
) -> None:
    """With the error of the bundle: no file is blamed for it."""
    write_sound(tmp_path / "0.wav", 0, seconds=1.0)
    (model,) = settings.config.all_models
    gone = msgspec.structs.replace(model, bundle=str(tmp_path / "no-such-bundle"))
    config = msgspec.structs.replace(settings.config, models=[gone])
    broken = AnalysisSettings(config, settings.rules)
    files = archive_files([tmp_path], [tmp_path / "0.wav"])
    with pytest.raises(ArchiveError, match="no-such-bundle"):
        list(WorkerPool(1).run(broken, files))
