"""`soundpost check`, by the real process."""

from pathlib import Path

import pytest
from daemon_process import NODE, soundpost
from mosquitto import Broker
from recording import write_quiet

STEPS = ["config", "bundle", "golden", "sound", "outbox", "broker"]


@pytest.fixture
def config(broker: Broker, tmp_path: Path) -> Path:
    """A configuration in which everything works."""
    write_quiet(tmp_path / "quiet.wav", 1.0)
    path = tmp_path / "soundpost.toml"
    path.write_text(
        f'node.name = "{NODE}"\ncapture.source = "wav:{tmp_path / "quiet.wav"}"\n'
        f'mqtt.broker = "{broker.url}"\nmqtt.outbox = "{tmp_path / "outbox.db"}"\n'
    )
    return path


def lines(written: str) -> list[str]:
    """The steps, each with what became of it."""
    found = [line.split()[:2] for line in written.splitlines() if not line.startswith(" ")]
    return [" ".join(line) for line in found]


def test_every_step_is_tried_and_told(config: Path) -> None:
    """From the configuration to the broker, a line each."""
    done = soundpost("check", "--config", str(config))
    assert (done.returncode, lines(done.stdout)) == (0, [f"ok {step}" for step in STEPS])


def test_a_damaged_outbox_is_found_before_the_daemon_finds_it(config: Path) -> None:
    """The other steps are still tried."""
    (config.parent / "outbox.db").write_bytes(b"no outbox at all" * 1_000)
    done = soundpost("check", "--config", str(config))
    assert done.returncode == 1
    assert lines(done.stdout) == [
        f"{'FAIL' if step == 'outbox' else 'ok'} {step}" for step in STEPS
    ]
    assert "outbox.db is damaged" in done.stdout
