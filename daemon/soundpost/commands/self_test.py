"""A known sound through the rooms: is it told as what it is?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from soundpost.audio import Chunk, Pcm
from soundpost.capture import ArraySource, Source
from soundpost.classify import Bundle, read_golden
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.classify.model import Model
from soundpost.config import Config, DecideConfig, GateConfig
from soundpost.errors import BundleError, SelfTestError
from soundpost.events import Scores, State
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder, ModelIdentity
from soundpost.pipeline import Pipeline
from soundpost.system.clock import clock_state

LEAF = "selftest"
"""Where it is told, below `<prefix>/<node>/`; never among the detections."""
_MORE_STRIDES = 2
"""The example is repeated for so long after its own window, so that the event goes on a little."""

BuildPipeline = Callable[[Config, Model, Source, Health], Pipeline]
"""`soundpost.app.build_pipeline`."""


@dataclass(frozen=True, slots=True)
class KnownSound:
    """A golden example of a bundle, one window long.

    Attributes:
        label: What the model takes it for.
        score: How surely, as computed where the model was exported.
        needed_score: What must be reached here; runtimes round differently.
        samples: int16[window_samples].
    """

    label: str
    score: float
    needed_score: float
    samples: Pcm


def find_sound(bundle: Bundle) -> KnownSound:
    """The golden example that the model is surest of, digital silence aside.

    Raises:
        BundleError: Every example is silence.
    """
    golden = read_golden(bundle)
    is_sound = (golden.pcm != golden.pcm[:, :1]).any(axis=1)
    if not is_sound.any():
        raise BundleError(
            "expected a golden example that is a sound, got digital silence only",
            hint="export the bundle again, with golden vectors of sounds that it knows",
        )
    surest = np.where(is_sound, golden.scores.max(axis=1), -1.0).argmax()
    label = int(golden.scores[surest].argmax())
    score = float(golden.scores[surest, label])
    return KnownSound(
        label=bundle.manifest.label_names[label],
        score=score,
        needed_score=max(score - SCORE_TOLERANCE, score / 2),
        samples=golden.pcm[surest],
    )


class SelfTest:
    """Lets a known sound pass through rooms of its own, a chunk at each step.

    The classifier is shared with whoever listens meanwhile. All that remembers is the trial's own,
    so it may be stepped between two chunks of a live pipeline, which notices nothing of it. Nothing
    is published here.

    Args:
        config: That of the node. Its gate is tried, but that no voice is asked for, because the
            sound is none; its rules of decision are not.
        model: The model to be tried.
        build: Joins the rooms.

    Attributes:
        sound: What is to be recognised.
        best_score: The highest score so far of its label in a window.

    Raises:
        BundleError: The bundle holds no sound to try it with.
    """

    def __init__(self, config: Config, model: Model, build: BuildPipeline) -> None:
        self.sound = find_sound(model.bundle)
        self.best_score = 0.0
        manifest = model.bundle.manifest
        self._index = manifest.label_names.index(self.sound.label)
        self._health = Health()
        heard = manifest.input
        more_samples = _MORE_STRIDES * heard.stride_frames * heard.features.hop_samples
        samples = np.resize(self.sound.samples, len(self.sound.samples) + more_samples)
        source = ArraySource(samples, model.sample_rate_hz)
        self._pipeline = build(_for_trial(config, self.sound), model, source, self._health)
        self._pipeline.observer = self
        self._builder = MessageBuilder(
            config.node.name,
            ModelIdentity.of(manifest),
            sample_rate_hz=model.sample_rate_hz,
            clock=clock_state,
        )

    def steps(self) -> Iterator[list[DetectionMessage]]:
        """What each step decides, most often nothing; every message says `test`.

        A step takes no longer than a chunk of 50 ms does in a live pipeline.

        Raises:
            SelfTestError: After the last step, if the sound was not told as what it is.
        """
        is_recognised = False
        for detections in self._pipeline.run():
            is_recognised |= any(detection.state is State.STARTED for detection in detections)
            told = [self._builder.detection(detection) for detection in detections]
            yield [msgspec.structs.replace(message, test=True) for message in told]
        if not is_recognised:
            raise self._unrecognised()

    def on_chunk(self, chunk: Chunk) -> None:
        """Let it pass."""

    def on_scores(self, scores: Scores) -> None:
        """Remember how near the best window came."""
        self.best_score = max(self.best_score, float(scores.values[self._index]))

    def _unrecognised(self) -> SelfTestError:
        return SelfTestError(
            f"expected {self.sound.label} at {self.sound.needed_score:.3f} or more, "
            f"got {self.best_score:.3f} in {self._health.windows} windows",
            hint="the gate lets too little pass, or numpy or the TFLite runtime is broken: "
            "see [gate], and `soundpost check`",
        )


def _for_trial(config: Config, sound: KnownSound) -> Config:
    """The configuration with rules for the one sound, which is no voice."""
    without_voice = {"voice": "always", "level_and_voice": "level"}
    open_on = without_voice.get(config.gate.open_on, config.gate.open_on)
    rules = DecideConfig(
        include=[sound.label],
        on_threshold=sound.needed_score,
        off_threshold=sound.needed_score / 2,
        smoothing_windows=1,
        minimum_seconds=0.0,
        refractory_seconds=0.0,
    )
    gate: GateConfig = msgspec.structs.replace(config.gate, open_on=open_on)
    return msgspec.structs.replace(config, decide=rules, gate=gate)
