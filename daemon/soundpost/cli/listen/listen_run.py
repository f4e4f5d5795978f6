"""Runs the pipeline over recordings, one after the other, and collects what it detects."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, TextIO

import msgspec

from soundpost.app import build_message_builder
from soundpost.capture import BeginningSource, FileSource, JoinedSource, Source
from soundpost.classify.model import Model
from soundpost.cli.listen.details import Reading, RecordingDetails
from soundpost.cli.listen.reports import BestScores, ReportOptions, Summary
from soundpost.cli.progress.recordings import Progress
from soundpost.config import Config
from soundpost.decide import Rule, publishing_every_event
from soundpost.errors import CaptureError, EvidenceError, SoundpostError
from soundpost.events import Detection
from soundpost.health import Health
from soundpost.messages.payload import encode
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import build_pipeline, capture_rate_hz
from soundpost.recording import problem_of
from soundpost.system.printable import printable

_log = logging.getLogger("soundpost")


class Outputs(NamedTuple):
    """The outputs that are written while a recording is read.

    Attributes:
        lines: Receives the JSON lines; None for none.
        details: The folder for the details of the only recording; None for none.
    """

    lines: TextIO | None
    details: Path | None


class ListenRun:
    """A run over recordings, and what it found.

    Args:
        config: The configuration.
        models: The models.
        rules: The rules of each model's labels.
        first_seconds: The length of the beginning that is read of each recording; None for all.
        outputs: What is written meanwhile.
    """

    def __init__(
        self,
        config: Config,
        models: Sequence[Model],
        rules: Sequence[Sequence[Rule]],
        first_seconds: float | None,
        outputs: Outputs,
    ) -> None:
        self._manifests = [model.manifest for model in models]
        self._config = config
        self._models = models
        self._rate_hz = capture_rate_hz(config.capture, self._manifests)
        self._rules = [publishing_every_event(rules_of_model) for rules_of_model in rules]
        self._first_samples = (
            None if first_seconds is None else round(first_seconds * self._rate_hz)
        )
        self._outputs = outputs
        self._builder = build_message_builder(config, self._manifests, lambda: "file")
        self._summary = Summary(self._rate_hz)
        self._best_scores = BestScores(rules, [len(each.labels) for each in self._manifests])

    def read(self, recording: Path, progress: Progress, number: int) -> bool:
        """Detects in a recording; returns False, after an error in the log, if it is broken.

        Args:
            recording: The file.
            progress: Shows how far the run is.
            number: Recordings before this one.

        Raises:
            EvidenceError: The details cannot be written.
        """
        rate_hz, health = self._rate_hz, Health()
        file = FileSource(
            recording,
            rate_hz,
            pace="fast",
            starts_at_ns=0,
            health=health,
            channel=self._config.capture.channel,
        )
        whole = file if self._first_samples is None else BeginningSource(file, self._first_samples)
        problem = hint = ""
        self._summary.recordings += 1
        with ExitStack() as opening:
            details = self._open_details(opening)
            try:
                for detections in self._run(recording, whole, details, health):
                    progress.show(number, recording, health.samples / rate_hz)
                    for detection in detections:
                        self._add(detection, recording, details, progress)
            except EvidenceError:
                raise
            except SoundpostError as error:
                _log.error("%s\n  hint: %s", error, error.hint)
                problem = (
                    problem_of(recording, error) if isinstance(error, CaptureError) else str(error)
                )
                hint = error.hint
            finally:
                self._summary.samples += health.samples
            if details:
                is_cut = isinstance(whole, BeginningSource) and whole.is_cut
                damage = file.warning
                details.write(Reading(file.recorded_rate_hz, is_cut, damage, problem, hint))
        return not problem

    def _run(
        self, recording: Path, source: Source, details: RecordingDetails | None, health: Health
    ) -> Iterator[list[Detection]]:
        monitor = MicrophoneMonitor(self._rate_hz, wall_ns=lambda: 0)  # no file is late
        observers = [monitor, *self._best_scores.observers(recording)]
        if details:
            observers += details.observers
        in_stretches = JoinedSource(source, self._rate_hz)
        pipeline = build_pipeline(self._config, self._models, in_stretches, health, observers)
        pipeline.set_rules(self._rules)
        with source:
            yield from pipeline.run()

    def _add(
        self,
        detection: Detection,
        recording: Path,
        details: RecordingDetails | None,
        progress: Progress,
    ) -> None:
        """Adds a detection to all outputs."""
        self._summary.count(detection)
        if details:
            details.add(detection)
        lines = self._outputs.lines
        if lines is None:
            return
        message = self._builder.detection(detection)
        message = msgspec.structs.replace(message, clip=printable(str(recording)))
        if lines.isatty():
            progress.erase()
        lines.write(encode(message).decode() + "\n")

    def write_tables(self, reports: ReportOptions, out: TextIO) -> None:
        """Writes the tables that were asked for."""
        if reports.has_summary:
            self._summary.write(out)
        if reports.has_scores:
            self._best_scores.write(out, self._summary.labels, self._rate_hz)

    def _open_details(self, opening: ExitStack) -> RecordingDetails | None:
        if self._outputs.details is None:
            return None
        folder, manifests, rules = self._outputs.details, self._manifests, self._rules
        return opening.enter_context(RecordingDetails(folder, manifests, rules, self._rate_hz))
