"""`soundpost watch`: the real process in a terminal, and a recording at a microphone's pace."""

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
def quiet(tmp_path: Path) -> Path:
    """Two minutes in which nothing happens."""
    write_quiet(tmp_path / "quiet.wav", 120.0)
    return tmp_path / "quiet.wav"


@pytest.fixture
def without_rich(tmp_path: Path) -> dict[str, str]:
    """An environment where the extra is not installed."""
    (tmp_path / "hidden" / "rich").mkdir(parents=True)
    (tmp_path / "hidden" / "rich" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'rich'\")\n"
    )
    path = [str(tmp_path / "hidden"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(path)}


def watch(path: Path, *arguments: str) -> list[str]:
    """The command that watches a file."""
    return [str(SOUNDPOST), "watch", "--source", f"wav:{path}", *arguments]


def is_watching(text: str) -> bool:
    """Whether all is on the screen: the level, the scores of a window, the help."""
    return "dBFS" in text and re.search(r"0\.\d\d +│", text) is not None and "Ctrl-C" in text


def test_an_event_is_seen_as_it_comes_and_told_again_after_ctrl_c(
    tmp_path: Path, shared_data: Path
) -> None:
    """A bark is in the level, on top of the scores and among the events; then all is as before."""
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
def test_it_ends_cleanly_in_every_way(quiet: Path, how: str) -> None:
    """By a key, without a line break, and by a signal: the terminal is as before."""
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
def test_a_microphone_that_is_lost_is_seen_and_so_is_its_return(
    make_sound_card: MakeSoundCard,
) -> None:
    """The screen goes on, says what the log says, and q still ends it."""
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


def test_the_end_of_a_recording_is_the_end(tmp_path: Path) -> None:
    """And the last line is on the terminal's own screen."""
    write_quiet(tmp_path / "short.wav", 1.0)
    with terminal(watch(tmp_path / "short.wav")) as shown:
        assert shown.wait() == 0
        assert shown.is_as_before
        assert shown.written.rstrip().endswith(b"listened for 0:00:01, events: 0")


def test_what_cannot_be_heard_is_told_in_one_line() -> None:
    """With its hint, on a terminal that is as before."""
    with terminal(watch(Path("absent.wav"))) as shown:
        assert shown.wait() == 1
        assert "absent.wav does not exist" in shown.text
        assert "hint: " in shown.text
        assert "Traceback" not in shown.text


def test_without_rich_a_terminal_is_told_what_to_install(
    quiet: Path, without_rich: dict[str, str]
) -> None:
    """And that plain lines need nothing."""
    with terminal(watch(quiet), without_rich) as shown:
        assert shown.wait() == 1
        assert "pip install soundpost[watch]" in shown.text
        assert "Traceback" not in shown.text


def test_into_a_pipe_go_plain_lines(
    tmp_path: Path, shared_data: Path, without_rich: dict[str, str]
) -> None:
    """A line for each state of an event and one every five seconds, without rich."""
    write_recording(tmp_path / "dog.wav", shared_data, clips=1)
    command = watch(tmp_path / "dog.wav", "--pace", "fast")[1:]
    done = soundpost(*command, environment=without_rich)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    states = re.findall(r"^\d\d:\d\d:\d\d  (\w+) +dog ", done.stdout, re.MULTILINE)
    assert states == ["started", "confirmed", "ended"]
    assert len(re.findall(r"^0:00:\d\d  level -", done.stdout, re.MULTILINE)) == 3
    assert re.search(r"^listened for 0:00:11, events: [1-9]$", done.stdout, re.MULTILINE)


def test_problems_of_the_microphone_stand_in_the_lines(tmp_path: Path) -> None:
    """Nothing but zeros is no peace."""
    write_quiet(tmp_path / "dead.wav", 60.0)  # its second half is digital silence
    done = soundpost(*watch(tmp_path / "dead.wav", "--pace", "fast")[1:])
    assert ", gate open, digital_silence, " in done.stdout
    assert "all samples are zero" in done.stderr


def drawn(view: View, width: int = 100, height: int = 30) -> str:
    """The screen as text."""
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as captured:
        console.print(draw(view, width))
    return captured.get()


def seen(samples: Pcm | None = None) -> View:
    """Somebody who has seen so much."""
    view = View("mic  esc50", ["dog"], [], 16_000, 30.0)
    if samples is not None:
        view.on_chunk(Chunk(0, samples, 0))
    return view


def test_the_screen_says_what_is_wrong() -> None:
    """A shut gate, a lost microphone, a problem, and what the log says to it."""
    view = seen()
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
def test_any_terminal_is_large_enough(width: int, height: int) -> None:
    """Nothing is drawn beyond its edges, and nothing fails."""
    view = seen(np.full(8_000, 12_000, np.int16))
    view.bars = [Bar("dog", 1.0, 0.5), Bar("rain", 0.2, None)]
    view.notes.extend("abc")
    lines = drawn(view, width, height).splitlines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_each_state_is_told_in_its_own_colour() -> None:
    """What may be taken back looks other than what is sure."""
    console = Console(width=100, height=30, color_system="standard", force_terminal=True)
    styles: set[str] = set()
    for state in State:
        view = seen()
        view.on_detections([Detection(0, state, "dog", 0.9, 0.5, 0, None, 0, 0, None, -20.0)])
        with console.capture() as captured:
            console.print(draw(view, 100))
        styles |= set(re.findall(rf"(\x1b\[[0-9;]+m){state}", captured.get()))
    assert len(styles) == len(State)
