"""The steward of a node."""

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


def make_steward(  # noqa: PLR0913, PLR0917 - what a steward needs, each of a type of its own
    config: Config,
    model: Model,
    memory: Memory,
    publisher: MqttPublisher,
    pipeline: Pipeline,
    evidence: Evidence,
    hush: Hush,
    health: Health,
    reload: Callable[[], None],
    build: BuildPipeline,
) -> Steward:
    """Who carries out commands; what was remembered holds again.

    Args:
        config: The configuration.
        model: What classifies.
        memory: Where commands are remembered.
        publisher: Who takes commands and tells what came of them.
        pipeline: What is tuned; it is observed for its time, beside who observes it already.
        evidence: Who keeps clips.
        hush: What is muted.
        health: Where commands are counted.
        reload: Reads the configuration again, and begins anew with it; raises what is wrong.
        build: Makes a pipeline, for self-tests.
    """
    if publisher.porter is None:
        raise ValueError("a publisher that takes no commands, which is the caller's bug")
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
