"""The composition root: the one place that builds devices and joins them to the pipeline."""

import logging
import time
from collections.abc import Callable

import msgspec

from soundpost.capture import FileSource, ReconnectingMic, Recording, Source, parse_source
from soundpost.classify.model import Model, load_model
from soundpost.commands import CommandHandler, CommandsDisabled, open_state_file
from soundpost.config import Config, LiveConfig
from soundpost.decide import Mutes, build_mutes, build_tracker, longest_memory_windows
from soundpost.events import Detection
from soundpost.evidence import Evidence, NoEvidence, build_evidence
from soundpost.features import Windower
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.messages.builder import MessageBuilder
from soundpost.messages.payload import DetectionMessage, ModelIdentity, encode
from soundpost.metrics import InferenceTimer, Metrics, Now
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import Pipeline
from soundpost.publish.broker import load_broker_address
from soundpost.publish.health_reports import HealthReports
from soundpost.publish.level import build_level_reporter
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.clock import ClockState, clock_state
from soundpost.system.signals import stopped_by_signals
from soundpost.system.systemd import Notifier
from soundpost.system.watchdog import StatusLine, Watchdog

LOG = logging.getLogger("soundpost")


def build_source(config: Config, sample_rate_hz: int, health: Health) -> Source:
    """The configured source, not yet opened."""
    named = parse_source(config.capture.source)
    if isinstance(named, Recording):
        return FileSource(
            named.path,
            sample_rate_hz,
            pace=config.capture.pace,
            starts_at_ns=time.time_ns(),
            health=health,
        )
    queue_seconds = config.capture.queue_seconds
    return ReconnectingMic(named.device, sample_rate_hz, queue_seconds=queue_seconds, health=health)


def build_evidence_store(config: Config, manifest: Manifest, health: Health) -> Evidence:
    """What keeps the clips of events, as the configuration says; nothing does by default.

    Raises:
        ConfigError: The model's rate does not allow what is asked for, or a label is unknown.
    """
    memory_windows = longest_memory_windows(manifest, config.decide)
    return build_evidence(config.evidence, manifest, memory_windows, health)


def build_pipeline(  # noqa: PLR0913, PLR0917 - what a pipeline is made of
    config: Config,
    model: Model,
    source: Source,
    health: Health,
    evidence: Evidence | None = None,
    condition: MicrophoneMonitor | None = None,
    mutes: Mutes | None = None,
    inference_timer: InferenceTimer | None = None,
) -> Pipeline:
    """The pipeline from a source to detections, as the configuration and the manifest say.

    Raises:
        ConfigError: The configuration names a label that the model does not have.
    """
    manifest = model.bundle.manifest
    heard = manifest.input
    return Pipeline(
        source=source,
        condition=condition or MicrophoneMonitor(model.sample_rate_hz),
        gate=build_gate(config.gate, model.sample_rate_hz),
        windower=Windower(heard.features, heard.window_frames, heard.stride_frames),
        classifier=inference_timer or model.classifier,
        tracker=build_tracker(manifest, config.decide, mutes, health),
        evidence=evidence or NoEvidence(),
        health=health,
    )


def try_out(config: Config) -> None:
    """Raise what `run` would raise of a configuration, as far as it is known without a device."""
    model = load_model(config.classify)
    build_tracker(model.bundle.manifest, config.decide)
    build_mutes(model.bundle.manifest.labels, config, clock_state)
    build_gate(config.gate, model.sample_rate_hz)
    build_evidence_store(config, model.bundle.manifest, Health())
    load_broker_address(config.mqtt)


def run(served: LiveConfig) -> bool:
    """Listen and publish until the source ends or a signal asks to stop.

    Returns:
        Whether to begin anew, with a configuration that was read again.

    Raises:
        SoundpostError: Something that a person can mend; the broker is told `offline` first.
    """
    config = served.config
    health = Health()
    model = load_model(config.classify)
    source = build_source(config, model.sample_rate_hz, health)
    evidence = build_evidence_store(config, model.bundle.manifest, health)
    inference_timer = InferenceTimer(model.classifier.classify)
    state_file = open_state_file(config.mqtt)
    muted = state_file.state.mutes if state_file else None
    mutes = build_mutes(model.bundle.manifest.labels, config, clock_state, muted)
    pipeline = build_pipeline(
        config, model, source, health, evidence, mutes=mutes, inference_timer=inference_timer
    )
    listening = StatusLine(config.capture.source, model.sample_rate_hz)
    service = Watchdog(Notifier.from_environment(), listening, health)
    LOG.info("listening to %s with %s", listening.source, model.bundle.folder)
    labels, identity = pipeline.labels, ModelIdentity.of(model.bundle.manifest)
    captures = config.evidence.folder is not None
    mqtt = MqttPublisher(config.mqtt, config.node.name, health, labels, identity, captures=captures)
    pipeline.observer = build_level_reporter(config.mqtt, model.sample_rate_hz, mqtt.state_topics)
    metrics = Metrics(
        config.metrics, identity, labels, health, model.sample_rate_hz, inference_timer
    )

    def now() -> Now:
        waiting_seconds = source.waiting_seconds if isinstance(source, ReconnectingMic) else 0.0
        return Now(broker.is_connected, clock_state(), waiting_seconds, pipeline.problems)

    def stop(signal_name: str) -> None:
        LOG.info("stopping on %s", signal_name)
        service.stop()
        source.stop()  # what was heard until then is still told

    def reload() -> None:
        served.replace(try_out)
        service.reload()
        source.stop()

    executor: CommandHandler = CommandsDisabled()
    if state_file:
        from soundpost.commands.factory import build_executor  # noqa: PLC0415 - see the room's text

        executor = build_executor(
            config,
            model,
            state_file,
            mqtt,
            pipeline,
            evidence,
            mutes,
            health,
            reload,
            build_pipeline,
        )
    with stopped_by_signals(stop), mqtt as broker:
        builder = build_message_builder(config, model, clock_state, broker.last_seq)
        reports = HealthReports(broker.publish_health, builder, health, config.mqtt.health_seconds)
        with source, service, metrics:
            served.save_copy()
            for detections in pipeline.run():
                for detection in detections:
                    metrics.count(detection)
                    broker.publish(_tell(detection, builder, evidence))
                metrics.tick(now)
                reports.tick(pipeline.problems)
                service.tick(
                    is_quiet=pipeline.is_quiet,
                    is_waiting=pipeline.is_waiting,
                    is_connected=broker.is_connected,
                    problems=pipeline.problems,
                )
                executor.tick(is_over=pipeline.is_waiting)
                if served.is_replaced(try_out):
                    service.reload()
                    source.stop()
            executor.close()
        reports.publish_now(pipeline.problems)
    LOG.info("stopped after %.1f s of sound", health.samples / model.sample_rate_hz)
    return service.is_reloading


def build_message_builder(
    config: Config, model: Model, clock: Callable[[], ClockState], last_seq: int = 0
) -> MessageBuilder:
    """What words everything that is told, as the configuration and the manifest say."""
    return MessageBuilder(
        config.node.name,
        ModelIdentity.of(model.bundle.manifest),
        sample_rate_hz=model.sample_rate_hz,
        clock=clock,
        last_seq=last_seq,
    )


def _tell(detection: Detection, builder: MessageBuilder, evidence: Evidence) -> DetectionMessage:
    """The message of a detection; the clip that it names is stored before it is told."""
    message = builder.detection(detection)

    def naming(clip: str | None) -> DetectionMessage:
        return msgspec.structs.replace(message, clip=clip)

    return naming(evidence.keep(detection, message.id, lambda clip: encode(naming(clip))))
