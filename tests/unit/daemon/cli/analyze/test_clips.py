"""`soundpost analyze --clips --report`: a process that is killed, and a recording that is gone."""

import io
import logging
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from daemon_process import SOUNDPOST, soundpost
from mqtt_subscriber import PATIENCE_SECONDS
from sample_archive import write_archive, write_models

from soundpost.archive.report import ReportOptions
from soundpost.cli.analyze.analyze import AnalyzeOptions
from soundpost.cli.analyze.analyze import analyze as analyze_card
from soundpost.config import load_config

pytest.importorskip("jinja2", reason="Jinja2 is in the extra `analyze`")

FILES = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides an archive of short recordings, two models, and results with clips and a page."""
    folder = tmp_path_factory.mktemp("archive")
    write_models(folder)
    write_archive(folder / "card", FILES)
    done = analyze(folder, folder / "card", folder / "results")
    assert done.returncode == 0, done.stderr
    assert f"report: {folder / 'results/report.html'}\n" in done.stdout
    return folder


def command(folder: Path, card: Path, out: Path) -> list[str]:
    """Returns a command line."""
    config = ("--config", str(folder / "low-high.toml"), "--workers", "1")
    return ["analyze", str(card), "--out", str(out), *config, "--clips", "2", "--report"]


def analyze(folder: Path, card: Path, out: Path) -> "subprocess.CompletedProcess[str]":
    """Runs the command to its end."""
    return soundpost(*command(folder, card, out))


def contents(out: Path) -> dict[str, bytes]:
    """Returns the files of a run, without those of the journal."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and ".journal" not in path.parts
    }


def test_a_run_that_is_killed_while_it_cuts_goes_on(folder: Path, tmp_path: Path) -> None:
    """The result is the same to the byte, and no half of a file is left."""
    line = [str(SOUNDPOST), *command(folder, folder / "card", tmp_path)]
    for wanted in (1, 4, 9):
        run = subprocess.Popen(line, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(list(tmp_path.glob("clips/*/*.flac"))) < wanted and run.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        run.send_signal(signal.SIGKILL)
        run.wait(PATIENCE_SECONDS)
    done = analyze(folder, folder / "card", tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path) == contents(folder / "results")


class Remover(logging.Handler):
    """Removes a recording at the first line of the log, when the files have been listed.

    Args:
        path: The recording.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Removes the recording."""
        assert "were done before" in record.getMessage() or not self._path.exists()
        self._path.unlink(missing_ok=True)


def test_a_recording_that_is_gone_is_named_and_the_result_is_false(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """All other clips are there. The command ends with status 1."""
    card, out = tmp_path / "card", tmp_path / "out"
    shutil.copytree(folder / "card", card)
    config = load_config(folder / "low-high.toml", {})
    assert analyze_card(config, [card], AnalyzeOptions(out), io.StringIO())
    options = AnalyzeOptions(out, report=ReportOptions(2, has_page=True))
    caplog.set_level(logging.INFO)
    remover, text = Remover(card / "b/20251026_030000.WAV"), io.StringIO()
    logging.getLogger("soundpost").addHandler(remover)
    try:
        assert not analyze_card(config, [card], options, text)
    finally:
        logging.getLogger("soundpost").removeHandler(remover)
    assert (
        "1 file was not read again for clips and pictures:\n"
        "  b/20251026_030000.WAV: cannot be read: No such file or directory\n"
    ) in text.getvalue()
    assert list(out.glob("clips/*/*.flac"))
    assert (out / "report.html").is_file()
    assert analyze_card(config, [card], options, io.StringIO())  # it is not in the archive now
