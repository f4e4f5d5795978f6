"""Prometheus and the real daemon: a text file, an endpoint, and no port unless configured."""

import socket
import urllib.request
from pathlib import Path

import pytest
from daemon_process import running, soundpost
from mosquitto import Broker, free_port, wait_until
from mqtt_subscriber import Subscriber
from prometheus_client.parser import text_string_to_metric_families

Values = dict[str, float]


def configure(folder: Path, quiet: Path, broker: Broker, metrics: str) -> Path:
    """Writes a configuration file with these lines in `[metrics]`."""
    path = folder / "soundpost.toml"
    path.write_text(
        f'capture.source = "wav:{quiet}"\nmqtt.broker = "{broker.url}"\n'
        f"[metrics]\nevery_seconds = 1\n{metrics}\n",
        encoding="utf-8",
    )
    return path


def parse(text: str) -> Values:
    """Returns the values without labels, as the parser of prometheus_client reads them."""
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {sample.name: sample.value for sample in samples if not sample.labels}


def scrape(port: int) -> Values:
    """Returns the values of the endpoint; none while it does not answer yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            return parse(answer.read().decode())
    except OSError:
        return {}


def test_file_and_endpoint_have_the_same_growing_values(
    tmp_path: Path, quiet: Path, broker: Broker, subscriber: Subscriber
) -> None:
    """Both are valid; the endpoint is on loopback only."""
    del subscriber
    textfile, port = tmp_path / "soundpost.prom", free_port()
    lines = f'textfile = "{textfile}"\nlisten = "127.0.0.1:{port}"'
    with running("--config", str(configure(tmp_path, quiet, broker, lines))):
        wait_until(lambda: scrape(port).get("soundpost_broker_connected") == 1.0)
        wait_until(textfile.exists)
        windows = parse(textfile.read_text())["soundpost_windows_total"]
        wait_until(lambda: scrape(port).get("soundpost_windows_total", 0.0) > windows)
        wait_until(lambda: parse(textfile.read_text())["soundpost_windows_total"] > windows)
        values = parse(textfile.read_text())
    assert values["soundpost_classify_seconds_count"] == values["soundpost_windows_total"]
    assert values["soundpost_classify_seconds_sum"] > 0
    assert values["soundpost_heard_seconds_total"] > 0
    assert values["soundpost_outbox_messages"] == 0


def test_an_address_in_use_does_not_stop_detection(
    tmp_path: Path, quiet: Path, broker: Broker
) -> None:
    """It is an error with a hint in the log, and no reason to end and restart for ever."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        path = configure(tmp_path, quiet, broker, f'listen = "{address}"')
        done = soundpost("run", "--config", str(path), "--pace", "fast")
    assert done.returncode == 0
    assert f"metrics cannot be served at {address}" in done.stderr
    assert "docs/METRICS.md" in done.stderr
    assert "stopped after 600.0 s" in done.stderr


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:9464", "[::]:9464", "[2001:db8::1]:1"])
def test_an_address_beyond_loopback_needs_its_own_switch(
    tmp_path: Path, quiet: Path, broker: Broker, address: str
) -> None:
    """The address alone is refused as a wrong configuration."""
    path = configure(tmp_path, quiet, broker, f'listen = "{address}"')
    done = soundpost("run", "--config", str(path))
    assert done.returncode == 78
    assert "beyond_loopback" in done.stderr


def test_with_its_switch_any_address_serves(tmp_path: Path, quiet: Path, broker: Broker) -> None:
    """`beyond_loopback` opens the endpoint to other machines."""
    port = free_port()
    lines = f'listen = "0.0.0.0:{port}"\nbeyond_loopback = true'
    with running("--config", str(configure(tmp_path, quiet, broker, lines))):
        wait_until(lambda: "soundpost_windows_total" in scrape(port))
