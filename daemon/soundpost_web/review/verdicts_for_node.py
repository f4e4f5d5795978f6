"""Verdicts of this page that go to a node with a command, so that it is taught with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from soundpost.messages.command import LARGEST_COMMAND_BYTES, MOST_REVIEWED_CLIPS
from soundpost.review import open_store
from soundpost.review.store.taught_clips import TaughtClip, taught_clips

_SPARE_BYTES = 256
"""For the id of a command, and the two keys."""
_BYTES_BESIDE_NAME = 3  # quotes and a comma; a name has ASCII alone


class SentVerdicts(NamedTuple):
    """The verdicts that a command has.

    Attributes:
        right: Clips of the label.
        wrong: Clips of other sounds.
        left_out: The number of older ones for which it has no room.
    """

    right: list[str]
    wrong: list[str]
    left_out: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        """The numbers of clips of the label, of others, and of those that are left out."""
        return len(self.right), len(self.wrong), self.left_out

    @property
    def fields(self) -> dict[str, list[str]]:
        """The keys of the command; none without a verdict, as earlier nodes take them."""
        keys = {"right": self.right, "wrong": self.wrong}
        return {key: names for key, names in keys.items() if names}


class VerdictsForNode:
    """Reads the verdicts of a store that concern a label of a node.

    Args:
        path: The store.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def fitting(self, node: str, command: Mapping[str, object]) -> SentVerdicts:
        """Returns the latest verdicts that fit into a command `teach`.

        Those of earlier lessons are examples of the label already: the latest ones are enough.

        Args:
            node: The node.
            command: The command without them. Clips that it names have no verdict: the choice of
                the person counts.

        Raises:
            ReviewError: The store cannot be used.
        """
        if not self._path.exists():  # no review has begun
            return SentVerdicts([], [])
        with open_store(self._path) as store:
            found = taught_clips(store, node, str(command["label"]))
        named = {*_names(command, "clips"), *_names(command, "not")}
        return _fitting([clip for clip in found if clip.name not in named], command)


def _names(command: Mapping[str, object], key: str) -> list[str]:
    names = command.get(key, ())
    return [str(name) for name in names] if isinstance(names, list) else []


def _fitting(clips: list[TaughtClip], command: Mapping[str, object]) -> SentVerdicts:
    room = LARGEST_COMMAND_BYTES - _SPARE_BYTES - len(msgspec.json.encode(command))
    sent = SentVerdicts([], [])
    for number, clip in enumerate(clips):
        names = sent.right if clip.is_label else sent.wrong
        room -= len(clip.name) + _BYTES_BESIDE_NAME
        if room < 0 or len(names) == MOST_REVIEWED_CLIPS:
            return sent._replace(left_out=len(clips) - number)
        names.append(clip.name)
    return sent
