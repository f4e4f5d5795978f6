"""Detects the events of a recording by the daemon's path: gate, windows, network, tracker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from soundpost.config import GateConfig
from soundpost.decide import Mutes, Rule, Tracker
from soundpost.events import Detection, Scores, Window
from soundpost.features import Windower
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost_training.soundscape.detect.chunks import read_chunks
from soundpost_training.soundscape.detect.events import DetectedEvent, merge_states
from soundpost_training.soundscape.detect.inference import SampleBuffer, SoundModel


@dataclass(frozen=True, slots=True)
class Detected:
    """The events of one recording.

    Attributes:
        seconds: Length of the recording.
        events: For each set of rules, its events in the order in which they ended.
        damage: What of it was damaged or missing, and read over; empty for nothing.
    """

    seconds: float
    events: tuple[list[DetectedEvent], ...]
    damage: str


def detect_events(
    path: Path, model: SoundModel, gate: GateConfig, *rule_sets: Sequence[Rule]
) -> Detected:
    """Runs a recording through the daemon's stages once, and decides by each set of rules.

    Args:
        path: The recording.
        model: The model that scores windows.
        gate: The configuration of the gate before it.
        rule_sets: Sets of rules; each has a tracker of its own. An empty set has no events.

    Raises:
        CaptureError: The recording cannot be read.
    """
    trackers = {
        index: Tracker(rules, model.spec, Mutes(rule.label for rule in rules), Health())
        for index, rules in enumerate(rule_sets)
        if rules
    }
    detections: list[list[Detection]] = [[] for _ in rule_sets]
    stream = _ScoreStream(model, gate)
    for scores in stream.scores(path):
        for index, tracker in trackers.items():
            detections[index].extend(tracker.update(scores))
    for index, tracker in trackers.items():
        detections[index].extend(tracker.flush())
    rate_hz = model.spec.sample_rate_hz
    return Detected(
        stream.samples / rate_hz,
        tuple(merge_states(decided, rate_hz) for decided in detections),
        "; ".join(stream.damage),
    )


class _ScoreStream:
    """The scores of one recording, window by window; windows are not kept.

    Args:
        model: The model.
        gate: The configuration of the gate.
    """

    def __init__(self, model: SoundModel, gate: GateConfig) -> None:
        self._model = model
        self._gate = build_gate(gate, model.spec.sample_rate_hz)
        self._windower = Windower(model.spec, model.window_frames, model.stride_frames)
        self._buffer = SampleBuffer(model.spec.sample_count(model.window_frames))
        self.samples = 0
        self.damage: list[str] = []

    def scores(self, path: Path) -> Iterator[Scores]:
        """Yields the scores of each window that the gate lets pass."""
        end_sample = 0
        for chunk in read_chunks(path, self._model.spec.sample_rate_hz, self.damage.append):
            self.samples = chunk.end_sample
            for passed in self._gate.filter(chunk):
                if passed.start_sample != end_sample:
                    yield from map(self._scored, self._windower.flush())
                    self._buffer.restart(passed.start_sample)
                end_sample = passed.end_sample
                self._buffer.add(passed.samples)
                yield from map(self._scored, self._windower.window(passed))
        yield from map(self._scored, self._windower.flush())

    def _scored(self, window: Window) -> Scores:
        return Scores(
            window=window, values=self._model.scores(window, self._buffer.samples_of(window))
        )
