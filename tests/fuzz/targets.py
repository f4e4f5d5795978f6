"""The parsers that foreign bytes can reach, each as a function that raises only for a bug."""

import os
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from shutil import copytree
from unittest.mock import patch

import msgspec
from broker_streams import serve_stream
from folder_target import folder
from sample_messages import message, sent
from taught_targets import head, minute

from soundpost.capture import FileSource
from soundpost.classify.bundle import Bundle, load_bundle
from soundpost.classify.classifier import Classifier
from soundpost.classify.golden import replay_golden
from soundpost.config import Config, DecideConfig, load_config
from soundpost.decide import build_rules
from soundpost.errors import ConfigError, SoundpostError
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.health import Health
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, read_manifest
from soundpost.messages.result import CommandStatus, ResultMessage
from soundpost.mqtt.broker import load_broker_address
from soundpost.mqtt.message import IncomingMessage
from soundpost.publish.inbox.inbox import CommandInbox
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.inbox.results import ResultQueue
from soundpost.publish.outbox.faults.high_water_mark import mark_path
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
RATE_HZ = 16_000
MOST_CHUNKS = 50
BUDGET_BYTES = 1_000_000
STEM = "20261120T073121Z-siren-01234567"

Target = Callable[[bytes, Path], None]
"""Receives the input bytes, and an empty folder."""


def config(data: bytes, folder: Path) -> None:
    """Reads a configuration file and its broker address, or refuses it."""
    path = folder / "soundpost.toml"
    path.write_bytes(data)
    with suppress(SoundpostError):
        read = load_config(path)
        assert isinstance(read, Config)
        load_broker_address(read.mqtt)
        build_rules(read_manifest(TINY).labels, read.decide, RATE_HZ)


def wav(data: bytes, folder: Path) -> None:
    """Reads a recording: its chunks follow each other without a gap, or it is refused."""
    path = folder / "sound.wav"
    path.write_bytes(data)
    health = Health()
    with (
        suppress(SoundpostError),
        # Without ffmpeg, a process of its own that would take most of the time.
        patch.dict(os.environ, {"PATH": ""}),
        FileSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=health) as source,
    ):
        end_sample = 0
        for chunk in islice(source.chunks(), MOST_CHUNKS):
            assert chunk, "a file never waits"
            assert chunk.start_sample == end_sample < chunk.end_sample
            end_sample = chunk.end_sample
        assert health.samples == end_sample


def manifest(data: bytes, folder: Path) -> None:
    """Builds the decision rules of a manifest, or refuses it."""
    (folder / MANIFEST_FILE).write_bytes(data)
    with suppress(SoundpostError):
        read = read_manifest(folder)
        build_rules(read.labels, DecideConfig(), read.input.sample_rate_hz)


def golden(data: bytes, folder: Path) -> None:
    """Replays golden vectors with a valid hash: their author made the manifest, too."""
    (folder / GOLDEN_FILE).write_bytes(data)
    with suppress(SoundpostError):
        replay_golden(Bundle(folder, _TINY.manifest, _TINY.model), _CLASSIFIER)


def bundle(data: bytes, folder: Path) -> None:
    """Loads a bundle with one replaced file, which must be refused."""
    copytree(TINY, folder / "bundle")
    name = (MODEL_FILE, GOLDEN_FILE)[data[0] % 2] if data else MODEL_FILE
    path = folder / "bundle" / name
    is_other = path.read_bytes() != data[1:]
    path.write_bytes(data[1:])
    with suppress(SoundpostError):
        load_bundle(folder / "bundle")
        assert not is_other


def outbox(data: bytes, folder: Path) -> None:
    """Opens a damaged outbox: new messages are still sent, in order, or it is left as it is."""
    path = folder / "outbox.db"
    kind, rest = (data[0] % 4, data[1:]) if data else (0, b"")
    mark_path(path).write_bytes(b"%019d saved\n" % 1)  # else it would be refused as no outbox
    damaged = path.with_name(path.name + ("", ".mark", "-wal", "-journal")[kind])
    damaged.write_bytes(rest)
    health = Health()
    outbox_queue = Outbox(10, health)
    try:
        writer = OutboxWriter(path, BUDGET_BYTES, outbox_queue.storage, health, lambda: None)
    except ConfigError:  # the header and the schema are those of another program
        assert damaged == path
        assert path.read_bytes() == rest
        return
    try:
        earlier = sent(outbox_queue, writer)
        assert earlier == sorted(set(earlier))
        intake = outbox_queue.intake
        appended = [intake.last_seq + 1, intake.last_seq + 2]
        for number in appended:
            intake.append(message(number))
        assert sent(outbox_queue, writer) == appended
    finally:
        writer.close()


def sidecar(data: bytes, folder: Path) -> None:
    """Scans a clip with any sidecar: it is counted, or ignored as a foreign file."""
    (folder / f"{STEM}.json").write_bytes(data)
    (folder / f"{STEM}.flac").write_bytes(b"sound")
    retention = RetentionPolicy(
        folder, budget_bytes=BUDGET_BYTES, keep_ns=1, clock=lambda: "synced"
    )
    retention.scan()
    retention.remove_old(2**62)
    retention.make_room(BUDGET_BYTES, 2**62)


class RecordedResults(ResultQueue):
    """A queue that records results and their receivers."""

    def __init__(self) -> None:
        super().__init__("p/n/result", lambda *_: None, Health())
        self.results: list[tuple[bytes, ReplyTo]] = []

    def add(self, payload: bytes, reply_to: ReplyTo, short: bytes = b"") -> None:  # noqa: ARG002 - the payload counts
        """Records a result."""
        self.results.append((payload, reply_to))


def command(data: bytes, _folder: Path) -> None:
    """Receives any message on `command/…`: it gives one command to execute, or one result."""
    name, response_topic, payload = (*data.split(b"\n", 2), b"", b"")[:3]
    queue = RecordedResults()
    inbox = CommandInbox("p/n", queue, lambda: None)
    inbox.on_message(
        IncomingMessage(
            topic=f"p/n/command/{name.decode(errors='replace')}",
            payload=payload,
            response_topic=response_topic.decode(errors="replace") or None,
            correlation=response_topic,
        )
    )
    pending = inbox.pop_command()
    assert len(queue.results) == (pending is None)
    for result_payload, sender in queue.results:
        result = msgspec.json.decode(result_payload, type=ResultMessage)
        assert result.status is CommandStatus.REFUSED
        assert not (sender.topic or "").startswith("p/n/detections")
    if pending is not None:
        assert pending.command.id


def broker(data: bytes, _folder: Path) -> None:
    """Connects to a broker that sends any bytes: at most the connection is lost."""
    serve_stream(data)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        *(config, wav, manifest, golden, bundle, outbox, sidecar, folder, command, broker),
        *(head, minute),
    )
}

_TINY = load_bundle(TINY)
_CLASSIFIER = Classifier(_TINY)
