"""Builds every part of the daemon from the configuration and the bundle's manifest."""

import logging
from collections.abc import Callable
from dataclasses import replace

from soundpost.app.daemon import Daemon
from soundpost.app.node import describe_node
from soundpost.capture import Source, describe_source
from soundpost.capture import build_source as build_capture_source
from soundpost.classify.model import Model, load_model
from soundpost.commands import (
    CommandHandler,
    CommandsDisabled,
    CommandTargets,
    SoundClock,
    open_state_file,
)
from soundpost.config import Config, LiveConfig
from soundpost.decide import (
    build_mutes,
    build_tracker,
    longest_memory_windows,
)
from soundpost.evidence import Evidence, build_recorder
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.messages import MessageBuilder, ModelIdentity, Origin
from soundpost.metrics import InferenceTimer, Metrics, MetricSources, event_series
from soundpost.monitor import MicrophoneMonitor
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline
from soundpost.publish.broker import load_broker_address
from soundpost.publish.health_reports import HealthReports
from soundpost.publish.level import build_level_reporter
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.clock import ClockState, clock_state
from soundpost.system.printable import printable
from soundpost.system.systemd import Notifier
from soundpost.system.watchdog import StatusLine, Watchdog

_log = logging.getLogger("soundpost")


def build(live_config: LiveConfig) -> Daemon:
    """Builds the parts of the daemon; opens nothing but the files of the outbox and of commands.

    Raises:
        SoundpostError: The configuration, the bundle or the outbox cannot be used.
    """
    config, health = live_config.config, Health()
    model = load_model(config.classify).at_place(config.node, config.decide, clock_state)
    manifest, rate_hz = model.bundle.manifest, model.sample_rate_hz
    source = build_source(config, rate_hz, health)
    source_name = printable(describe_source(config.capture.source))
    status_line = StatusLine(source_name, rate_hz, lambda: live_config.refusal)
    watchdog = Watchdog(Notifier.from_environment(), status_line, health)
    evidence = build_evidence(config, manifest, health)
    state_file = open_state_file(config.mqtt)
    mutes = build_mutes(
        manifest.labels, config, clock_state, state_file.state.mutes if state_file else None
    )
    monitor, timer = MicrophoneMonitor(rate_hz), InferenceTimer(model.classifier.classify)
    # The pipeline shares this list: observers that need the publisher are appended below.
    timed, observers = replace(model, classifier=timer), list[Observer]((monitor, evidence))
    if model.range_filter is not None:
        observers.append(model.range_filter)
    pipeline = build_pipeline(config, timed, source, health, observers, mutes)
    _log.info("capturing from %s, classifying with %s", source_name, model.bundle.folder)
    node = describe_node(config, manifest, pipeline.labels)
    publisher = MqttPublisher(config.mqtt, node, health)
    if level := build_level_reporter(config.mqtt, rate_hz, publisher.state_topics):
        observers.append(level)
    commands: CommandHandler = CommandsDisabled()
    if state_file:
        from soundpost.commands.factory import build_executor  # noqa: PLC0415 - see the package

        def reload() -> None:
            live_config.replace(validate)
            daemon.restart()

        clock = SoundClock(rate_hz)
        observers.append(clock)
        targets = CommandTargets(evidence, mutes, health, clock, pipeline.set_rules, reload)
        commands = build_executor(config, model, targets, publisher, state_file)
    builder = build_message_builder(config, model, clock_state, publisher.last_seq)
    every_seconds = config.mqtt.health_seconds
    daemon = Daemon(
        sample_rate_hz=rate_hz,
        health=health,
        source=source,
        pipeline=pipeline,
        monitor=monitor,
        evidence=evidence,
        builder=builder,
        publisher=publisher,
        health_reports=HealthReports(publisher.publish_health, builder, health, every_seconds),
        metrics=Metrics(
            config.metrics,
            MetricSources(
                ModelIdentity.of(manifest),
                pipeline.labels,
                health,
                rate_hz,
                timer,
                clock_state,
                event_series(node.labels, node.chosen, node.groups),
            ),
        ),
        watchdog=watchdog,
        commands=commands,
        is_refused=lambda: live_config.refusal is not None,
    )
    return daemon


def validate(config: Config) -> None:
    """Validates a configuration without opening a device.

    Raises:
        SoundpostError: The configuration does not fit the bundle, the model or the machine.
    """
    model = load_model(config.classify).at_place(config.node, config.decide, clock_state)
    mutes = build_mutes(model.bundle.manifest.labels, config, clock_state)
    tracker = build_tracker(model.bundle.manifest, config.decide, mutes, Health())
    build_gate(config.gate, model.sample_rate_hz)
    build_evidence(config, model.bundle.manifest, Health())
    build_source(config, model.sample_rate_hz, Health())
    load_broker_address(config.mqtt)
    describe_node(config, model.bundle.manifest, tracker.labels).sound_topics(config.mqtt)


def build_source(config: Config, sample_rate_hz: int, health: Health) -> Source:
    """Builds the configured source, not yet opened."""
    return build_capture_source(config.capture, sample_rate_hz, health)


def build_message_builder(
    config: Config, model: Model, clock: Callable[[], ClockState], last_seq: int = 0
) -> MessageBuilder:
    """Builds the message builder of a node.

    Args:
        config: Its `[node]` names the node.
        model: Named in every message.
        clock: Returns whether the wall clock can be trusted.
        last_seq: The last `seq` that an earlier run used.
    """
    return MessageBuilder(
        Origin.of(config.node, [model.bundle.manifest]),
        sample_rate_hz=model.sample_rate_hz,
        clock=clock,
        last_seq=last_seq,
    )


def build_evidence(config: Config, manifest: Manifest, health: Health) -> Evidence:
    """Builds the recorder of clips, which stores nothing unless a folder is configured.

    Raises:
        ConfigError: The model's rate does not allow what is configured, or a label is unknown.
    """
    memory_windows = longest_memory_windows(manifest, config.decide)
    return build_recorder(config.evidence, manifest, memory_windows, health)
