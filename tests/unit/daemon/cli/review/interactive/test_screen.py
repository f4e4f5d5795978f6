"""The screen: all that is needed for a verdict, in 80 columns, without colours."""

from pathlib import Path

import numpy as np
import pytest
from review_events import add_events, event_id, review_event

from soundpost.cli.review.interactive.loader import LoadedSound
from soundpost.cli.review.interactive.screen import ScreenState, draw
from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.cli.review.interactive.spectrogram import Style
from soundpost.review import Decision, Place, ReviewStore, Selection, Verdict
from soundpost.review.sound import EventSound

PLAIN = Style(has_colour=False, has_unicode=False)
SOUND = EventSound(np.zeros(64_000, np.int16), 16_000, 1.0, 3.0)
LOG_MEL = np.random.default_rng(1).normal(size=(400, 64)).astype(np.float32)
LOADED = LoadedSound(SOUND, LOG_MEL)


@pytest.fixture
def session(tmp_path: Path) -> ReviewSession:
    """Three events of an owl; one has a verdict."""
    store = ReviewStore(tmp_path / "review.db")
    place = Place("night/20251026_023000.WAV", 3_723.5, 3_725.5)
    for number in range(3):
        event = review_event(
            number, "strix_aluco", common_name="Tawny Owl", place=place, onset_utc_ms=0, node="mast"
        )
        add_events(store, tmp_path, event)
    store.record([Decision(event_id(0), Verdict.RELABELLED, "fox")], "anna")
    events = store.events(Selection())
    return ReviewSession(store, events, events)


def screen(session: ReviewSession, columns: int = 80, rows: int = 24, **changes: object) -> str:
    """Returns the text of the screen."""
    values = {"session": session, "sound": LOADED, "keys": ["dog", "fox"]} | changes
    state = ScreenState(**values)  # type: ignore[arg-type]  # the test names the fields
    return "\n".join(draw(state, columns, rows, PLAIN))


def test_it_shows_event_place_score_figures_keys_and_the_verdict(session: ReviewSession) -> None:
    """On 80 columns and 24 rows, the smallest terminal in use."""
    lines = screen(session).split("\n")
    assert len(lines) == 24
    assert lines[0].startswith("1 of 3, 0 reviewed")
    assert lines[0].endswith("strix_aluco: 0 of 1 right, 0 % (0-79 %)")
    assert lines[2].split("  ")[0] == "strix_aluco (Tawny Owl)"
    assert lines[2].endswith("score 0.90, threshold 0.50")
    assert lines[3].startswith("night/20251026_023000.WAV at 1:02:03")
    assert lines[3].endswith("mast 1970-01-01T00:00:00Z")
    assert lines[15] == " " * 20 + "=" * 40
    assert lines[16].endswith("4.0 s, event 2.0 s")
    assert lines[17] == "reviewed by anna: relabelled fox"
    assert lines[18] == "1 dog  2 fox"
    assert "space play  y right  n wrong  1-9 other label" in lines[20]
    assert "arrows skip  q quit" in lines[21]


def test_a_typed_label_takes_the_place_of_the_keys(session: ReviewSession) -> None:
    """With what it may be completed to."""
    text = screen(session, entry="fo", matches=["fox", "ford"])
    assert "label: fo_" in text
    assert "fox  ford" in text
    assert "Esc cancels" in text
    assert "y right" not in text


def test_a_sound_that_is_read_or_cannot_be_read_is_stated(session: ReviewSession) -> None:
    """In the place of the spectrogram."""
    assert "reading the sound" in screen(session, sound=None)
    gone = LoadedSound(None, np.zeros((0, 1), np.float32), "a.wav does not exist")
    assert "no sound: a.wav does not exist" in screen(session, sound=gone)
    assert "playing" in screen(session, is_playing=True)


def test_a_terminal_that_is_too_small_is_stated(session: ReviewSession) -> None:
    """With the size that is needed."""
    assert "needs 40 x 15" in screen(session, 60, 5).replace("  ", " ").replace("\n", " ")


def test_the_end_of_the_queue_is_stated(session: ReviewSession) -> None:
    """With what can still be done."""
    for _ in range(3):
        session.skip()
    text = screen(session, note="stored")
    assert "the end of the queue: 0 reviewed of 3" in text
    assert "u undo" in text
    assert "stored" in text


def test_a_time_beyond_the_calendar_is_a_number(session: ReviewSession, tmp_path: Path) -> None:
    """A damaged table may have any."""
    store = ReviewStore(tmp_path / "review.db")
    add_events(store, tmp_path, review_event(9, onset_utc_ms=2**60))
    odd = ReviewSession(store, [store.event(event_id(9))], [])
    assert f"{2**60} ms" in screen(odd)
    assert session.event is not None
