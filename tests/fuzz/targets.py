"""What strangers' bytes can reach, each as a function that raises nothing but a bug."""

from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from shutil import copytree

import msgspec
from sample_messages import message, sent

from soundpost.capture import FileSource
from soundpost.classify.bundle import Bundle, load_bundle
from soundpost.classify.classifier import Classifier
from soundpost.classify.golden import replay_golden
from soundpost.config import Config, DecideConfig, load_config
from soundpost.decide import build_rules
from soundpost.errors import SoundpostError
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.health import Health
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, read_manifest
from soundpost.messages.result import ResultMessage, Status
from soundpost.publish.broker import load_broker_address
from soundpost.publish.inbox.inbox import CommandInbox
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.inbox.results import ResultQueue
from soundpost.publish.message import IncomingMessage
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
RATE_HZ = 16_000
MOST_CHUNKS = 50
BUDGET_BYTES = 1_000_000
STEM = "20261120T073121Z-siren-01234567"

Target = Callable[[bytes, Path], None]
"""Takes bytes, and an empty folder."""


def config(data: bytes, folder: Path) -> None:
    """A configuration file: read, and its broker understood, or refused."""
    path = folder / "soundpost.toml"
    path.write_bytes(data)
    with suppress(SoundpostError):
        read = load_config(path)
        assert isinstance(read, Config)
        load_broker_address(read.mqtt)
        build_rules(read_manifest(TINY).labels, read.decide, RATE_HZ)


def wav(data: bytes, folder: Path) -> None:
    """A recording: its chunks follow each other without a gap, or it is refused."""
    path = folder / "sound.wav"
    path.write_bytes(data)
    health = Health()
    with (
        suppress(SoundpostError),
        FileSource(path, RATE_HZ, pace="fast", starts_at_ns=0, health=health) as source,
    ):
        end_sample = 0
        for chunk in islice(source.chunks(), MOST_CHUNKS):
            assert chunk.start_sample == end_sample < chunk.end_sample
            end_sample = chunk.end_sample
        assert health.samples == end_sample


def manifest(data: bytes, folder: Path) -> None:
    """A manifest: what it says can be decided by, or it is refused."""
    (folder / MANIFEST_FILE).write_bytes(data)
    with suppress(SoundpostError):
        read = read_manifest(folder)
        build_rules(read.labels, DecideConfig(), read.input.features.sample_rate_hz)


def golden(data: bytes, folder: Path) -> None:
    """Golden vectors whose hash is right, because whoever made them made the manifest, too."""
    (folder / GOLDEN_FILE).write_bytes(data)
    with suppress(SoundpostError):
        replay_golden(Bundle(folder, _TINY.manifest, _TINY.model), _CLASSIFIER)


def bundle(data: bytes, folder: Path) -> None:
    """A bundle one of whose files is another: nothing of it is ever run."""
    copytree(TINY, folder / "bundle")
    name = (MODEL_FILE, GOLDEN_FILE)[data[0] % 2] if data else MODEL_FILE
    path = folder / "bundle" / name
    is_other = path.read_bytes() != data[1:]
    path.write_bytes(data[1:])
    with suppress(SoundpostError):
        load_bundle(folder / "bundle")
        assert not is_other


def outbox(data: bytes, folder: Path) -> None:
    """What an earlier run left on the disk: whatever it is, what is told now goes out in order."""
    path = folder / "outbox.db"
    kind, rest = (data[0] % 4, data[1:]) if data else (0, b"")
    path.with_name(path.name + ("", ".mark", "-wal", "-journal")[kind]).write_bytes(rest)
    health = Health()
    kept = Outbox(10, health)
    writer = OutboxWriter(path, BUDGET_BYTES, kept.backlog, health, lambda: None)
    try:
        earlier = sent(kept, writer)
        assert earlier == sorted(set(earlier))
        told = [kept.intake.last_seq + 1, kept.intake.last_seq + 2]
        for number in told:
            kept.intake.append(message(number))
        assert sent(kept, writer) == told
    finally:
        writer.close()


def sidecar(data: bytes, folder: Path) -> None:
    """What lies beside a clip: counted as one of ours, or let be."""
    (folder / f"{STEM}.json").write_bytes(data)
    (folder / f"{STEM}.flac").write_bytes(b"sound")
    retention = RetentionPolicy(
        folder, budget_bytes=BUDGET_BYTES, keep_ns=1, clock=lambda: "synced"
    )
    retention.scan()
    retention.remove_old(2**62)
    retention.make_room(BUDGET_BYTES, 2**62)


class Told(ResultQueue):
    """Results, and whom each of them goes to."""

    def __init__(self) -> None:
        super().__init__("p/n/result", lambda *_: None, Health())
        self.results: list[tuple[bytes, ReplyTo]] = []

    def add(self, payload: bytes, reply_to: ReplyTo) -> None:
        """Remember one."""
        self.results.append((payload, reply_to))


def command(data: bytes, _folder: Path) -> None:
    """Whatever is published on `command/…`: one command to be carried out, or one result."""
    name, response_topic, payload = (*data.split(b"\n", 2), b"", b"")[:3]
    answers = Told()
    inbox = CommandInbox("p/n", answers, lambda: None)
    inbox.on_message(
        IncomingMessage(
            topic=f"p/n/command/{name.decode(errors='replace')}",
            payload=payload,
            response_topic=response_topic.decode(errors="replace") or None,
            correlation=response_topic,
        )
    )
    asked = inbox.pop_command()
    assert len(answers.results) == (asked is None)
    for result, sender in answers.results:
        told = msgspec.json.decode(result, type=ResultMessage)
        assert told.status is Status.REFUSED
        assert not (sender.topic or "").startswith("p/n/detections")
    if asked is not None:
        assert asked.command.id


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (config, wav, manifest, golden, bundle, outbox, sidecar, command)
}

_TINY = load_bundle(TINY)
_CLASSIFIER = Classifier(_TINY)
