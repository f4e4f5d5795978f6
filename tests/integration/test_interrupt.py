"""Ctrl-C, SIGTERM and readers that go away: commands end quietly, at any moment."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from daemon_process import SOUNDPOST
from mqtt_subscriber import PATIENCE_SECONDS
from recording import write_quiet

INTERRUPTED = 130
ANNOUNCED = """
import _signal, sys
from soundpost.cli import main
set_handler = _signal.signal
def announce(number, handler):
    previous = set_handler(number, handler)
    _signal.signal = set_handler
    print("ready", flush=True)
    return previous
_signal.signal = announce
sys.exit(main())
"""
"""Runs a command line, and prints a line as soon as the program handles Ctrl-C. What happens before
that is Python's own start, which no program can change."""

START_SECONDS = 0.6
"""Covers the imports and the opening of every command."""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder with 20 minutes of sound, more than any command reads in a test."""
    folder = tmp_path_factory.mktemp("recordings")
    write_quiet(folder / "quiet.wav", 1_200.0)
    return folder


def command_lines(recordings: Path) -> list[list[str]]:
    """Returns a command line of each command, which takes longer than the test waits."""
    source = ["--source", f"wav:{recordings}/quiet.wav"]
    nowhere = ["--broker", "mqtt://127.0.0.1:1"]
    return [
        ["listen", str(recordings)],
        ["listen", "--summary", "--scores", str(recordings)],
        ["run", *source, *nowhere],
        ["check", *source, *nowhere],
        ["selftest", *nowhere],
        ["watch", *source],
        ["devices"],
        ["labels"],
        ["bundles"],
        ["bundle", "show", "everyday"],
        ["clips", "--evidence", str(recordings)],
        ["bench", "--bundle", "esc10"],
    ]


def interrupt(arguments: list[str], after_seconds: float, number: int) -> tuple[int, str]:
    """Sends a signal after a while; returns the exit status and stderr."""
    with subprocess.Popen(
        [sys.executable, "-c", ANNOUNCED, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after_seconds)
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, errors


def check_quiet(arguments: list[str], after_seconds: float) -> None:
    """Fails unless Ctrl-C ends a command with 130, or it was at its end, without a traceback."""
    status, errors = interrupt(arguments, after_seconds, signal.SIGINT)
    # `run` and `watch` stop in order, and a short command may be done; `check` finds no broker.
    # While Python ends, it has given the signal back: then the kernel ends it, as quietly.
    assert status in {INTERRUPTED, -signal.SIGINT, 0, 1}, (arguments, after_seconds, errors)
    if arguments[0] == "listen":
        assert status == INTERRUPTED, (arguments, after_seconds, errors)
    for word in ("Traceback", "KeyboardInterrupt", "Exception ignored", "Fatal", "Segmentation"):
        assert word not in errors, (arguments, after_seconds, errors)


def test_nothing_is_imported_before_ctrl_c_is_handled() -> None:
    """Every library that is loaded before would be a moment of tracebacks."""
    code = "import sys; before = set(sys.modules); import soundpost.cli; "
    code += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["soundpost", "soundpost.cli", "soundpost.cli.start"]


def test_a_program_in_the_background_ignores_ctrl_c() -> None:
    """A shell starts `soundpost … &` so; Ctrl-C for another program must not end it."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a child inherits it
    try:
        process = subprocess.Popen([str(SOUNDPOST), "labels"], stdout=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, previous)
    with process:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, bool(output)) == (0, True)


@pytest.mark.parametrize("after_seconds", [0.0, 0.1, 0.4])
def test_ctrl_c_during_the_start_is_quiet(recordings: Path, after_seconds: float) -> None:
    """While libraries are imported, the model is loaded, and the source is opened."""
    for arguments in command_lines(recordings):
        check_quiet(arguments, after_seconds)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_ctrl_c_at_any_moment_is_quiet(recordings: Path) -> None:
    """Some hundred moments of the start, of all commands in turn."""
    rng = random.Random(0)  # noqa: S311 - moments of a test
    for _ in range(20):
        for arguments in command_lines(recordings):
            check_quiet(arguments, rng.uniform(0.0, START_SECONDS))


@pytest.mark.parametrize("after_seconds", [0.0, 0.2])
@pytest.mark.parametrize("command", ["listen", "run", "watch"])
def test_sigterm_during_the_start_is_quiet(
    recordings: Path, command: str, after_seconds: float
) -> None:
    """Systemd takes an end by the signal, and an orderly end, for success."""
    arguments = next(line for line in command_lines(recordings) if line[0] == command)
    status, errors = interrupt(arguments, after_seconds, signal.SIGTERM)
    assert status in {-signal.SIGTERM, 0}
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "arguments", [["--help"], ["labels"], ["labels", "--json"], ["bundles"], ["listen", "--help"]]
)
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]) -> None:
    """As in `soundpost labels | head -1`; stderr stays empty."""
    with subprocess.Popen(
        [str(SOUNDPOST), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_SECONDS) in {0, 1}


def test_a_full_disk_behind_the_output_is_one_line() -> None:
    """No traceback, and not exit status 0: the output is not complete."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [str(SOUNDPOST), "labels"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].endswith(
        "the output cannot be written: No space left on device"
    )
    assert "Traceback" not in done.stderr


def test_a_closed_output_is_no_error() -> None:
    """As in `soundpost labels >&-`."""
    done = subprocess.run(
        ["sh", "-c", f"{SOUNDPOST} labels >&-"], stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
