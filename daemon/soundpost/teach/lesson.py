"""A lesson: a label to teach, its clips, and the sounds that it must not be mistaken for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soundpost.teach.examples import Examples, Recording, Stretch
from soundpost.teach.kept import KeptClip
from soundpost.teach.sound.clips import Clip, LeftOut, Side

DEFAULT_BUDGET = 0.5
"""False events an hour: a few a day, that a person still looks at."""

Progress = Callable[[str, int, int, str], None]
"""Receives the step, what is done of it, all of it, and the name of the present clip."""


@dataclass(frozen=True, slots=True)
class Known:
    """Recordings whose embeddings are known, with the clips that they are of."""

    clip: KeptClip
    recording: Recording


@dataclass(frozen=True, slots=True)
class Lesson:
    """A label to teach.

    Attributes:
        label: The label.
        clips: Clips of it.
        others: Clips of other sounds.
        known: Recordings of an earlier head.
        left_out: Clips that cannot be used.
        background_files: Recordings of the place without the label.
        background: Windows of the node's own background, which it stored as embeddings.
        unreviewed_events: Events of the label itself that were left out of that background.
        budget: False events an hour.
        keeps_sounds: True to keep the sound of the clips with the head.
        is_trial: True to measure, and to store nothing.
        command: The command line.
        replaces: The version that was in use when the lesson began, 0 for none; None if a change
            by another process meanwhile does not matter.
    """

    label: str
    clips: Sequence[Clip]
    others: Sequence[Clip]
    known: Sequence[Known] = ()
    left_out: Sequence[LeftOut] = ()
    background_files: Sequence[Path] = ()
    background: Sequence[Stretch] = ()
    unreviewed_events: int = 0
    budget: float = DEFAULT_BUDGET
    keeps_sounds: bool = False
    is_trial: bool = False
    command: str = ""
    replaces: int | None = None

    @property
    def files_of_label(self) -> list[Path]:
        """The files of all clips of the label, those of an earlier head included."""
        return [*self._earlier_files("label"), *(clip.path for clip in self.clips)]

    @property
    def files_of_others(self) -> list[Path]:
        """The files of all clips of other sounds, those of an earlier head included."""
        return [*self._earlier_files("other"), *(clip.path for clip in self.others)]

    def kept_clips(self, side: Side) -> list[KeptClip]:
        """Returns the clips of a side in the order of the examples: known ones first."""
        return [
            *(each.clip for each in self.known if each.clip.side == side),
            *(
                KeptClip(clip.key, str(clip.path.absolute()), side)
                for clip in (self.clips if side == "label" else self.others)
            ),
        ]

    def with_read(self, examples: Examples, left_out: Sequence[LeftOut]) -> "Lesson":
        """Returns the lesson without the clips that could not be read when they were embedded.

        Args:
            examples: Of those that could.
            left_out: All that cannot be used.
        """
        label = {recording.key for recording in examples.label}
        others = {recording.key for recording in examples.others}
        return replace(
            self,
            clips=[clip for clip in self.clips if clip.key in label],
            others=[clip for clip in self.others if clip.key in others],
            left_out=left_out,
        )

    def _earlier_files(self, side: Side) -> list[Path]:
        return [Path(each.clip.path) for each in self.known if each.clip.side == side]
