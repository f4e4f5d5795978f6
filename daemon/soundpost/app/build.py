"""Builds every part of the daemon from the configuration and the bundle's manifest."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from soundpost.app.daemon import Daemon
from soundpost.app.named_files import stamp_named_files
from soundpost.app.node import describe_node
from soundpost.app.parts import (
    build_evidence,
    build_joined_source,
    build_live_view,
    build_message_builder,
    build_source,
    sent_clips,
)
from soundpost.capture import QueuedSource, describe_source
from soundpost.classify.model import Model, load_models_at_place
from soundpost.commands import (
    CommandHandler,
    CommandsDisabled,
    CommandTargets,
    SoundClock,
    open_state_file,
)
from soundpost.config import Config, LiveConfig
from soundpost.decide import build_mutes, build_surroundings, build_tracker
from soundpost.gate import build_gate
from soundpost.heads.attach import read_heads
from soundpost.heads.background.build import build_background
from soundpost.health import Health
from soundpost.messages import ModelIdentity
from soundpost.metrics import InferenceTimer, Metrics, MetricSources, TimedModel, event_series
from soundpost.monitor import MicrophoneMonitor
from soundpost.mqtt.broker import load_broker_address
from soundpost.observer import Observer
from soundpost.pipeline import build_pipeline, capture_rate_hz, missing_bands
from soundpost.publish.health_reports import HealthReports
from soundpost.publish.level import build_level_reporter
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.clock import clock_state
from soundpost.system.printable import printable
from soundpost.system.systemd import Notifier, gone_sources
from soundpost.system.watchdog import StatusLine, Watchdog

_log = logging.getLogger("soundpost")


def build(live_config: LiveConfig) -> Daemon:
    """Builds the parts of the daemon; opens nothing but the files of the outbox and of commands.

    Raises:
        SoundpostError: The configuration, the bundle or the outbox cannot be used.
    """
    config, health = live_config.config, Health()
    file_stamps = stamp_named_files(config)
    models = load_models_at_place(config, clock_state)
    background = build_background(config, models, health)
    own = [model.manifest for model in models]
    heads = read_heads(config.heads, own, sets_aside=True, source=config.node.source)
    models = heads.attach(models)
    manifests = heads.manifests
    rate_hz = capture_rate_hz(config.capture, manifests)
    source = build_joined_source(config, rate_hz, health)
    source_name = printable(describe_source(config.capture.source))
    status_line = StatusLine(source_name, rate_hz, lambda: live_config.refusal)
    watchdog = Watchdog(Notifier.from_environment(), status_line, health)
    evidence = build_evidence(config, manifests, health)
    state_file = open_state_file(config.mqtt)
    mutes = build_mutes(
        [manifest.labels for manifest in manifests],
        config,
        clock_state,
        state_file.state.mutes if state_file else None,
    )
    monitor = MicrophoneMonitor(rate_hz)
    timers = [
        InferenceTimer(model.classifier.classify, model.classifier.classify_all) for model in models
    ]
    # The pipeline shares this list: observers that need the publisher are appended below.
    observers = list[Observer]((monitor, evidence, *background))
    observers += [model.range_filter for model in models if model.range_filter is not None]
    timed = [replace(model, classifier=timer) for model, timer in zip(models, timers, strict=True)]
    pipeline = build_pipeline(config, timed, source, health, observers, mutes)
    _log_models(source_name, models, rate_hz)
    heads.log()
    node = describe_node(config, manifests, pipeline.labels, gone_sources(), heads.labels)
    publisher = MqttPublisher(config.mqtt, node, health)
    if level := build_level_reporter(config.mqtt, rate_hz, publisher.state_topics):
        observers.append(level)
    acoustics = None
    if node.acoustics:
        # Off by default: a node that measures no minutes imports nothing of them.
        from soundpost.publish.retained.acoustics import build_acoustics_publisher  # noqa: PLC0415 - see above

        acoustics = build_acoustics_publisher(
            node.node_name, node.acoustics, rate_hz, clock_state, publisher.state_topics
        )
        observers += [acoustics] if acoustics else []
    live_view = build_live_view(config, manifests, pipeline.labels, publisher)
    if live_view:
        observers.append(live_view)
    commands: CommandHandler = CommandsDisabled()
    if state_file:
        from soundpost.commands.factory import build_executor, teach_place  # noqa: PLC0415 - see the package

        def reload() -> None:
            live_config.replace(validate)
            daemon.restart()

        clock = SoundClock(rate_hz)
        observers.append(clock)
        targets = CommandTargets(
            *(evidence, mutes, health, clock, pipeline.set_rules, reload),
            *(sent_clips(config), live_view, teach_place(config, live_config.file, own[0])),
        )
        commands = build_executor(config, models, targets, publisher, state_file)
    builder = build_message_builder(
        config, manifests, clock_state, publisher.last_seq, heads.reports
    )
    every_seconds = config.mqtt.health_seconds
    daemon = Daemon(
        sample_rate_hz=rate_hz,
        health=health,
        source=source,
        queued_source=source if isinstance(source, QueuedSource) else None,
        pipeline=pipeline,
        monitor=monitor,
        evidence=evidence,
        builder=builder,
        publisher=publisher,
        health_reports=HealthReports(publisher.publish_health, builder, health, every_seconds),
        metrics=Metrics(
            config.metrics,
            MetricSources(
                [
                    TimedModel(ModelIdentity.of(manifest), timer)
                    for manifest, timer in zip(manifests, timers, strict=True)
                ],
                pipeline.labels,
                health,
                rate_hz,
                clock_state,
                event_series(node.labels, node.chosen, node.groups),
                config.node.source,
                lambda: acoustics.latest if acoustics else None,
            ),
        ),
        watchdog=watchdog,
        commands=commands,
        background=background,
        has_head_problems=heads.has_problems,
        is_refused=lambda: live_config.refusal is not None,
        has_several_sources=lambda: bool(live_config.config.sources),
        has_same_files=lambda: stamp_named_files(live_config.config) == file_stamps,
    )
    return daemon


def validate(config: Config) -> None:
    """Validates a configuration without opening a device; each of several sources does so.

    Raises:
        SoundpostError: The configuration does not fit the bundle, the model or the machine.
    """
    if config.sources:
        return
    models = load_models_at_place(config, clock_state)
    heads = read_heads(config.heads, [model.manifest for model in models])
    manifests = heads.manifests
    rate_hz = capture_rate_hz(config.capture, manifests)
    mutes = build_mutes([manifest.labels for manifest in manifests], config, clock_state)
    surroundings = build_surroundings([manifest.labels for manifest in manifests], config)
    trackers = [
        build_tracker(manifest, model.decide, mutes, Health(), surroundings=surroundings)
        for manifest, model in zip(manifests, config.all_models, strict=True)
    ]
    build_gate(config.gate, rate_hz)
    build_evidence(config, manifests, Health())
    build_source(config, rate_hz, Health())
    load_broker_address(config.mqtt)
    labels = list(dict.fromkeys(name for tracker in trackers for name in tracker.labels))
    build_live_view(config, manifests, labels)
    describe_node(config, manifests, labels, taught=heads.labels).sound_topics(config.mqtt)


def _log_models(source_name: str, models: Sequence[Model], rate_hz: int) -> None:
    folders = ", ".join(str(model.bundle.folder) for model in models)
    _log.info("capturing from %s, classifying with %s", source_name, folders)
    for line in missing_bands([model.manifest for model in models], rate_hz):
        _log.warning("%s (raise capture.rate_hz, or leave it out)", line)
