"""Handles the keys of a review: verdicts, playing, undo, and typing a label."""

from soundpost.cli.review.interactive.entry import LabelEntry
from soundpost.cli.review.interactive.loader import LoadedSound
from soundpost.cli.review.interactive.player import Player
from soundpost.cli.review.interactive.screen import ScreenState
from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.cli.review.interactive.terminal import LEFT, RIGHT
from soundpost.errors import ReviewError
from soundpost.review import Verdict
from soundpost.review.label_keys import LabelSuggestions

_VERDICTS = {"y": Verdict.RIGHT, "n": Verdict.WRONG, "s": Verdict.UNSURE, "?": Verdict.UNSURE}


class ReviewKeyboard:
    """Turns keys into verdicts.

    Args:
        session: The queue.
        labels: The labels of the keys 1 to 9.
        player: Plays sounds.

    Attributes:
        wants_to_end: True once q was pressed.
    """

    def __init__(self, session: ReviewSession, labels: LabelSuggestions, player: Player) -> None:
        self.wants_to_end = False
        self._session = session
        self._labels = labels
        self._player = player
        self._entry: LabelEntry | None = None
        self._note = ""

    def press(self, key: str, loaded: LoadedSound | None) -> None:
        """Handles a key; does nothing after q.

        Args:
            key: A character, or the escape sequence of a function key.
            loaded: The sound of the present event; None while it is read.
        """
        if self.wants_to_end:
            return
        self._note = ""
        try:
            if self._entry is not None:
                self._type(self._entry, key)
            else:
                self._command(key, loaded)
        except ReviewError as error:
            self._note = f"{error}; {error.hint}"

    def poll(self) -> None:
        """Notices the end of the player."""
        self._note = self._player.poll() or self._note

    def state(self, loaded: LoadedSound | None) -> ScreenState:
        """Returns all that the screen shows."""
        event = self._session.event
        return ScreenState(
            session=self._session,
            sound=loaded,
            keys=self._labels.keys_of(event.event.label) if event else (),
            note=self._note,
            entry=self._entry.text if self._entry else None,
            matches=self._labels.matches(self._entry.text) if self._entry else (),
            is_playing=self._player.is_playing,
        )

    def _command(self, key: str, loaded: LoadedSound | None) -> None:
        event = self._session.event
        if key == "q":
            self.wants_to_end = True
        elif key == "u" or key in LEFT or key in RIGHT:
            self._move(key)
        elif event is None:
            return
        elif key == " ":
            self._play(loaded)
        elif key == "r":
            self._entry = LabelEntry()
        elif key in _VERDICTS:
            self._decide(_VERDICTS[key])
        elif key.isdecimal() and key.isascii():
            keys = self._labels.keys_of(event.event.label)
            if 1 <= int(key) <= len(keys):
                self._decide(Verdict.RELABELLED, keys[int(key) - 1])

    def _move(self, key: str) -> None:
        self._player.stop()
        if key in RIGHT:
            self._session.skip()
        elif key in LEFT:
            self._session.back()
        elif not self._session.undo():
            self._note = "there is no verdict of this session to take back"

    def _decide(self, verdict: Verdict, label: str | None = None) -> None:
        self._player.stop()
        self._session.decide(verdict, label)

    def _play(self, loaded: LoadedSound | None) -> None:
        if self._player.is_playing:
            self._player.stop()
        elif loaded is None:
            self._note = "the sound is still being read"
        elif loaded.sound is None:
            self._note = f"no sound: {loaded.problem}"
        else:
            self._note = self._player.play(loaded.sound)

    def _type(self, entry: LabelEntry, key: str) -> None:
        outcome = entry.press(key, self._labels.matches(entry.text))
        if outcome == "open":
            return
        self._entry = None
        event = self._session.event
        if outcome == "accepted" and event is not None:
            self._decide(Verdict.RELABELLED, entry.text)
            self._labels.add_typed(event.event.label, entry.text)
