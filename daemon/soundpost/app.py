"""The composition root: the one place that builds devices and joins them to the pipeline."""

import logging
import time
from collections.abc import Callable

import msgspec

from soundpost.capture import Recording, ReopeningMic, Source, WavSource, parse_source
from soundpost.classify.model import Model, open_model
from soundpost.clock import ClockState, clock_state
from soundpost.condition import Condition
from soundpost.config import Config, Served
from soundpost.control import Nobody, Servant, open_memory
from soundpost.decide import Hush, longest_memory_windows, make_hush, make_tracker
from soundpost.events import Detection
from soundpost.evidence import Evidence, NoEvidence, make_evidence
from soundpost.features import Windower
from soundpost.gate import make_gate
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.metrics import Metrics, Now, Stopwatch
from soundpost.pipeline import Pipeline
from soundpost.publish.broker import find_broker
from soundpost.publish.loudness import make_loudness
from soundpost.publish.payload import DetectionMessage, ModelIdentity, encode
from soundpost.publish.publisher import MqttPublisher
from soundpost.publish.reports import HealthReports
from soundpost.publish.teller import Teller
from soundpost.service import Listening, Manager, Service
from soundpost.signals import stopped_by_signals

LOG = logging.getLogger("soundpost")


def open_source(config: Config, sample_rate_hz: int, health: Health) -> Source:
    """The configured source, not yet opened."""
    named = parse_source(config.capture.source)
    if isinstance(named, Recording):
        return WavSource(
            named.path,
            sample_rate_hz,
            pace=config.capture.pace,
            starts_at_ns=time.time_ns(),
            health=health,
        )
    queue_seconds = config.capture.queue_seconds
    return ReopeningMic(named.device, sample_rate_hz, queue_seconds=queue_seconds, health=health)


def open_evidence(config: Config, manifest: Manifest, health: Health) -> Evidence:
    """What keeps the clips of events, as the configuration says; nothing does by default.

    Raises:
        ConfigError: The model's rate does not allow what is asked for, or a label is unknown.
    """
    memory_windows = longest_memory_windows(manifest, config.decide)
    return make_evidence(config.evidence, manifest, memory_windows, health)


def build_pipeline(  # noqa: PLR0913, PLR0917 - what a pipeline is made of
    config: Config,
    model: Model,
    source: Source,
    health: Health,
    evidence: Evidence | None = None,
    condition: Condition | None = None,
    hush: Hush | None = None,
    stopwatch: Stopwatch | None = None,
) -> Pipeline:
    """The pipeline from a source to detections, as the configuration and the manifest say.

    Raises:
        ConfigError: The configuration names a label that the model does not have.
    """
    manifest = model.bundle.manifest
    heard = manifest.input
    return Pipeline(
        source=source,
        condition=condition or Condition(model.sample_rate_hz),
        gate=make_gate(config.gate, model.sample_rate_hz),
        windower=Windower(heard.features, heard.window_frames, heard.stride_frames),
        classifier=stopwatch or model.classifier,
        tracker=make_tracker(manifest, config.decide, hush, health),
        evidence=evidence or NoEvidence(),
        health=health,
    )


def try_out(config: Config) -> None:
    """Raise what `run` would raise of a configuration, as far as it is known without a device."""
    model = open_model(config.classify)
    make_tracker(model.bundle.manifest, config.decide)
    make_hush(model.bundle.manifest.labels, config, clock_state)
    make_gate(config.gate, model.sample_rate_hz)
    open_evidence(config, model.bundle.manifest, Health())
    find_broker(config.mqtt)


def run(served: Served) -> bool:
    """Listen and publish until the source ends or a signal asks to stop.

    Returns:
        Whether to begin anew, with a configuration that was read again.

    Raises:
        SoundpostError: Something that a person can mend; the broker is told `offline` first.
    """
    config = served.config
    health = Health()
    model = open_model(config.classify)
    source = open_source(config, model.sample_rate_hz, health)
    evidence = open_evidence(config, model.bundle.manifest, health)
    stopwatch = Stopwatch(model.classifier.classify)
    memory = open_memory(config.mqtt)
    muted = memory.remembered.hush if memory else None
    hush = make_hush(model.bundle.manifest.labels, config, clock_state, muted)
    pipeline = build_pipeline(
        config, model, source, health, evidence, hush=hush, stopwatch=stopwatch
    )
    listening = Listening(config.capture.source, model.sample_rate_hz)
    service = Service(Manager.from_environment(), listening, health)
    LOG.info("listening to %s with %s", listening.source, model.bundle.folder)
    labels, identity = pipeline.labels, ModelIdentity.of(model.bundle.manifest)
    captures = config.evidence.folder is not None
    mqtt = MqttPublisher(config.mqtt, config.node.name, health, labels, identity, captures=captures)
    pipeline.observer = make_loudness(config.mqtt, model.sample_rate_hz, mqtt.readings)
    metrics = Metrics(config.metrics, identity, labels, health, model.sample_rate_hz, stopwatch)

    def now() -> Now:
        waiting_seconds = source.waiting_seconds if isinstance(source, ReopeningMic) else 0.0
        return Now(broker.is_connected, clock_state(), waiting_seconds, pipeline.problems)

    def stop(signal_name: str) -> None:
        LOG.info("stopping on %s", signal_name)
        service.stop()
        source.stop()  # what was heard until then is still told

    def reload() -> None:
        served.replace(try_out)
        service.reload()
        source.stop()

    steward: Servant = Nobody()
    if memory:
        from soundpost.control.make import make_steward  # noqa: PLC0415 - see the room's text

        steward = make_steward(
            config, model, memory, mqtt, pipeline, evidence, hush, health, reload, build_pipeline
        )
    with stopped_by_signals(stop), mqtt as broker:
        teller = make_teller(config, model, clock_state, broker.last_seq)
        reports = HealthReports(broker.publish_health, teller, health, config.mqtt.health_seconds)
        with source, service, metrics:
            served.keep()
            for detections in pipeline.listen():
                for detection in detections:
                    metrics.count(detection)
                    broker.publish(_tell(detection, teller, evidence))
                metrics.go_on(now)
                reports.go_on(pipeline.problems)
                service.go_on(
                    is_quiet=pipeline.is_quiet,
                    is_waiting=pipeline.is_waiting,
                    is_connected=broker.is_connected,
                    problems=pipeline.problems,
                )
                steward.go_on(is_over=pipeline.is_waiting)
                if served.is_replaced(try_out):
                    service.reload()
                    source.stop()
            steward.close()
        reports.tell(pipeline.problems)
    LOG.info("stopped after %.1f s of sound", health.samples / model.sample_rate_hz)
    return service.is_reloading


def make_teller(
    config: Config, model: Model, clock: Callable[[], ClockState], last_seq: int = 0
) -> Teller:
    """What words everything that is told, as the configuration and the manifest say."""
    return Teller(
        config.node.name,
        ModelIdentity.of(model.bundle.manifest),
        sample_rate_hz=model.sample_rate_hz,
        clock=clock,
        last_seq=last_seq,
    )


def _tell(detection: Detection, teller: Teller, evidence: Evidence) -> DetectionMessage:
    """The message of a detection; the clip that it names is stored before it is told."""
    message = teller.tell(detection)

    def naming(clip: str | None) -> DetectionMessage:
        return msgspec.structs.replace(message, clip=clip)

    return naming(evidence.keep(detection, message.id, lambda clip: encode(naming(clip))))
