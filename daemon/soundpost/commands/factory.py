"""The steward of a node."""

from collections.abc import Callable

from soundpost.classify.model import Model
from soundpost.commands.context import CommandContext
from soundpost.commands.executor import CommandExecutor
from soundpost.commands.live_settings import LiveSettings
from soundpost.commands.self_test import BuildPipeline, SelfTest
from soundpost.commands.sound_clock import SoundClock
from soundpost.commands.state_file import StateFile
from soundpost.config import Config
from soundpost.decide import Mutes
from soundpost.evidence import Evidence
from soundpost.health import Health
from soundpost.pipeline import Pipeline
from soundpost.publish.publisher import MqttPublisher
from soundpost.publish.state_topics import set_settings


def build_executor(  # noqa: PLR0913, PLR0917 - what a steward needs, each of a type of its own
    config: Config,
    model: Model,
    state_file: StateFile,
    publisher: MqttPublisher,
    pipeline: Pipeline,
    evidence: Evidence,
    mutes: Mutes,
    health: Health,
    reload: Callable[[], None],
    build: BuildPipeline,
) -> CommandExecutor:
    """Who carries out commands; what was remembered holds again.

    Args:
        config: The configuration.
        model: What classifies.
        state_file: Where commands are remembered.
        publisher: Who takes commands and tells what came of them.
        pipeline: What is tuned; it is observed for its time, beside who observes it already.
        evidence: Who keeps clips.
        mutes: What is muted.
        health: Where commands are counted.
        reload: Reads the configuration again, and begins anew with it; raises what is wrong.
        build: Makes a pipeline, for self-tests.
    """
    if publisher.inbox is None:
        raise ValueError("a publisher that takes no commands, which is the caller's bug")
    sound_clock = SoundClock(model.sample_rate_hz, pipeline.observer)
    pipeline.observer = sound_clock
    live_settings = LiveSettings(
        node=config.node.name,
        labels=model.bundle.manifest.labels,
        config=config.decide,
        sample_rate_hz=model.sample_rate_hz,
        mutes=mutes,
        retune=pipeline.set_rules,
        overrides=state_file.state.overrides,
    )
    context = CommandContext(
        live_settings=live_settings,
        evidence=evidence,
        self_test=lambda: SelfTest(config, model, build),
        reload=reload,
        tell=lambda settings: set_settings(settings, publisher.state_topics),
        sound_clock=sound_clock,
        health=health,
    )
    return CommandExecutor(publisher.inbox, context, state_file)
