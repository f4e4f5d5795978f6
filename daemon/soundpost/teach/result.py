"""The result of teaching a label: figures, and the reason for which it was refused."""

import msgspec


class FalseEvent(msgspec.Struct, frozen=True):
    """An event in a negative, or what would be one.

    Attributes:
        name: Of the clip or the file of background.
        seconds: From its start.
        score: The peak of its score.
        time: RFC 3339, UTC; None if it is not known.
    """

    name: str
    seconds: float
    score: float
    time: str | None = None


class LeftOutClip(msgspec.Struct, frozen=True):
    """A clip that was not used, and the reason."""

    path: str
    reason: str


class ShortenedClip(msgspec.Struct, frozen=True):
    """A clip of which only the loudest part was used.

    Attributes:
        path: Its file.
        begin_seconds: Position of that part.
        seconds: Its length.
    """

    path: str
    begin_seconds: float
    seconds: float


class Refusal(msgspec.Struct, frozen=True):
    """The reason for which no head was stored.

    Attributes:
        reason: For people.
        hint: The remedy.
        false_events_per_hour: At the threshold that detects one half of the recordings.
        events: The sounds that are in the way, the worst first.
    """

    reason: str
    hint: str
    false_events_per_hour: float
    events: list[FalseEvent]


class Figures(msgspec.Struct, frozen=True):
    """Measured figures, each on sound that the head was not fitted on.

    Attributes:
        recordings: Recordings of the label.
        detected: Those that give an event.
        missed: The names of the others.
        separation: The share of pairs of a recording and another sound that are in the right order
            (AUC); None without any other sound.
        other_recordings: Recordings of other sounds.
        background_hours: The background.
        negative_hours: Background and other sounds.
        events: The events in these, the worst first; of many, only some.
        events_per_hour: The same an hour; None without any.
        budget: The events an hour that were allowed.
        has_general: True if the model came with general sounds.
    """

    recordings: int
    detected: int
    missed: list[str]
    separation: float | None
    other_recordings: int
    background_hours: float
    negative_hours: float
    events: list[FalseEvent]
    events_per_hour: float | None
    budget: float
    has_general: bool

    @property
    def recall(self) -> float:
        """The share of the recordings that are detected."""
        return self.detected / self.recordings


class TeachResult(msgspec.Struct, frozen=True):
    """The result of teaching a label.

    Attributes:
        label: The label.
        backbone: The bundle.
        figures: The figures.
        version: Of the head that was stored; None if it was refused or only tried.
        refusal: The reason; None if it was stored, or would be.
        left_out: Clips that were not used.
        shortened: Clips of which only a part was used.
        unreviewed_events: Events of the label in the node's own background, which were left out
            of it because no review found them wrong.
        folder: Of the head.
        seconds: The time that it took.
    """

    label: str
    backbone: str
    figures: Figures
    version: int | None = None
    refusal: Refusal | None = None
    left_out: list[LeftOutClip] = []
    shortened: list[ShortenedClip] = []
    unreviewed_events: int = 0
    folder: str = ""
    seconds: float = 0.0


class ChangeResult(msgspec.Struct, frozen=True):
    """The result of going back to an earlier version, or of removing a label.

    Attributes:
        label: The label.
        version: The version that is in use now; None if the label was removed.
    """

    label: str
    version: int | None = None


class TeachFailure(msgspec.Struct, frozen=True):
    """The error for which nothing was taught or changed.

    Attributes:
        error: For people.
        hint: The remedy.
    """

    error: str
    hint: str
