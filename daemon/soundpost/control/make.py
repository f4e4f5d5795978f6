"""The steward of a node, or nobody where none is wanted."""

from collections.abc import Callable

from soundpost.classify.model import Model
from soundpost.config import Config
from soundpost.control.ears import Ears
from soundpost.control.means import Means
from soundpost.control.memory import Memory
from soundpost.control.steward import Steward
from soundpost.control.tuning import Tuning
from soundpost.decide import Hush
from soundpost.evidence import Evidence
from soundpost.health import Health
from soundpost.pipeline import Pipeline
from soundpost.publish.publisher import MqttPublisher
from soundpost.publish.settings import tell_settings
from soundpost.trial import BuildPipeline, Trial


class Nobody:
    """Does nothing, where nothing may be commanded."""

    def go_on(self, *, is_over: bool = False) -> None:
        """Nothing is to be done."""

    def close(self) -> None:
        """Nothing is to be ended."""


def make_steward(  # noqa: PLR0913 - what a steward needs, each given once, by name
    config: Config,
    model: Model,
    *,
    publisher: MqttPublisher,
    pipeline: Pipeline,
    evidence: Evidence,
    hush: Hush,
    health: Health,
    memory: Memory,
    reload: Callable[[], None],
    build: BuildPipeline,
) -> Steward | Nobody:
    """Who carries out commands, if the configuration wants it; what was remembered holds again.

    Args:
        config: The configuration.
        model: What classifies.
        publisher: Who takes commands and tells what came of them.
        pipeline: What is tuned, and listened to for the time; nobody else may observe it.
        evidence: Who keeps clips.
        hush: What is muted.
        health: Where commands are counted.
        memory: Where commands are remembered.
        reload: Reads the configuration again, and begins anew with it; raises what is wrong.
        build: Makes a pipeline, for self-tests.
    """
    if publisher.porter is None:
        return Nobody()
    ears = Ears(model.sample_rate_hz, pipeline.observer)
    pipeline.observer = ears
    tuning = Tuning(
        node=config.node.name,
        labels=model.bundle.manifest.labels,
        config=config.decide,
        sample_rate_hz=model.sample_rate_hz,
        hush=hush,
        retune=pipeline.retune,
        overrides=memory.remembered.overrides,
    )
    means = Means(
        tuning=tuning,
        evidence=evidence,
        trial=lambda: Trial(config, model, build),
        reload=reload,
        tell=lambda settings: tell_settings(settings, publisher.readings),
        ears=ears,
        health=health,
    )
    return Steward(publisher.porter, means, memory)
