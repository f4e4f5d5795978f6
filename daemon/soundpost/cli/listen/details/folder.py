"""Writes the details of a recording into a folder."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from soundpost.cli.listen.details import tables
from soundpost.cli.listen.details.label_scores import LabelScores
from soundpost.cli.listen.details.model_result import label_names, model_result
from soundpost.cli.listen.details.result import NAME, EventResult, RecordingResult
from soundpost.cli.listen.details.sound import SoundFile, SpectrogramPicture
from soundpost.decide import Rule
from soundpost.errors import EvidenceError
from soundpost.events import Detection, State
from soundpost.manifest import Manifest
from soundpost.messages.builder import LEVEL_DECIMALS, SCORE_DECIMALS
from soundpost.observer import Observer
from soundpost.system.atomic_file import write_atomic

SOUND, SPECTROGRAM = "sound.wav", "spectrogram.png"
_SECOND_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts of a recording that was read.

    Attributes:
        recorded_rate_hz: Its rate; 0 if it could not be opened.
        is_cut: True if sound was left out at its end.
        damage: What was repaired or read over.
        problem: The reason for which it was not read to its end; empty if it was.
        hint: The remedy.
    """

    recorded_rate_hz: int
    is_cut: bool
    damage: str = ""
    problem: str = ""
    hint: str = ""


class RecordingDetails:
    """Collects the details of one recording, and writes them at its end.

    `result.json` is written last: where it is, the other files are complete.

    Args:
        folder: The folder; it is made if it is not there. Files of an earlier run are replaced.
        manifests: The manifests of the models.
        rules: The rules of each model's labels.
        sample_rate_hz: The rate of capture.

    Raises:
        EvidenceError: The folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        manifests: Sequence[Manifest],
        rules: Sequence[Sequence[Rule]],
        sample_rate_hz: int,
    ) -> None:
        self._folder = folder
        self._rate_hz = sample_rate_hz
        self._manifests = manifests
        self._labels = [{label.name: label for label in each.labels} for each in manifests]
        self._events: list[EventResult] = []
        self._scores = [
            LabelScores(model, [rule for rule in rules[model] if rule.index < len(each.labels)])
            for model, each in enumerate(manifests)
        ]
        self._picture = SpectrogramPicture(sample_rate_hz)
        self._open = ExitStack()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / NAME).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        self._sound = self._open.enter_context(SoundFile(folder / SOUND, sample_rate_hz))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def observers(self) -> list[Observer]:
        """The observers of the pipeline."""
        return [self._sound, self._picture, *self._scores]

    def add(self, detection: Detection) -> None:
        """Adds an event when it ends."""
        if detection.state is not State.ENDED or detection.offset_sample is None:
            return
        label = self._labels[detection.model].get(detection.label)
        self._events.append(
            EventResult(
                label=detection.label,
                **label_names(label),
                model=self._manifests[detection.model].id,
                begin_seconds=self._seconds(detection.onset_sample),
                end_seconds=self._seconds(detection.offset_sample),
                score=round(float(detection.score), SCORE_DECIMALS),
                threshold=round(float(detection.threshold), SCORE_DECIMALS),
                level_dbfs=round(float(detection.level_dbfs), LEVEL_DECIMALS),
            )
        )

    def write(self, reading: Reading) -> None:
        """Writes all files.

        Raises:
            EvidenceError: One cannot be written.
        """
        self._events.sort(key=lambda event: (event.begin_seconds, event.label))
        result = RecordingResult(
            problem=reading.problem,
            hint=reading.hint,
            damage=reading.damage,
            seconds=self._seconds(self._sound.samples),
            is_cut=reading.is_cut,
            rate_hz=self._rate_hz,
            recorded_rate_hz=reading.recorded_rate_hz,
            highest_hz=self._picture.spec.high_hz,
            events=self._events,
            models=[
                model_result(manifest, scores, self._rate_hz)
                for manifest, scores in zip(self._manifests, self._scores, strict=True)
            ],
        )
        named = [(each.id, self._scores[n]) for n, each in enumerate(self._manifests)]
        files = {
            SPECTROGRAM: self._picture.png(),
            tables.EVENTS: tables.events_csv(self._events).encode(),
            tables.LABELS: tables.audacity_labels(self._events).encode(),
            tables.SCORES: tables.scores_csv(named, self._rate_hz).encode(),
            NAME: msgspec.json.encode(result) + b"\n",
        }
        try:
            self._open.close()
            for name, content in files.items():
                write_atomic(self._folder / name, content)
        except OSError as error:
            raise self._unwritable(error) from error

    def _seconds(self, samples: int) -> float:
        return round(samples / self._rate_hz, _SECOND_DECIMALS)

    def _unwritable(self, error: OSError) -> EvidenceError:
        return EvidenceError(
            f"the details cannot be written to {self._folder}: {error.strerror}",
            hint="name another folder, or free space there",
        )
