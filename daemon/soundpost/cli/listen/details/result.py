"""The result of one recording as JSON: events, the best labels, their scores over time."""

import msgspec

NAME = "result.json"


class EventResult(msgspec.Struct, frozen=True, kw_only=True):
    """An event.

    Attributes:
        label: The label, as the manifest spells it.
        common_name: The name that people use; empty if the bundle has none.
        scientific_name: The name of the species in Latin; empty if the bundle has none.
        model: The id of the model.
        begin_seconds: From the start of the recording to the onset.
        end_seconds: From the start of the recording to the offset.
        score: The peak of the smoothed score.
        threshold: The smoothed score that starts an event.
        level_dbfs: RMS level of the loudest window.
    """

    label: str
    common_name: str
    scientific_name: str
    model: str
    begin_seconds: float
    end_seconds: float
    score: float
    threshold: float
    level_dbfs: float


class LabelResult(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of a label over time.

    Attributes:
        label: The label, as the manifest spells it.
        common_name: The name that people use; empty if the bundle has none.
        scientific_name: The name of the species in Latin; empty if the bundle has none.
        threshold: The smoothed score that starts an event.
        best: The best smoothed score.
        best_seconds: The begin of the window that has it.
        scores: The smoothed scores, one for each of `ModelResult.begin_seconds`.
    """

    label: str
    common_name: str
    scientific_name: str
    threshold: float
    best: float
    best_seconds: float
    scores: list[float]


class ModelResult(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of a model.

    Attributes:
        id: Its id.
        version: Its version.
        labels: The number of labels that it can detect with the settings of the run.
        window_seconds: The length of a window.
        begin_seconds: The begin of each window, from the start of the recording. With many windows,
            several share an entry, which has the begin of the first and the best score of each
            label. Windows that the gate left out are missing.
        best: The labels with the best scores, the best first.
    """

    id: str
    version: str
    labels: int
    window_seconds: float
    begin_seconds: list[float]
    best: list[LabelResult]


class RecordingResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a recording (schema 1).

    Attributes:
        schema: The version of this schema.
        problem: The reason for which the recording could not be read to its end; empty if it was.
        hint: The remedy; empty if it was read.
        damage: What was repaired or read over; empty if there was nothing.
        seconds: The length of the sound that was read.
        is_cut: True if there is more sound, which `--first` left out.
        rate_hz: The rate at which it was analyzed.
        recorded_rate_hz: The rate of the recording; 0 if it could not be opened.
        highest_hz: The highest frequency in the spectrogram.
        events: The events, by their begin.
        models: The models.
    """

    schema: int = 1
    problem: str
    hint: str
    damage: str
    seconds: float
    is_cut: bool
    rate_hz: int
    recorded_rate_hz: int
    highest_hz: float
    events: list[EventResult]
    models: list[ModelResult]
