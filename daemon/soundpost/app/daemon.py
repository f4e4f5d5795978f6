"""The parts of a running daemon: its state, its detections, its stop and restart."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from soundpost.capture import QueuedSource, Source
from soundpost.commands import CommandHandler
from soundpost.events import Detection, Summary
from soundpost.evidence import Evidence
from soundpost.heads.background.recorder import BackgroundRecorder
from soundpost.health import Health, Problem, Status
from soundpost.messages import MessageBuilder
from soundpost.metrics import Metrics
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import Pipeline
from soundpost.publish.health_reports import HealthReports
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.signals import RETIRE
from soundpost.system.watchdog import Watchdog

_log = logging.getLogger("soundpost")


class Tickable(Protocol):
    """A part without a thread of its own; it works between two chunks."""

    def tick(self, status: Status) -> None:
        """Does what is due."""


class Daemon(msgspec.Struct, frozen=True):
    """The parts of a running daemon.

    Attributes:
        sample_rate_hz: Rate of the samples that are counted.
        health: Counters of all parts.
        source: A microphone, a stream or a file; opened by `run`.
        queued_source: The same if its sound waits in a queue, else None. Determined once, because
            `isinstance` with a protocol took 11 µs for each chunk.
        pipeline: From the source's chunks to detections.
        monitor: The microphone's problems.
        evidence: Clips of events.
        builder: Messages of detections and health.
        publisher: The outbox and the MQTT client, with their threads.
        health_reports: Health over MQTT.
        metrics: Metrics for Prometheus.
        watchdog: State and progress for systemd.
        commands: Commands over MQTT.
        background: Keep the embeddings of the last hours.
        has_head_problems: True if a head of the node is not run.
        is_refused: Returns whether the configuration file is refused and another one is in use.
        has_several_sources: Returns whether the configuration in use has several sources.
        has_same_files: Returns whether the files that the configuration names are those in use.
    """

    sample_rate_hz: int
    health: Health
    source: Source
    queued_source: QueuedSource | None
    pipeline: Pipeline
    monitor: MicrophoneMonitor
    evidence: Evidence
    builder: MessageBuilder
    publisher: MqttPublisher
    health_reports: HealthReports
    metrics: Metrics
    watchdog: Watchdog
    commands: CommandHandler
    background: Sequence[BackgroundRecorder]
    has_head_problems: bool
    is_refused: Callable[[], bool]
    has_several_sources: Callable[[], bool]
    has_same_files: Callable[[], bool]

    @property
    def tickables(self) -> Sequence[Tickable]:
        """All parts that work between two chunks, in their order."""
        return self.metrics, self.health_reports, self.watchdog, self.commands

    @property
    def captured_seconds(self) -> float:
        """Seconds of sound since the start."""
        return self.health.samples / self.sample_rate_hz

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The present problems of the microphone, of the node and of its configuration."""
        configuration = (Problem.CONFIGURATION,) if self.is_refused() else ()
        heads = (Problem.HEADS,) if self.has_head_problems else ()
        return self.monitor.problems + self.publisher.problems + configuration + heads

    def status(self) -> Status:
        """Returns the state of the daemon now."""
        return Status(
            is_gate_closed=self.pipeline.is_gate_closed,
            is_waiting=self.pipeline.is_waiting,
            is_connected=self.publisher.is_connected,
            queue_seconds=self.queued_source.waiting_seconds if self.queued_source else 0.0,
            problems=self.problems,
        )

    def publish(self, detection: Detection) -> None:
        """Counts a detection, stores its clip, then publishes its message."""
        self.metrics.count(detection)
        message = self.builder.detection(detection)
        self.publisher.publish(self.evidence.attach_clip(detection, message))

    def publish_summary(self, summary: Summary) -> None:
        """Publishes the summary of a label that goes on all the time."""
        self.publisher.publish_summary(self.builder.summary(summary))

    def end_left_open(self) -> None:
        """Publishes the last message of each event that an earlier run left open."""
        for event in self.publisher.pop_left_open():
            self.health.detections += 1
            self.publisher.publish(self.builder.closing(event.message, event.seen_utc_ns))

    def stop(self, signal_name: str) -> None:
        """Ends the loop for good; what was captured until then is still published."""
        _log.info("stopping on %s", signal_name)
        if signal_name == RETIRE.name:
            self.publisher.retire()
        self.watchdog.stop()
        self.source.stop()

    def restart(self) -> None:
        """Ends the loop, so that it starts again with the configuration that was read.

        If that has several sources, each is a node of its own, and this one is taken away.
        """
        if self.has_several_sources():
            self.publisher.retire()
        self.watchdog.reload()
        self.source.stop()
