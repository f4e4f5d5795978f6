"""Runs a review on the terminal until its end."""

from contextlib import closing
from typing import TextIO

from soundpost.cli.review.interactive.keys import ReviewKeyboard
from soundpost.cli.review.interactive.loader import SoundLoader
from soundpost.cli.review.interactive.player import Player
from soundpost.cli.review.interactive.screen import draw
from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.cli.review.interactive.terminal import Terminal
from soundpost.review.label_keys import LabelSuggestions

_TURN_SECONDS = 0.1
"""The longest wait for a key: the end of a player, a sound that was read and a new size of the
terminal show within it."""


def review_on_terminal(session: ReviewSession, labels: LabelSuggestions, out: TextIO) -> None:
    """Shows the queue, event by event, and stores the verdicts, until q or a signal.

    Args:
        session: The queue.
        labels: The labels of the keys 1 to 9.
        out: The terminal.

    Raises:
        ReviewError: There is no terminal.
    """
    terminal = Terminal(out)
    shown: list[str] = []
    with SoundLoader() as loader, closing(Player()) as player, terminal:
        keyboard = ReviewKeyboard(session, labels, player)
        while not (terminal.is_ended or keyboard.wants_to_end):
            loader.request(session.upcoming)
            event = session.event
            keyboard.poll()
            loaded = loader.get(event) if event else None
            lines = draw(keyboard.state(loaded), *terminal.size, terminal.style)
            if lines != shown:
                terminal.show(lines)
                shown = lines
            for key in terminal.keys(_TURN_SECONDS):
                event = session.event
                keyboard.press(key, loader.get(event) if event else None)
