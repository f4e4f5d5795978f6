"""Runs a known sound through a pipeline of its own; it must be recognised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from soundpost.audio import Pcm
from soundpost.audio.resample import resample_whole
from soundpost.capture import ArraySource
from soundpost.classify import Bundle, read_golden
from soundpost.classify.golden import SCORE_TOLERANCE
from soundpost.classify.model import Model
from soundpost.config import Config, DecideConfig, GateConfig
from soundpost.errors import BundleError, SelfTestError
from soundpost.events import Scores, State
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder, Origin
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline, capture_rate_hz
from soundpost.system.clock import clock_state

TOPIC = "selftest"
"""Topic of its messages below `<prefix>/<node>/`; they never go to the detections' topic."""
_MORE_STRIDES = 2
"""The example is repeated for two strides more, so that the event lasts beyond one window."""


@dataclass(frozen=True, slots=True)
class KnownSound:
    """A golden example of a bundle, one window long.

    Attributes:
        label: The label with the highest score.
        score: That score, as computed where the model was exported.
        needed_score: The least score to reach on this machine; runtimes round differently.
        samples: int16[window_samples].
    """

    label: str
    score: float
    needed_score: float
    samples: Pcm


def find_sound(bundle: Bundle) -> KnownSound:
    """Returns the golden example with the highest score, digital silence excluded.

    Raises:
        BundleError: Every example is silence.
    """
    golden = read_golden(bundle)
    is_sound = (golden.pcm != golden.pcm[:, :1]).any(axis=1)
    if not is_sound.any():
        raise BundleError(
            "expected a golden example that is a sound, got digital silence only",
            hint="export the bundle again, with golden vectors of sounds of its labels",
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


class SelfTest(Observer):
    """Runs a known sound through a pipeline of its own, one chunk at each step.

    Only the classifier is shared with a live pipeline; everything with a state is the test's own.
    So a step can be taken between two chunks of a live pipeline without changing its results.
    Nothing is published here.

    Args:
        config: The node's. Its gate is tested, except for the voice trigger, because the sound is
            no voice; its rules of decision are not tested.
        model: The model under test.
        rate_hz: The rate of capture, at which the sound enters the pipeline; by default the
            model's.

    Attributes:
        sound: The sound that must be recognised.
        model: The identity of the model, as messages state it.
        best_score: The highest score of its label in a window so far.

    Raises:
        BundleError: The bundle has no sound to test it with.
    """

    def __init__(self, config: Config, model: Model, rate_hz: int | None = None) -> None:
        self.sound = find_sound(model.bundle)
        self.best_score = 0.0
        manifest = model.bundle.manifest
        self._index = manifest.label_names.index(self.sound.label)
        self._health = Health()
        self._lacks_band = rate_hz is not None and rate_hz < model.sample_rate_hz
        model_input = manifest.input
        stride_samples = model_input.stride_samples
        more_samples = _MORE_STRIDES * stride_samples
        samples = np.resize(self.sound.samples, len(self.sound.samples) + more_samples)
        rate_hz = rate_hz or model.sample_rate_hz
        captured = resample_whole(samples, model.sample_rate_hz, rate_hz)
        source = ArraySource(captured, rate_hz)
        settings = _test_config(config, self.sound, rate_hz)
        self._pipeline = build_pipeline(settings, model, source, self._health, [self])
        origin = Origin.of(config.node, [manifest])
        (self.model,) = origin.models
        self._builder = MessageBuilder(
            origin,
            sample_rate_hz=rate_hz,
            clock=clock_state,
        )

    def steps(self) -> Iterator[list[DetectionMessage]]:
        """Yields the messages of each step, most often none; `test` is true in all of them.

        A step takes no longer than a chunk of 50 ms does in a live pipeline.

        Raises:
            SelfTestError: After the last step, if the sound was not recognised.
        """
        is_recognised = False
        for detections in self._pipeline.run():
            is_recognised |= any(detection.state is State.STARTED for detection in detections)
            messages = [self._builder.detection(detection) for detection in detections]
            yield [msgspec.structs.replace(message, test=True) for message in messages]
        if not is_recognised:
            raise self._unrecognised()

    def on_scores(self, scores: Scores) -> None:
        """Keeps the highest score of the sound's label."""
        self.best_score = max(self.best_score, float(scores.values[self._index]))

    def _unrecognised(self) -> SelfTestError:
        hint = (
            "the gate drops too much, or numpy or the model's runtime is broken: see [gate], and "
            "`soundpost check`"
        )
        if self._lacks_band:
            hint = "capture.rate_hz is below the rate of the model, whose upper band stays empty"
        return SelfTestError(
            f"expected {self.sound.label} at {self.sound.needed_score:.3f} or more, "
            f"got {self.best_score:.3f} in {self._health.windows} windows",
            hint=hint,
        )


class SelfTests:
    """Runs the self-test of each model of a node, one after the other.

    Args:
        config: The node's.
        models: Its models.

    Attributes:
        tests: The self-test of each model.

    Raises:
        BundleError: A bundle has no sound to test it with.
    """

    def __init__(self, config: Config, models: Sequence[Model]) -> None:
        rate_hz = capture_rate_hz(config.capture, [model.bundle.manifest for model in models])
        self.tests = [SelfTest(config, model, rate_hz) for model in models]

    def steps(self) -> Iterator[list[DetectionMessage]]:
        """Yields the messages of each step of each test, most often none.

        Raises:
            SelfTestError: After the last step of a test, if its sound was not recognised.
        """
        for test in self.tests:
            yield from test.steps()


def _test_config(config: Config, sound: KnownSound, rate_hz: int) -> Config:
    """Returns the configuration with rules for this sound only, and without the voice trigger."""
    without_voice = {"voice": "always", "level_and_voice": "level"}
    open_on = without_voice.get(config.gate.open_on, config.gate.open_on)
    rules = DecideConfig(
        include=[sound.label],
        range="off",
        on_threshold=sound.needed_score,
        off_threshold=sound.needed_score / 2,
        smoothing_windows=1,
        minimum_seconds=0.0,
        refractory_seconds=0.0,
    )
    gate: GateConfig = msgspec.structs.replace(config.gate, open_on=open_on)
    capture = msgspec.structs.replace(config.capture, rate_hz=rate_hz)
    return msgspec.structs.replace(config, capture=capture, decide=rules, gate=gate, models=[])
