"""The command `watch`: the real process in a terminal, with a recording in real time."""

import os
import re
import signal
from pathlib import Path

import numpy as np
import pytest
from daemon_process import SOUNDPOST, soundpost
from hypothesis import given
from hypothesis import strategies as st
from recording import write_quiet, write_recording
from rich.console import Console
from sound_card import MICROPHONE, MakeSoundCard
from terminal import terminal

from soundpost.audio import Chunk, Pcm
from soundpost.cli.watch.screen import draw
from soundpost.cli.watch.view import Bar, View
from soundpost.events import Detection, State
from soundpost.health import Problem


@pytest.fixture
def without_rich(tmp_path: Path) -> dict[str, str]:
    """An environment in which rich is not installed."""
    (tmp_path / "hidden" / "rich").mkdir(parents=True)
    (tmp_path / "hidden" / "rich" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'rich'\")\n"
    )
    path = [str(tmp_path / "hidden"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(path)}


def watch(path: Path, *arguments: str) -> list[str]:
    """Returns the command that watches a file."""
    return [str(SOUNDPOST), "watch", "--source", f"wav:{path}", *arguments]


def is_watching(text: str) -> bool:
    """Returns whether the screen is complete: the level, the scores of a window, the help."""
    return "dBFS" in text and re.search(r"0\.\d\d +│", text) is not None and "Ctrl-C" in text


def test_an_event_is_shown_live_and_in_the_summary_after_ctrl_c(
    tmp_path: Path, shared_data: Path
) -> None:
    """A bark is in the level, the scores and the events; then the terminal is as before."""
    write_recording(tmp_path / "dog.wav", shared_data, clips=1)
    with terminal(watch(tmp_path / "dog.wav")) as shown:
        shown.wait_for(is_watching)
        text = shown.wait_for(lambda text: "confirmed  dog" in text)
        assert re.search(r"│ dog +█.* [01]\.\d\d", text)
        assert "gate open" in text
        shown.press(b"\x03")
        assert shown.wait() == 0
        assert shown.is_as_before
        assert re.search(r"(ended|retracted) +dog +[01]\.\d\d \(from [01]\.\d\d\)", shown.text)
        assert re.search(r"listened for 0:00:\d\d, events: [1-9]", shown.text)


@pytest.mark.parametrize("how", ["q", "SIGTERM"])
def test_a_key_and_a_signal_end_the_program_cleanly(quiet: Path, how: str) -> None:
    """The key needs no line break; the terminal is as before."""
    with terminal(watch(quiet)) as shown:
        shown.wait_for(is_watching)
        if how == "q":
            shown.press(b"q")
        else:
            shown.process.send_signal(signal.SIGTERM)
        assert shown.wait() == 0
        assert shown.is_as_before
        assert "events: 0" in shown.text


@pytest.mark.sound_card
def test_the_loss_of_the_microphone_and_its_return_are_shown(
    make_sound_card: MakeSoundCard,
) -> None:
    """The screen keeps updating, shows the log, and `q` still ends the program."""
    card = make_sound_card()
    command = [str(SOUNDPOST), "watch", "--source", f"mic:{MICROPHONE}"]
    with terminal(command, card.environment) as shown:
        shown.wait_for(lambda text: "gate open" in text and "floor" in text)
        card.kill()
        text = shown.wait_for(lambda text: "no microphone" in text and "WARNING" in text)
        assert "no_samples" in text
        card.start()
        shown.wait_for(lambda text: "no problem with the microphone" in text)
        shown.press(b"q")
        assert shown.wait() == 0
        assert shown.is_as_before


def test_the_program_ends_with_the_recording(tmp_path: Path) -> None:
    """The last line is on the terminal's main screen."""
    write_quiet(tmp_path / "short.wav", 1.0)
    with terminal(watch(tmp_path / "short.wav")) as shown:
        assert shown.wait() == 0
        assert shown.is_as_before
        assert shown.written.rstrip().endswith(b"listened for 0:00:01, events: 0")


def test_a_missing_recording_is_reported_with_a_hint() -> None:
    """The terminal is as before."""
    with terminal(watch(Path("absent.wav"))) as shown:
        assert shown.wait() == 1
        assert "absent.wav does not exist" in shown.text
        assert "hint: " in shown.text
        assert "Traceback" not in shown.text


def test_without_rich_a_terminal_shows_the_command_to_install_it(
    quiet: Path, without_rich: dict[str, str]
) -> None:
    """Plain output does not need it."""
    with terminal(watch(quiet), without_rich) as shown:
        assert shown.wait() == 1
        assert "pip install soundpost[watch]" in shown.text
        assert "Traceback" not in shown.text


def test_the_output_to_a_pipe_is_plain_lines(
    tmp_path: Path, shared_data: Path, without_rich: dict[str, str]
) -> None:
    """There is a line for each state of an event and one every five seconds, without rich."""
    write_recording(tmp_path / "dog.wav", shared_data, clips=1)
    command = watch(tmp_path / "dog.wav", "--pace", "fast")[1:]
    done = soundpost(*command, environment=without_rich)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    states = re.findall(r"^\d\d:\d\d:\d\d  (\w+) +dog ", done.stdout, re.MULTILINE)
    assert states == ["started", "confirmed", "ended"]
    assert len(re.findall(r"^0:00:\d\d  level -", done.stdout, re.MULTILINE)) == 3
    assert re.search(r"^listened for 0:00:11, events: [1-9]$", done.stdout, re.MULTILINE)


def test_plain_lines_have_the_problems_of_the_microphone(tmp_path: Path) -> None:
    """A stretch of zeros is a fault, not silence."""
    write_quiet(tmp_path / "dead.wav", 60.0)  # its second half is digital silence
    done = soundpost(*watch(tmp_path / "dead.wav", "--pace", "fast")[1:])
    assert ", gate open, digital_silence, " in done.stdout
    assert "all samples are zero" in done.stderr


def drawn(view: View, width: int = 100, height: int = 30) -> str:
    """Returns the screen as text."""
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as captured:
        console.print(draw(view, width))
    return captured.get()


def view_of(samples: Pcm | None = None) -> View:
    """Returns a view that has processed the samples."""
    view = View("mic  esc50", [["dog"]], [[]], 16_000, 30.0)
    if samples is not None:
        view.on_chunk(Chunk(0, samples, 0))
    return view


def test_the_screen_shows_faults() -> None:
    """It shows a closed gate, a lost microphone, a problem and the log's hint."""
    view = view_of()
    assert "no problem with the microphone" in drawn(view)
    view.is_gate_open = False
    assert "gate closed" in drawn(view)
    view.is_waiting = True
    assert "no microphone" in drawn(view)
    view.problems = (Problem.CLIPPING,)
    view.notes.append("hint: turn its gain down")
    assert "clipping" in drawn(view)
    assert "hint: turn its gain down" in drawn(view)


@given(st.integers(1, 200), st.integers(1, 60))
def test_the_screen_fits_a_terminal_of_any_size(width: int, height: int) -> None:
    """No line is longer than the width, and there are not more lines than the height."""
    view = view_of(np.full(8_000, 12_000, np.int16))
    view.bars = [Bar("dog", 1.0, 0.5), Bar("rain", 0.2, None)]
    view.notes.extend("abc")
    lines = drawn(view, width, height).splitlines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_each_state_has_its_own_colour() -> None:
    """A state that may be retracted looks different from a final one."""
    console = Console(width=100, height=30, color_system="standard", force_terminal=True)
    styles: set[str] = set()
    for state in State:
        view = view_of()
        view.on_detections([Detection(0, state, "dog", 0.9, 0.5, 0, None, 0, 0, None, -20.0)])
        with console.capture() as captured:
            console.print(draw(view, 100))
        styles |= set(re.findall(rf"(\x1b\[[0-9;]+m){state}", captured.get()))
    assert len(styles) == len(State)
