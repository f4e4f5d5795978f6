"""An event that is reviewed, the place of its sound, and the verdict on it."""

from enum import StrEnum
from pathlib import Path

import msgspec

from soundpost.review.sound_file import find_file


class Verdict(StrEnum):
    """The verdict of a person on an event; the values are those in the store."""

    RIGHT = "right"
    """The sound is of the event's label."""
    WRONG = "wrong"
    """It is not, and no other label is given."""
    RELABELLED = "relabelled"
    """It is not, and the right label is given."""
    UNSURE = "unsure"
    """The person cannot tell."""


class OriginKind(StrEnum):
    """The kind of folder that events come from; the values are those in the store."""

    CLIPS = "clips"
    """The folder of clips of a node, or a copy of it."""
    ARCHIVE = "archive"
    """The tables of `soundpost analyze`."""


class Origin(msgspec.Struct, frozen=True):
    """The folder that events come from.

    Attributes:
        number: Its number in the store.
        kind: Its kind.
        folder: Its absolute path.
        sounds: The folder below which the sound files lie: the same for clips, the folder of the
            recordings for an archive.
    """

    number: int
    kind: OriginKind
    folder: Path
    sounds: Path


class Place(msgspec.Struct, frozen=True):
    """The place of an event's sound.

    Attributes:
        file: The path of the clip or the recording below the folder of the sounds, with `/`.
        begin_seconds: From the start of the file to the onset.
        end_seconds: From the start of the file to the offset.
        start_utc_ms: The time of the first sample of the file, milliseconds since 1970 UTC; None
            if it is not known.
        seconds: The length of a clip; None for a recording, whose length no event states.
    """

    file: str
    begin_seconds: float
    end_seconds: float
    start_utc_ms: int | None = None
    seconds: float | None = None


class ReviewEvent(msgspec.Struct, frozen=True):
    """An event, as it is imported.

    Attributes:
        id: The id of the event in its messages or tables.
        label: The label, as the manifest spells it.
        score: The peak of the smoothed score, in [0, 1].
        place: The place of its sound.
        threshold: The smoothed score that starts an event of the label; None if it is not known.
        common_name: The label's common name, if the bundle has one.
        onset_utc_ms: The onset, milliseconds since 1970 UTC; None if it is not known.
        node: The name of the node; empty for an archive.
        model_id: The bundle; empty if it is not known.
        model_version: Its version; empty if it is not known.
    """

    id: str
    label: str
    score: float
    place: Place
    threshold: float | None = None
    common_name: str | None = None
    onset_utc_ms: int | None = None
    node: str = ""
    model_id: str = ""
    model_version: str = ""

    @property
    def margin(self) -> float:
        """The score above the threshold as a share of what is possible: 0 is least certain."""
        threshold = self.threshold or 0.0
        if threshold >= 1.0:
            return 0.0
        return max(0.0, (self.score - threshold) / (1.0 - threshold))


class Decision(msgspec.Struct, frozen=True):
    """A verdict on one event.

    Attributes:
        event_id: The event.
        verdict: The verdict.
        label: The right label of a relabelled event; None for any other verdict.
    """

    event_id: str
    verdict: Verdict
    label: str | None = None


class GivenVerdict(msgspec.Struct, frozen=True):
    """A verdict in the history of an event.

    Attributes:
        action: The number of the action that it was given by.
        decision: The verdict.
        reviewer: The person; empty if no name was given.
        given_utc_ms: The time at which it was given, milliseconds since 1970 UTC.
        undone_utc_ms: The time at which it was undone; None if it was not.
    """

    action: int
    decision: Decision
    reviewer: str
    given_utc_ms: int
    undone_utc_ms: int | None


class ReviewedEvent(msgspec.Struct, frozen=True):
    """An event in the store, with the verdict that counts.

    Attributes:
        event: The event.
        origin: The folder that it comes from.
        decision: The latest verdict that was not undone; None if there is none.
        reviewer: The person who gave it; empty if no name was given.
        reviewed_utc_ms: The time at which it was given; None if there is none.
    """

    event: ReviewEvent
    origin: Origin
    decision: Decision | None = None
    reviewer: str = ""
    reviewed_utc_ms: int | None = None

    @property
    def sound_file(self) -> Path:
        """The path of the clip or the recording."""
        return find_file(self.origin.sounds, self.event.place.file)

    @property
    def true_label(self) -> str | None:
        """The label that the verdict confirms or gives; None if it gives none."""
        if self.decision is None:
            return None
        if self.decision.verdict is Verdict.RIGHT:
            return self.event.label
        return self.decision.label
