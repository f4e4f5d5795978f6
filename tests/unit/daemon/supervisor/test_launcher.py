"""The process of a source: its command, its environment, its standard input."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from soundpost.config import SourceConfig
from soundpost.supervisor.launcher import Launcher

PRINT = (
    sys.executable,
    "-c",
    "import os, sys; print(sys.argv[1:], os.environ, sys.stdin.read(), file=open({!r}, 'w'))",
)
LAUNCH = """
import sys
from soundpost.config import SourceConfig
from soundpost.supervisor.launcher import Launcher
copy = "import sys; open({path!r}, 'w').write(sys.stdin.read())"
launcher = Launcher(1.0, (sys.executable, "-c", copy))
launcher.start(SourceConfig(name="a", source={source!r}), "@a").wait()
"""


def output_of(
    tmp_path: Path, source: SourceConfig, environment: dict[str, str] | None = None
) -> str:
    """Returns what a process prints about itself, started for a source."""
    path = tmp_path / "printed"
    command = (*PRINT[:2], PRINT[2].format(str(path)))
    launcher = Launcher(12.5, command, os.environ | (environment or {}))
    assert launcher.start(source, "@address").wait() == 0
    return path.read_text()


def test_a_process_knows_its_source_and_its_supervisor(tmp_path: Path) -> None:
    """Nothing in its environment is meant for the supervisor alone."""
    environment = {"WATCHDOG_PID": "1", "LISTEN_FDS": "1", "NOTIFY_SOCKET": "@systemd"}
    printed = output_of(tmp_path, SourceConfig(name="yard"), environment)
    assert printed.startswith("['--source', 'yard']")
    assert "'NOTIFY_SOCKET': '@address'" in printed
    assert "'WATCHDOG_USEC': '12500000'" in printed
    assert f"'SOUNDPOST_SUPERVISOR': '{os.getpid()}'" in printed
    assert "'SOUNDPOST_SOURCE': 'yard'" in printed
    assert "WATCHDOG_PID" not in printed
    assert "LISTEN_FDS" not in printed


def test_a_process_has_a_state_directory_of_its_own(tmp_path: Path) -> None:
    """Below the one of the service, and none without a service."""
    state = tmp_path / "state"
    printed = output_of(tmp_path, SourceConfig(name="yard"), {"STATE_DIRECTORY": str(state)})
    assert f"'STATE_DIRECTORY': '{state}/sources/yard'" in printed
    assert (state / "sources" / "yard").is_dir()
    assert "STATE_DIRECTORY" not in output_of(tmp_path, SourceConfig(name="yard"))


def test_a_process_knows_the_sources_that_are_gone(tmp_path: Path) -> None:
    """By the folders of their state; it clears what they left at the broker."""
    for name in ("yard", "road", "gate"):
        (tmp_path / "sources" / name).mkdir(parents=True)
    printed = tmp_path / "printed"
    launcher = Launcher(
        1.0,
        (*PRINT[:2], PRINT[2].format(str(printed))),
        os.environ | {"STATE_DIRECTORY": str(tmp_path)},
        configured=lambda: ["yard", "gate"],
    )
    assert launcher.start(SourceConfig(name="yard"), "@address").wait() == 0
    assert "'SOUNDPOST_GONE_SOURCES': 'road'" in printed.read_text()


def test_a_full_disk_does_not_keep_a_source_from_its_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The folder cannot be made; the source then works from memory."""
    (tmp_path / "state").write_text("a file in its place")
    output_of(tmp_path, SourceConfig(name="yard"), {"STATE_DIRECTORY": str(tmp_path / "state")})
    assert "cannot be made" in caplog.text


@pytest.mark.parametrize(("source", "expected"), [("wav:/dev/stdin", "sound"), ("mic", "")])
def test_only_the_source_that_reads_it_has_the_standard_input(
    tmp_path: Path, source: str, expected: str
) -> None:
    """Any other one reads an empty file: a terminal and a pipe belong to the supervisor."""
    program = LAUNCH.format(path=str(tmp_path / "read"), source=source)
    subprocess.run([sys.executable, "-c", program], input=b"sound", check=True)
    assert (tmp_path / "read").read_text() == expected


def test_ctrl_c_reaches_the_supervisor_alone(tmp_path: Path) -> None:
    """A source is in a process group of its own, and ends when the supervisor ends it."""
    launcher = Launcher(1.0, (sys.executable, "-c", "input()"))
    with launcher.start(SourceConfig(name="a"), "@a") as process:
        assert os.getpgid(process.pid) == process.pid
    assert process.returncode == 1  # the end of its empty standard input
    assert not list(tmp_path.iterdir())
