"""A node that records evidence of scripted events, from given samples and detections."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import Detection, Scores, State, Window
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.privacy import SPEECH_SCORE, Privacy
from soundpost.evidence.recorder import ClipRecorder
from soundpost.evidence.store.clip_store import ClipStore
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.evidence.store.upkeep import FolderUpkeep
from soundpost.features import FeatureSpec, LogMel
from soundpost.health import Health
from soundpost.messages import DetectionMessage, ModelIdentity

RATE_HZ = 16_000
WINDOW, STRIDE = 8_000, 4_000
STARTS_AT_NS = 1_795_000_000_000_000_000
LENGTHS = ClipLengths(
    pre_roll_samples=RATE_HZ // 2,
    post_roll_samples=RATE_HZ // 4,
    longest_samples=3 * RATE_HZ,
    delay_samples=WINDOW + 2 * STRIDE,
)


@dataclass(frozen=True)
class Event:
    """A scripted event, in samples.

    It ends as `retracted` unless it is confirmed; also then if it is `withdrawn`.
    """

    onset: int
    offset: int
    label: str = "dog"
    score: float = 0.9
    confirmed: bool = True
    withdrawn: bool = False


@dataclass
class EvidenceNode:
    """A clip recorder with its store and retention.

    Attributes:
        folder: The folder of its clips.
        lengths: Lengths of its clips.
        privacy: Setting `evidence.privacy`.
        speech_score: The score at which a window of the label `speech` is silenced.
        budget_bytes: Space for all clips on the disk.
        keep_ns: Longest age of a clip.
        keep_free_bytes: Space to leave free on the disk.
        monotonic_seconds: Clock of the slices of work on the folder.
        health: Its counters.
        published: State and clip of each published detection, in order.
        existed: For each published clip, whether its file existed by then.
    """

    folder: Path
    lengths: ClipLengths = LENGTHS
    privacy: str = "off"
    speech_score: float = SPEECH_SCORE
    budget_bytes: int = 100_000_000
    keep_ns: int = 10**18
    keep_free_bytes: int = 0
    monotonic_seconds: Callable[[], float] = time.monotonic
    health: Health = field(default_factory=Health)
    published: list[tuple[str, str | None]] = field(default_factory=list)
    existed: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._processed_samples = 0
        self._scored_until_sample = 0
        self._samples = np.zeros(0, np.int16)
        spec = FeatureSpec()
        self._log_mel = LogMel(spec)
        retention = RetentionPolicy(
            self.folder,
            budget_bytes=self.budget_bytes,
            keep_ns=self.keep_ns,
            clock=lambda: "synced",
        )
        self.recorder = ClipRecorder(
            self.lengths,
            spec,
            Privacy(self.privacy, [{1: self.speech_score}], RATE_HZ),  # type: ignore[arg-type]  # a test may try any
            ClipStore(
                self.folder,
                spec,
                FolderUpkeep(self.folder, retention, self.keep_free_bytes, self.monotonic_seconds),
                self.health,
            ),
            self.health,
        )

    def run(
        self,
        samples: Pcm,
        events: list[Event],
        sizes: list[int] | None = None,
        speech: Callable[[int], float] = lambda _: 0.0,
    ) -> None:
        """Processes samples in chunks, and publishes the events as they are decided.

        Args:
            samples: All samples; every event ends with the last one.
            events: The events to decide.
            sizes: Sizes of the chunks, repeated in turn.
            speech: Returns the score of the label `speech` in the window that starts at a sample.
        """
        script = sorted(
            (step for number, event in enumerate(events) for step in states(number, event)),
            key=lambda step: step.decided_sample,
        )
        chunk_sizes = itertools.cycle(sizes or [800])
        while self._processed_samples < len(samples):
            self.process(samples[self._processed_samples :][: next(chunk_sizes)], speech)
            while script and script[0].decided_sample <= self._scored_until_sample:
                self.publish(script.pop(0))
        for step in script:
            self.publish(step)

    def process(self, samples: Pcm, speech: Callable[[int], float] = lambda _: 0.0) -> None:
        """Processes one more chunk, and the windows that it completes."""
        at = self._processed_samples
        chunk = Chunk(at, samples, STARTS_AT_NS + samples_to_ns(at, RATE_HZ))
        self._processed_samples = chunk.end_sample
        self._samples = np.concatenate((self._samples, samples))
        self.recorder.on_chunk(chunk)
        while self._scored_until_sample + STRIDE <= chunk.end_sample:
            self._scored_until_sample += STRIDE
            if self._scored_until_sample >= WINDOW:
                self.recorder.on_scores(self._scores(self._scored_until_sample - WINDOW, speech))

    def _scores(self, start: int, speech: Callable[[int], float]) -> Scores:
        log_mel = self._log_mel.compute(self._samples[start : start + WINDOW])
        window = Window(start, start + WINDOW, log_mel, -20.0, 0)
        return Scores(window, np.array([0.0, speech(start)], np.float32))

    def publish(self, detection: Detection) -> None:
        """Has a clip attached to a detection, and records the message."""
        message = DetectionMessage(
            id=f"01a1f7dd-f708-752e-89a7-{detection.event:012x}",
            seq=1,
            node="north-gate",
            state=detection.state,
            label=detection.label,
            score=detection.score,
            threshold=detection.threshold,
            onset="2026-11-18T11:06:40.000Z",
            offset=None,
            clock="synced",
            level_dbfs=detection.level_dbfs,
            model=ModelIdentity(id="tiny", version="1.0.0", sha256="5e" * 32),
        )
        clip = self.recorder.attach_clip(detection, message).clip
        self.published.append((str(detection.state), clip))
        if clip:
            self.existed.append((self.folder / clip).is_file())


def states(number: int, event: Event) -> list[Detection]:
    """Returns the states of an event, each decided at the end of a window as by the tracker."""

    def state(state: State, after: int, offset: int | None = None) -> Detection:
        decided = -(-after // STRIDE) * STRIDE
        return Detection(
            event=number,
            state=state,
            label=event.label,
            score=event.score,
            threshold=0.5,
            onset_sample=event.onset,
            offset_sample=offset,
            decided_sample=decided,
            onset_utc_ns=STARTS_AT_NS + samples_to_ns(event.onset, RATE_HZ),
            offset_utc_ns=None,
            level_dbfs=-20.0,
        )

    over = max(event.offset, event.onset + WINDOW) + 2 * STRIDE
    if not event.confirmed:
        return [state(State.STARTED, event.onset), state(State.RETRACTED, over, event.offset)]
    return [
        state(State.STARTED, event.onset),
        state(State.CONFIRMED, event.onset + STRIDE),
        state(State.RETRACTED if event.withdrawn else State.ENDED, over, event.offset),
    ]
