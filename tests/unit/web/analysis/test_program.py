"""The program of an analysis and its limits; small scripts stand for one that misbehaves."""

import json
import logging
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from mosquitto import wait_until
from recording import write_quiet

from soundpost_web.analysis.program import Limits, Program
from soundpost_web.analysis.result import FILES, read_result

LIMITS = Limits(first_seconds=2.0, run_seconds=60, file_bytes=10_000_000)
SHORT = LIMITS._replace(run_seconds=1)
FACTS = """
import json, os, resource, sys
names = ("DATA", "CPU", "FSIZE", "NOFILE", "CORE")
limits = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0] for name in names}
print(json.dumps({**limits, "nice": os.nice(0), "environment": dict(os.environ),
    "arguments": sys.argv[1:], "folder": os.getcwd(), "parent": os.getppid()}), file=sys.stderr)
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Provides a file in a folder of its own."""
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "upload").write_bytes(b"sound")
    return folder / "upload"


def python(code: str) -> list[str]:
    """Returns a program in the place of soundpost."""
    return [sys.executable, "-c", code]


def wait_for_limits(code: str) -> list[str]:
    """Returns a program that begins once it is limited: it starts at once, its limits follow."""
    last = "resource.getrlimit(resource.RLIMIT_NOFILE)[0]"
    return python(f"import resource, time\nwhile {last} != 64: time.sleep(0.01)\n{code}")


def test_the_program_writes_a_result(recording: Path) -> None:
    """The one that is installed with the page, found by itself."""
    write_quiet(recording.with_suffix(".wav"), 3.0)
    recording.with_suffix(".wav").rename(recording)
    assert Program(LIMITS).run(recording, "everyday") == ""
    result = read_result(recording.parent)
    assert result is not None
    assert (result.seconds, result.is_cut, result.problem) == (2.0, True, "")
    assert [model.id for model in result.models] == ["everyday"]
    assert set(FILES) <= {path.name for path in recording.parent.iterdir()}


def test_the_program_is_limited(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that it starts inherits it."""
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    Program(LIMITS, wait_for_limits(FACTS)).run(recording, "everyday")
    facts = json.loads((recording.parent / "log").read_text())
    assert (facts["nice"], facts["CORE"], facts["CPU"], facts["NOFILE"]) == (19, 0, 60, 64)
    assert facts["FSIZE"] == LIMITS.file_bytes
    assert 0 < facts["DATA"] <= 600_000_000
    assert facts["folder"] == facts["environment"]["TMPDIR"] == str(recording.parent)
    assert "NOTIFY_SOCKET" not in facts["environment"]
    assert facts["arguments"][-1] == str(recording)


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(600)",
        "while True: pass",
        "import subprocess; subprocess.run(['sleep', '600'])",
        "import signal, time; signal.pthread_sigmask(0, range(1, 64)); time.sleep(600)",
    ],
    ids=["sleeps", "computes", "has a child", "blocks signals"],
)
def test_a_program_that_takes_too_long_is_ended(recording: Path, code: str) -> None:
    """With all that it has started."""
    began = time.monotonic()
    assert Program(SHORT, python(code)).run(recording, "everyday") == "analyze.too_long"
    assert time.monotonic() - began < 30
    wait_until(lambda: not running_in(recording.parent))


def running_in(folder: Path) -> list[str]:
    """Returns the processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    "code",
    [
        "held = bytearray(900_000_000)",
        "open('large', 'wb').write(b'x' * 11_000_000)",
        "import os; [os.open('/dev/null', 0) for _ in range(100)]",
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import sys; sys.exit(78)",
    ],
    ids=["memory", "disk", "descriptors", "crash", "refusal"],
)
def test_a_program_without_a_result_is_logged(
    recording: Path, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond a limit, or by a crash of a decoder; the page itself goes on."""
    with caplog.at_level(logging.WARNING, "soundpost.web"):
        assert Program(LIMITS, wait_for_limits(code)).run(recording, "everyday") == ""
    assert "an analysis ended with status" in caplog.text
    assert read_result(recording.parent) is None


def test_a_program_that_is_not_there_is_a_failure(recording: Path) -> None:
    """As while its package is replaced."""
    program = Program(LIMITS, ["/nowhere/soundpost"])
    if os.path.exists("/usr/bin/setpriv"):  # noqa: PTH110 - it is started in its place then
        assert program.run(recording, "everyday") == ""
    else:
        assert program.run(recording, "everyday") == "analyze.failed"
    assert read_result(recording.parent) is None


def test_the_end_of_the_page_ends_the_program(recording: Path) -> None:
    """And no other one starts then."""
    program = Program(LIMITS, python("import time; time.sleep(600)"))
    thread = threading.Thread(target=program.run, args=(recording, "everyday"))
    thread.start()
    wait_until(lambda: bool(running_in(recording.parent)))
    program.close()
    thread.join(30)
    assert not thread.is_alive()
    assert program.run(recording, "everyday") == "analyze.failed"
    assert not running_in(recording.parent)
