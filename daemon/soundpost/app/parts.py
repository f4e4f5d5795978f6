"""Builds single parts of the daemon from the configuration and the manifests of the models."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soundpost.capture import FileSpec, JoinedSource, Source, parse_source
from soundpost.capture import build_source as build_capture_source
from soundpost.config import Config
from soundpost.decide import longest_memory_windows
from soundpost.evidence import Evidence, RecordedModel, build_recorder
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.messages import HeadReport, MessageBuilder, Origin
from soundpost.messages.live_view import TOPIC
from soundpost.pipeline import capture_rate_hz
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.clock import ClockState, clock_state

if TYPE_CHECKING:
    from soundpost.live_view.view import LiveView


def build_source(config: Config, sample_rate_hz: int, health: Health) -> Source:
    """Builds the configured source, not yet opened."""
    return build_capture_source(config.capture, sample_rate_hz, health)


def build_joined_source(config: Config, sample_rate_hz: int, health: Health) -> Source:
    """Builds the configured source, in long chunks if it is a file read as fast as possible.

    A pipe keeps its chunks, because its sound may come as slowly as it is recorded.
    """
    source = build_source(config, sample_rate_hz, health)
    named = parse_source(config.capture.source)
    if isinstance(named, FileSpec) and named.path.is_file() and config.capture.pace == "fast":
        return JoinedSource(source, sample_rate_hz)
    return source


def build_message_builder(
    config: Config,
    manifests: Sequence[Manifest],
    clock: Callable[[], ClockState],
    last_seq: int = 0,
    heads: Sequence[HeadReport] = (),
) -> MessageBuilder:
    """Builds the message builder of a node.

    Args:
        config: Its `[node]` names the node.
        manifests: Of the models; each message names the one that detected.
        clock: Returns whether the wall clock can be trusted.
        last_seq: The last `seq` that an earlier run used.
        heads: Of the node; each message of a label that one scores names it.
    """
    return MessageBuilder(
        Origin.of(config.node, manifests, heads),
        sample_rate_hz=capture_rate_hz(config.capture, manifests),
        clock=clock,
        last_seq=last_seq,
    )


def build_evidence(config: Config, manifests: Sequence[Manifest], health: Health) -> Evidence:
    """Builds the recorder of clips, which stores nothing unless a folder is configured.

    Args:
        config: Its `[evidence]`, its rate of capture, and the rules of each model.
        manifests: Of the models, in the order of the configuration.
        health: Counts clips.

    Raises:
        ConfigError: The rate does not allow what is configured, or a label is unknown.
    """
    models = [
        RecordedModel(manifest, longest_memory_windows(manifest, model.decide))
        for manifest, model in zip(manifests, config.all_models, strict=True)
    ]
    rate_hz = capture_rate_hz(config.capture, manifests)
    return build_recorder(config.evidence, models, rate_hz, health)


def build_live_view(
    config: Config,
    manifests: Sequence[Manifest],
    labels: Collection[str],
    publisher: MqttPublisher | None = None,
) -> "LiveView | None":
    """Builds the live view; None if it is off.

    Args:
        config: The configuration.
        manifests: Of the models, in the order of the configuration.
        labels: The labels that the node detects.
        publisher: Sends it; None to validate the configuration only.

    Raises:
        ConfigError: Voices cannot be found at the rate of capture.
    """
    if not config.mqtt.live_view:
        return None
    from soundpost.live_view.factory import build_live_view as build  # noqa: PLC0415 - see the package

    def send(payload: bytes) -> None:
        if publisher is not None:
            publisher.state_topics.set_live(TOPIC, payload)
            publisher.wake()

    rate_hz = capture_rate_hz(config.capture, manifests)
    return build(config, manifests, labels, rate_hz, clock_state, send)


def sent_clips(config: Config) -> Path | None:
    """Returns the folder of the clips that a command may have sent; None if none may be."""
    evidence = config.evidence
    return Path(evidence.folder) if evidence.folder and evidence.send_clips else None
