"""Prometheus and the real daemon: a file, an endpoint, and nothing that listens unless asked."""

import socket
import urllib.request
from pathlib import Path

import pytest
from daemon_process import running, soundpost
from mosquitto import Broker, free_port, wait_until
from mqtt_subscriber import Subscriber
from prometheus_client.parser import text_string_to_metric_families
from recording import write_quiet

Told = dict[str, float]


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """A recording of some length, with little in it."""
    write_quiet(tmp_path / "quiet.wav", 600.0)
    return tmp_path / "quiet.wav"


def configure(folder: Path, quiet: Path, broker: Broker, metrics: str) -> Path:
    """A configuration file with these lines in `[metrics]`."""
    path = folder / "soundpost.toml"
    path.write_text(
        f'capture.source = "wav:{quiet}"\nmqtt.broker = "{broker.url}"\n'
        f"[metrics]\nevery_seconds = 1\n{metrics}\n",
        encoding="utf-8",
    )
    return path


def told(text: str) -> Told:
    """The numbers without labels, as Prometheus's own client reads them."""
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {sample.name: sample.value for sample in samples if not sample.labels}


def ask(port: int) -> Told:
    """What the endpoint answers; nothing while there is none yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            return told(answer.read().decode())
    except OSError:
        return {}


def test_file_and_endpoint_tell_what_goes_on(
    tmp_path: Path, quiet: Path, broker: Broker, subscriber: Subscriber
) -> None:
    """Both are valid, and their numbers grow; the endpoint is on loopback alone."""
    del subscriber
    textfile, port = tmp_path / "soundpost.prom", free_port()
    lines = f'textfile = "{textfile}"\nlisten = "127.0.0.1:{port}"'
    with running("--config", str(configure(tmp_path, quiet, broker, lines))):
        wait_until(lambda: ask(port).get("soundpost_broker_connected") == 1.0)
        windows = told(textfile.read_text())["soundpost_windows_total"]
        wait_until(lambda: ask(port).get("soundpost_windows_total", 0.0) > windows)
        wait_until(lambda: told(textfile.read_text())["soundpost_windows_total"] > windows)
        numbers = told(textfile.read_text())
    assert numbers["soundpost_classify_seconds_count"] == numbers["soundpost_windows_total"]
    assert numbers["soundpost_classify_seconds_sum"] > 0
    assert numbers["soundpost_heard_seconds_total"] > 0
    assert numbers["soundpost_outbox_messages"] == 0


def test_an_address_that_is_taken_keeps_nobody_from_listening(
    tmp_path: Path, quiet: Path, broker: Broker
) -> None:
    """It is an error with a hint in the log, and no reason to end and begin anew for ever."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        path = configure(tmp_path, quiet, broker, f'listen = "{address}"')
        answer = soundpost("run", "--config", str(path), "--pace", "fast")
    assert answer.returncode == 0
    assert f"no metrics can be told at {address}" in answer.stderr
    assert "docs/METRICS.md" in answer.stderr
    assert "stopped after 600.0 s" in answer.stderr


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:9464", "[::]:9464", "[2001:db8::1]:1"])
def test_other_machines_must_be_let_in_by_name(
    tmp_path: Path, quiet: Path, broker: Broker, address: str
) -> None:
    """An address beyond loopback alone is refused as a wrong configuration."""
    path = configure(tmp_path, quiet, broker, f'listen = "{address}"')
    answer = soundpost("run", "--config", str(path))
    assert answer.returncode == 78
    assert "beyond_loopback" in answer.stderr


def test_they_may_be_let_in(tmp_path: Path, quiet: Path, broker: Broker) -> None:
    """With beyond_loopback any address of this machine serves."""
    port = free_port()
    lines = f'listen = "0.0.0.0:{port}"\nbeyond_loopback = true'
    with running("--config", str(configure(tmp_path, quiet, broker, lines))):
        wait_until(lambda: "soundpost_windows_total" in ask(port))
