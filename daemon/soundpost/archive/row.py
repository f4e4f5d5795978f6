"""A row of the tables of an archive: one event in one recording."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """An event, placed in its recording and, where its time is known, in UTC.

    Attributes:
        id: UUID version 5 of the recording's content, the model, the label and the onset.
        file: The path of the recording below the analyzed folder, with `/`.
        begin_seconds: From the start of the recording to the onset.
        end_seconds: From the start of the recording to the offset.
        label: The label, as the manifest spells it.
        common_name: The label's common name, if the bundle has one.
        scientific_name: The label's scientific name, if the bundle has one.
        score: The peak of the smoothed score, in [0, 1].
        threshold: The smoothed score that starts an event of the label.
        level_dbfs: RMS level of the loudest window.
        model_id: The bundle.
        model_version: Its version.
        onset_utc_ns: The onset, nanoseconds since 1970 UTC; None if the time is not known.
        time_flags: The reasons for which the time is not certain; empty if it is.
    """

    id: str
    file: str
    begin_seconds: float
    end_seconds: float
    label: str
    common_name: str | None
    scientific_name: str | None
    score: float
    threshold: float
    level_dbfs: float
    model_id: str
    model_version: str
    onset_utc_ns: int | None
    time_flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalyzedRecording:
    """A recording that was analyzed, with or without events.

    Attributes:
        file: The path of the recording below the analyzed folder, with `/`.
        seconds: Its length.
        utc_ns: Its start, nanoseconds since 1970 UTC; None if the time is not known.
        rate_hz: Its sample rate.
        sha256: Of its content.
        time_flags: The reasons for which the time is not certain; empty if it is.
    """

    file: str
    seconds: float
    utc_ns: int | None
    rate_hz: int
    sha256: str = ""
    time_flags: tuple[str, ...] = ()

    @property
    def trusted_utc_ns(self) -> int | None:
        """Its start if there is no reason to doubt it, else None."""
        return None if self.time_flags else self.utc_ns
