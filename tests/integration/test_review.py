"""The command `review`: the real process in a terminal, with clips as a node writes them."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from daemon_process import SOUNDPOST
from full_disk import Disk
from mqtt_subscriber import PATIENCE_SECONDS
from review_events import event_id, write_archive_results, write_event_clip
from sound_card import SoundCard
from terminal import Terminal, terminal

from soundpost.review import ReviewStore, Selection, Verdict
from soundpost.review.origins.import_events import import_events

MANY = 200
KEYS = "ynys1"
"""Pressed in turn; 1 is `siren` for a dog, and `dog` for a siren."""


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Five clips: of a dog, and every third of a siren."""
    for number in range(5):
        write_event_clip(tmp_path / "clips", number, "siren" if number % 3 == 2 else "dog")
    return tmp_path / "clips"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReviewStore]:
    """The store that the program writes to."""
    opened = ReviewStore(tmp_path / "review.db")
    yield opened
    opened.close()


def review(store: Path, *arguments: str | Path) -> list[str]:
    """Returns the command that reviews the clips by time."""
    flags = ["--order", "time", "--store", str(store)]
    return [str(SOUNDPOST), "review", *flags, *map(str, arguments)]


def decided(store: ReviewStore) -> list[Verdict | None]:
    """Returns the verdicts by the order of the events."""
    decisions = [event.decision for event in store.events(Selection())]
    return [decision.verdict if decision else None for decision in decisions]


def is_at(number: int, count: int) -> str:
    """Returns a pattern for the first line at an event whose spectrogram is drawn."""
    return rf"(?s)^{number} of {count}.*━"


def wait_for(shown: Terminal, pattern: str) -> str:
    """Waits until a pattern is on the screen; returns the text."""
    return shown.wait_for(lambda text: re.search(pattern, text) is not None)


def test_two_hundred_clips_are_reviewed_by_keyboard(tmp_path: Path, store: ReviewStore) -> None:
    """One key each; then the last ones are taken back, and the summary has the figures."""
    for number in range(MANY):
        write_event_clip(tmp_path / "clips", number, "dog" if number % 2 else "siren")
    command = review(tmp_path / "review.db", "--reviewer", "anna", tmp_path / "clips")
    with terminal(command) as shown:
        for number in range(MANY):
            wait_for(shown, is_at(number + 1, MANY))
            shown.press(KEYS[number % len(KEYS)].encode())
        wait_for(shown, f"end of the queue: {MANY} reviewed of {MANY}")
        shown.press(b"uuu")
        wait_for(shown, is_at(MANY - 2, MANY))
        shown.press(b"nnq")
        assert shown.wait() == 0
        assert shown.is_as_before
        assert f"{MANY - 1} of {MANY} events reviewed" in shown.text
    key_verdicts = {"y": Verdict.RIGHT, "n": Verdict.WRONG, "s": Verdict.UNSURE}
    expected = [key_verdicts.get(KEYS[at % 5], Verdict.RELABELLED) for at in range(MANY)]
    assert decided(store) == [*expected[:-3], Verdict.WRONG, Verdict.WRONG, None]
    assert {event.reviewer for event in store.events(Selection())} == {"anna", ""}
    relabelled = store.event(event_id(4))
    assert (relabelled.event.label, relabelled.true_label) == ("siren", "dog")


def test_a_label_is_typed_with_completion_of_the_bundles_labels(
    clips: Path, store: ReviewStore
) -> None:
    """The bundle `everyday` knows labels that no event has."""
    with terminal(review(clips.parent / "review.db", clips)) as shown:
        wait_for(shown, is_at(1, 5))
        shown.press(b"r")
        wait_for(shown, "label: _")
        shown.press(b"chains\t")
        wait_for(shown, "label: chainsaw_")
        shown.press(b"\n")
        wait_for(shown, is_at(2, 5))
        shown.press(b"\x1b[C")
        wait_for(shown, is_at(3, 5))
        shown.press(b"\x1b[D\x1b[D")
        wait_for(shown, "reviewed: relabelled chainsaw")
        shown.press(b"q")
        assert shown.wait() == 0
    assert store.event(event_id(0)).true_label == "chainsaw"


@pytest.mark.sound_card
def test_space_plays_the_clip(clips: Path, sound_card: SoundCard) -> None:
    """Through the sound card, until another key is pressed or the clip is over."""
    captured = clips.parent / "captured.wav"
    command = ["parec", "--file-format=wav", "--rate=16000", "--channels=1", "-d", "sink.monitor"]
    recorder = subprocess.Popen([*command, str(captured)], env=sound_card.environment)
    with terminal(review(clips.parent / "review.db", clips), sound_card.environment) as shown:
        wait_for(shown, is_at(1, 5))
        shown.press(b" ")
        wait_for(shown, "playing")
        shown.wait_for(lambda text: "playing" not in text)
        assert "cannot" not in shown.text
        shown.press(b"q")
        assert shown.wait() == 0
    recorder.terminate()
    assert recorder.wait(PATIENCE_SECONDS) == 0
    played, _ = soundfile.read(captured)
    spectrum = np.abs(np.fft.rfft(played))
    assert np.argmax(spectrum) * 16_000 / len(played) == pytest.approx(440.0, abs=5.0)


def test_without_colours_and_on_eighty_columns_all_is_there(clips: Path) -> None:
    """No escape sequence sets a colour."""
    environment = dict(os.environ) | {"NO_COLOR": "1"}
    with terminal(review(clips.parent / "review.db", clips), environment) as shown:
        wait_for(shown, is_at(1, 5))
        shown.resize(80, 24)
        text = shown.wait_for(lambda text: "arrows skip" in text and text.count("\n") == 23)
        assert re.search(r"[░▒▓█]{3}", text)
        assert "score 0.80, threshold 0.50" in text
        assert re.findall(rb"\x1b\[[0-9;]+m", shown.written) == []
        shown.press(b"q")
        assert shown.wait() == 0


def test_the_terminal_may_change_its_size_at_any_time(clips: Path) -> None:
    """To one that is too small, too."""
    with terminal(review(clips.parent / "review.db", clips)) as shown:
        wait_for(shown, is_at(1, 5))
        for columns, rows in ((30, 8), (3, 1), (200, 60), (40, 15)):
            shown.resize(columns, rows)
            if columns >= 40:
                wait_for(shown, is_at(1, 5))
        shown.press(b"yq")
        assert shown.wait() == 0
        assert shown.is_as_before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_program_and_restores_the_terminal(
    clips: Path, store: ReviewStore, number: signal.Signals
) -> None:
    """The verdicts so far are stored."""
    with terminal(review(clips.parent / "review.db", clips)) as shown:
        wait_for(shown, is_at(1, 5))
        shown.press(b"y")
        wait_for(shown, is_at(2, 5))
        shown.process.send_signal(number)
        assert shown.wait() == 0
        assert shown.is_as_before
    assert decided(store)[:2] == [Verdict.RIGHT, None]


def test_a_terminal_that_is_closed_ends_the_program_without_a_trace(
    clips: Path, store: ReviewStore
) -> None:
    """Nothing is left running; the verdicts are stored."""
    with terminal(review(clips.parent / "review.db", clips)) as shown:
        wait_for(shown, is_at(1, 5))
        shown.press(b"n")
        wait_for(shown, is_at(2, 5))
        assert shown.hang_up() == 0
    assert decided(store)[:2] == [Verdict.WRONG, None]


def test_kill_9_loses_no_verdict(clips: Path, store: ReviewStore) -> None:
    """The next run goes on where it ended."""
    with terminal(review(clips.parent / "review.db", clips)) as shown:
        wait_for(shown, is_at(1, 5))
        shown.press(b"yn")
        wait_for(shown, is_at(3, 5))
        shown.process.kill()
        shown.process.wait()
    assert decided(store)[:3] == [Verdict.RIGHT, Verdict.WRONG, None]
    with terminal(review(clips.parent / "review.db")) as shown:
        wait_for(shown, is_at(1, 3))
        shown.press(b"q")
        assert shown.wait() == 0


def test_two_terminals_share_a_queue(clips: Path, store: ReviewStore) -> None:
    """An event is not shown again once the other one has given a verdict."""
    command = review(clips.parent / "review.db", clips)
    with terminal(command) as one, terminal(command) as two:
        wait_for(one, is_at(1, 5))
        wait_for(two, is_at(1, 5))
        one.press(b"y")
        wait_for(one, is_at(2, 5))
        two.press(b"\x1b[Cn")  # the second one
        wait_for(two, is_at(3, 5))
        one.press(b"\x1b[C")
        wait_for(one, is_at(3, 5))
        two.press(b"s")
        wait_for(two, is_at(4, 5))
        one.press(b"\x1b[C")
        wait_for(one, is_at(4, 5))
        one.press(b"q")
        two.press(b"uq")
        assert (one.wait(), two.wait()) == (0, 0)
    assert decided(store) == [Verdict.RIGHT, Verdict.WRONG, None, None, None]


def test_clips_that_are_gone_or_damaged_can_be_skipped_or_judged_by_their_data(
    clips: Path, store: ReviewStore
) -> None:
    """The screen has the reason in place of the spectrogram."""
    first, second, *_ = sorted(clips.glob("*.flac"))
    import_events(store, clips)
    first.unlink()
    second.write_bytes(b"garbage" * 99)
    with terminal(review(clips.parent / "review.db")) as shown:
        wait_for(shown, "no sound: the file does not exist")
        shown.press(b" ")
        shown.press(b"\x1b[C")
        wait_for(shown, "no sound: the file is not a sound file")
        shown.press(b"s")
        wait_for(shown, is_at(3, 5))
        shown.press(b"q")
        assert shown.wait() == 0
    assert decided(store)[:2] == [None, Verdict.UNSURE]


def test_a_full_disk_is_shown_and_the_review_goes_on_when_there_is_space(
    clips: Path, disk: Disk
) -> None:
    """The event stays until its verdict is stored."""
    path = disk.folder / "review.db"
    with terminal(review(path, clips)) as shown:
        wait_for(shown, is_at(1, 5))
        disk.fill()
        for _ in range(300):  # until the pages that the file has are used up
            shown.press(b"y")
            if re.search("full|I/O error", wait_for(shown, f"{is_at(2, 5)}|full|I/O error")):
                break
            shown.press(b"u")
            wait_for(shown, is_at(1, 5))
        assert "the verdicts before are stored" in shown.text
        disk.empty()
        shown.press(b"y")
        wait_for(shown, r"reviewed\s")
        shown.press(b"q")
        assert shown.wait() == 0
        assert shown.is_as_before


def test_an_archive_is_reviewed_from_its_recordings(tmp_path: Path, store: ReviewStore) -> None:
    """Clips are cut from them as they are needed."""
    write_archive_results(tmp_path, {"night/a.wav": [(2.0, "owl"), (40.0, "owl")]})
    arguments = (tmp_path / "results", "--recordings", tmp_path / "card")
    with terminal(review(tmp_path / "review.db", *arguments)) as shown:
        text = wait_for(shown, is_at(1, 2))
        assert "night/a.wav at 0:00:02" in text
        shown.press(b"y")
        text = wait_for(shown, is_at(2, 2))
        assert "3.0 s, event 1.0 s" in text
        shown.press(b"nq")
        assert shown.wait() == 0
    assert decided(store) == [Verdict.RIGHT, Verdict.WRONG]


def test_a_terminal_that_cannot_move_its_cursor_is_an_error(clips: Path) -> None:
    """With a hint; nothing is drawn."""
    command = ["env", "TERM=dumb", *review(clips.parent / "review.db", clips)]
    with terminal(command) as shown:
        assert shown.wait() == 1
        assert "cannot move its cursor" in shown.text
        assert b"\x1b[" not in shown.written
