"""The keys: each does what the screen says, and an error is a note on the screen."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_events import HOSTILE_LABELS, add_events, event_id, review_event

from soundpost.cli.review.interactive.keys import ReviewKeyboard
from soundpost.cli.review.interactive.loader import LoadedSound
from soundpost.cli.review.interactive.player import NO_PLAYER, Player
from soundpost.cli.review.interactive.screen import LEAST_COLUMNS, LEAST_ROWS, draw
from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.cli.review.interactive.spectrogram import Style
from soundpost.errors import ReviewError
from soundpost.review import ReviewStore, Selection
from soundpost.review.label_keys import LabelSuggestions
from soundpost.review.sound import EventSound

SOUND = EventSound(np.zeros(1_600, np.int16), 16_000, 0.0, 0.1)
LOADED = LoadedSound(SOUND, np.zeros((8, 64), np.float32))
PLAIN = Style(has_colour=False, has_unicode=True)


class Desk:
    """A keyboard over a store with events of these labels."""

    def __init__(self, folder: Path, *labels: str) -> None:
        self.store = ReviewStore(folder / "review.db")
        add_events(self.store, folder, *map(review_event, range(len(labels)), labels))
        events = self.store.events(Selection())
        self.session = ReviewSession(self.store, events, events)
        self.keyboard = ReviewKeyboard(self.session, LabelSuggestions.of_events(events), Player())

    def press(self, *keys: str, loaded: LoadedSound | None = LOADED) -> str:
        """Presses keys; returns the note that is shown then."""
        for key in keys:
            self.keyboard.press(key, loaded)
        self.keyboard.poll()
        return self.keyboard.state(loaded).note

    def verdicts(self) -> list[str]:
        """Returns the verdict and the label for each event."""
        decisions = [event.decision for event in self.store.events(Selection())]
        return [f"{each.verdict} {each.label or ''}".strip() if each else "" for each in decisions]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A keyboard over four events, on a machine without a player."""
    monkeypatch.setenv("PATH", str(tmp_path))
    desk = Desk(tmp_path, "dog", "dog", "owl", "siren")
    with closing(desk.store):
        yield desk


def test_each_verdict_has_its_key(desk: Desk) -> None:
    """The first label of the keys for a siren is `dog`, which has the most events."""
    desk.press("y", "n", "s", "1")
    assert desk.verdicts() == ["right", "wrong", "unsure", "relabelled dog"]
    assert desk.press("y", "n", "s", "1", "r", " ", "\x1b[C") == ""
    desk.press("u", "u", "?")
    assert desk.verdicts() == ["right", "wrong", "unsure", ""]


def test_a_number_without_a_label_and_other_keys_do_nothing(desk: Desk) -> None:
    """Nor do numbers of other scripts, and function keys."""
    desk.press("0", "9", "٣", "²", "x", "Y", "\x1b", "\x1b[15~", "\t", "\n")
    assert desk.verdicts() == ["", "", "", ""]
    assert desk.session.position == 0


def test_arrows_skip_and_return(desk: Desk) -> None:
    """Without a verdict, in both forms that terminals send."""
    desk.press("\x1b[C", "\x1bOC", "\x1b[D", "y")
    assert desk.verdicts() == ["", "right", "", ""]
    desk.press("\x1bOD", "\x1bOD", "\x1bOD", "\x1bOD", "n")
    assert desk.verdicts()[0] == "wrong"


def test_a_label_is_typed_and_gets_a_key(desk: Desk) -> None:
    """While it is typed, no key gives a verdict; Esc leaves all as it was."""
    desk.press("r", *"unyq", "\x1b")
    assert desk.verdicts() == ["", "", "", ""]
    desk.press("r", *"si", "\t", "\n", "r", *"fox", "\n")
    assert desk.verdicts()[:2] == ["relabelled siren", "relabelled fox"]
    assert "fox" in desk.keyboard._labels.keys_of("dog")  # noqa: SLF001 - what the screen shows
    assert not desk.keyboard.wants_to_end


def test_undo_without_a_verdict_is_a_note(desk: Desk) -> None:
    """The next key removes it."""
    assert "no verdict of this session" in desk.press("u")
    assert desk.press("x") == ""


def test_q_ends_and_what_was_typed_behind_it_does_nothing(desk: Desk) -> None:
    """As in a line that was pasted."""
    desk.press("q", "y")
    assert desk.keyboard.wants_to_end
    assert desk.verdicts() == ["", "", "", ""]


def test_space_without_a_player_or_a_sound_is_a_note(desk: Desk) -> None:
    """With the reason."""
    assert desk.press(" ") == NO_PLAYER
    assert desk.press(" ", loaded=None) == "the sound is still being read"
    gone = LoadedSound(None, np.zeros((0, 1), np.float32), "a.wav does not exist")
    assert desk.press(" ", loaded=gone) == "no sound: a.wav does not exist"


def test_a_verdict_that_cannot_be_stored_is_a_note_and_the_event_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the hint; the next key tries again."""

    def refuse(*_: object) -> int:
        raise ReviewError("the disk is full", hint="free space")

    with monkeypatch.context() as patch:
        patch.setattr(ReviewStore, "record", lambda *_, **__: refuse())
        assert desk.press("y") == "the disk is full; free space"
    assert desk.session.position == 0
    assert desk.press("y") == ""
    assert desk.verdicts()[0] == "right"


KEYS = st.sampled_from([*"ynsu?r123q xé鳥", "\n", "\t", "\x1b", "\x7f", "\x1b[C", "\x1b[D"])


@settings(max_examples=25)
@given(
    st.lists(KEYS, max_size=15),
    st.lists(st.sampled_from(HOSTILE_LABELS), min_size=1, max_size=4),
    st.integers(1, 130),
    st.integers(1, 50),
    st.sampled_from([LOADED, None, LoadedSound(None, np.zeros((0, 1), np.float32), "gone\n")]),
)
def test_any_keys_on_any_screen_leave_a_screen_that_fits(
    keys: list[str], labels: list[str], columns: int, rows: int, loaded: LoadedSound | None
) -> None:
    """Lines of at most so many characters, all of them visible: no label moves the cursor."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", name)
        desk = Desk(Path(name), *labels)
        for key in keys:
            desk.press(key, loaded=loaded)
            lines = draw(desk.keyboard.state(loaded), columns, rows, PLAIN)
            assert len(lines) <= rows
            assert all(line.isprintable() and len(line) <= columns for line in lines)
            if columns >= LEAST_COLUMNS and rows >= LEAST_ROWS and desk.session.event:
                assert desk.session.event.event.id == event_id(desk.session.position)
                assert lines[0].startswith(f"{desk.session.position + 1} of {len(labels)}")
        desk.store.close()
