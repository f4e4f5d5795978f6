"""Encrypted connections, and the ways in which they must not come about."""

import ssl
from collections.abc import Callable

import pytest
from certificates import Certificates
from mosquitto import Broker, MakeBroker
from probe_failures import probe_refusal
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.publish.broker import load_broker_address
from soundpost.publish.probe import probe
from soundpost.publish.publisher import MqttPublisher


@pytest.fixture
def tls_broker(make_broker: MakeBroker, certificates: Certificates) -> Broker:
    """A broker that speaks TLS only, as `localhost`."""
    return make_broker(extra=certificates.listener_lines())


def named(broker: Broker, host: str = "localhost") -> str:
    """The broker's encrypted address."""
    return f"mqtts://{host}:{broker.port}"


def test_a_broker_whose_ca_is_named_is_trusted(
    tls_broker: Broker, certificates: Certificates
) -> None:
    """With certificates as openssl's own recipes make them, on every Python."""
    config = MqttConfig(broker=named(tls_broker), ca_file=certificates.path("ca.crt"))
    assert probe(config, "post") > 0.0


@pytest.mark.parametrize("ca", ["other.crt", None])
def test_a_broker_that_nobody_vouches_for_is_not_trusted(
    tls_broker: Broker, certificates: Certificates, ca: str | None
) -> None:
    """Neither with another CA than the one that signed it, nor with the system's."""
    error = probe_refusal(named(tls_broker), ca_file=certificates.path(ca) if ca else None)
    assert "is not trusted" in str(error)
    assert "mqtt.ca_file" in error.hint


def test_a_certificate_for_another_name_is_not_trusted(
    tls_broker: Broker, certificates: Certificates
) -> None:
    """It is made for localhost, not for 127.0.0.1."""
    error = probe_refusal(named(tls_broker, "127.0.0.1"), ca_file=certificates.path("ca.crt"))
    assert "is not trusted" in str(error)
    assert "127.0.0.1" in str(error)


def test_a_plain_port_is_told_from_an_encrypted_one(
    broker: Broker, certificates: Certificates
) -> None:
    """TLS towards a broker that does not speak it ends in words, not in a hang."""
    error = probe_refusal(named(broker), ca_file=certificates.path("ca.crt"))
    assert "TLS" in str(error)


def test_an_encrypted_port_is_told_from_a_plain_one(tls_broker: Broker) -> None:
    """Plain MQTT towards a TLS port."""
    error = probe_refusal(f"mqtt://localhost:{tls_broker.port}")
    assert "mqtts" in error.hint


def test_a_client_certificate_opens_the_door(
    make_broker: MakeBroker, certificates: Certificates
) -> None:
    """Where the broker asks for one."""
    broker = make_broker(extra=certificates.listener_lines(ask_client=True))
    config = MqttConfig(
        broker=named(broker),
        ca_file=certificates.path("ca.crt"),
        cert_file=certificates.path("client.crt"),
        key_file=certificates.path("client.key"),
    )
    assert probe(config, "post") > 0.0


def test_a_missing_client_certificate_is_told(
    make_broker: MakeBroker, certificates: Certificates
) -> None:
    """Under TLS 1.3 the broker only hangs up after the handshake; the hint says what it may be."""
    broker = make_broker(extra=certificates.listener_lines(ask_client=True))
    error = probe_refusal(named(broker), ca_file=certificates.path("ca.crt"))
    assert "certificate" in str(error) + error.hint


def test_old_tls_is_not_spoken(certificates: Certificates) -> None:
    """1.2 is the least, and names are checked."""
    config = MqttConfig(broker="mqtts://localhost", ca_file=certificates.path("ca.crt"))
    context = load_broker_address(config).tls
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_publishing_in_the_clear_beyond_this_machine_is_warned_of(
    make_publisher: Callable[..., MqttPublisher], log: Log
) -> None:
    """Once, at the start; 192.0.2.0/24 is nobody's (RFC 5737)."""
    make_publisher("mqtt://192.0.2.1")
    assert "is not encrypted" in log.wait_for("WARNING")


def test_publishing_in_the_clear_on_this_machine_is_not_warned_of(
    broker: Broker, make_publisher: Callable[..., MqttPublisher], log: Log
) -> None:
    """Nobody shares its loopback."""
    make_publisher(broker.url)
    log.wait_for("connected to")
    assert log.count("not encrypted") == 0
