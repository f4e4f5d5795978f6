"""The real process against the worst brokers: it captures on, and delivers afterwards."""

import re
import urllib.request
from pathlib import Path

from daemon_process import DETECTIONS, STATUS, running
from mosquitto import free_port, wait_until
from scripted_broker import PUBLISH, Packet, connack, default_reply, packet, scripted_broker

COMMAND = "soundpost/north-gate/command/mute"
MOST_GROWTH_BYTES = 40_000_000
"""Far less than the floods have, and more than the parts of the daemon that load late."""


def publish(topic: str, payload: bytes, flags: int = 0) -> bytes:
    """Returns a PUBLISH packet without properties."""
    mid = b"\0\7" if flags & 6 else b""
    return packet(
        PUBLISH << 4 | flags, len(topic).to_bytes(2) + topic.encode() + mid + b"\0" + payload
    )


WORST = [
    b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20_000,
    connack() + bytes([0x30, 0xFF, 0xFF, 0xFF, 0x7F]) + bytes(8_000_000),
    connack() + publish(COMMAND, b"\xff" * 400, 3) * 2_000 + publish(COMMAND, b"{}", 4),
    connack() + b"".join(packet(kind << 4, b"\0\1") for kind in range(16)),
]
"""What the broker sends to one connection after another."""


def metric(port: int, name: str) -> float:
    """Returns a metric of the daemon; 0 while it does not answer yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            found = re.search(rf"^{name} (.+)$", answer.read().decode(), re.MULTILINE)
    except OSError:
        return 0.0
    return float(found[1]) if found else 0.0


def test_nothing_that_a_broker_does_ends_the_process_or_stops_the_sound(
    tmp_path: Path, quiet: Path
) -> None:
    """Memory and log stay small; when the broker behaves, the status and health arrive."""

    def reply(received: Packet) -> bytes | None:
        number = len(broker.of_kind(1))
        if received.kind == 1 and number <= len(WORST):
            return WORST[number - 1]
        return default_reply(received)

    port = free_port()
    configuration = tmp_path / "soundpost.toml"
    with scripted_broker(reply) as broker:
        configuration.write_text(
            f'capture.source = "wav:{quiet}"\n[metrics]\nevery_seconds = 1\n'
            f'listen = "127.0.0.1:{port}"\n'
            f'[mqtt]\nbroker = "{broker.url}"\ncommands = true\ndiscovery = true\n',
            encoding="utf-8",
        )
        with running("--config", str(configuration)) as daemon:
            wait_until(lambda: metric(port, "soundpost_heard_seconds_total") > 0.0)
            before_bytes = metric(port, "soundpost_process_resident_memory_bytes")
            for number in range(1, len(WORST) + 2):
                wait_until(lambda: len(broker.of_kind(1)) >= number)  # noqa: B023 - called within the loop
                heard_seconds = metric(port, "soundpost_heard_seconds_total")
                wait_until(lambda: metric(port, "soundpost_heard_seconds_total") > heard_seconds)  # noqa: B023 - as above
                assert daemon.process.poll() is None
            wait_until(lambda: bool(broker.published("soundpost/north-gate/health")))
            grown_bytes = metric(port, "soundpost_process_resident_memory_bytes") - before_bytes
            assert grown_bytes < MOST_GROWTH_BYTES
            status, errors = daemon.terminate()
        assert broker.published(STATUS)[-1].body.endswith(b"offline")
        assert broker.published(DETECTIONS) == []
    assert status == 0
    assert "Traceback" not in errors
    assert len(errors.splitlines()) < 40, errors
