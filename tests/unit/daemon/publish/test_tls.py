"""TLS connections with a real broker: accepted and refused certificates."""

import ssl

import pytest
from certificates import Certificates
from mosquitto import Broker, MakeBroker
from probe_failures import probe_refusal

from soundpost.config import MqttConfig
from soundpost.mqtt.broker import load_broker_address
from soundpost.publish.probe import probe


@pytest.fixture
def tls_broker(make_broker: MakeBroker, certificates: Certificates) -> Broker:
    """Provides a broker that accepts only TLS, with a certificate for `localhost`."""
    return make_broker(extra=certificates.listener_lines())


def tls_url(broker: Broker, host: str = "localhost") -> str:
    """Returns the broker's `mqtts://` address."""
    return f"mqtts://{host}:{broker.port}"


def test_a_certificate_of_the_configured_ca_is_trusted(
    tls_broker: Broker, certificates: Certificates
) -> None:
    """Certificates made by the recipe in mosquitto-tls(7) are accepted on every Python version."""
    config = MqttConfig(broker=tls_url(tls_broker), ca_file=certificates.path("ca.crt"))
    assert probe(config, "post") > 0.0


@pytest.mark.parametrize("ca", ["other.crt", None])
def test_a_certificate_of_an_unknown_ca_is_not_trusted(
    tls_broker: Broker, certificates: Certificates, ca: str | None
) -> None:
    """Neither another CA than the one that signed it nor the system's CAs are enough."""
    error = probe_refusal(tls_url(tls_broker), ca_file=certificates.path(ca) if ca else None)
    assert "is not trusted" in str(error)
    assert "mqtt.ca_file" in error.hint


def test_a_certificate_for_another_host_is_not_trusted(
    tls_broker: Broker, certificates: Certificates
) -> None:
    """The certificate is for localhost, not for 127.0.0.1."""
    error = probe_refusal(tls_url(tls_broker, "127.0.0.1"), ca_file=certificates.path("ca.crt"))
    assert "is not trusted" in str(error)
    assert "127.0.0.1" in str(error)


def test_tls_to_a_plain_port_is_reported(broker: Broker, certificates: Certificates) -> None:
    """TLS to a broker without it raises an error, and does not hang."""
    error = probe_refusal(tls_url(broker), ca_file=certificates.path("ca.crt"))
    assert "TLS" in str(error)


def test_plain_mqtt_to_a_tls_port_is_reported(tls_broker: Broker) -> None:
    """The hint names mqtts."""
    error = probe_refusal(f"mqtt://localhost:{tls_broker.port}")
    assert "mqtts" in error.hint


def test_a_client_certificate_is_accepted(
    make_broker: MakeBroker, certificates: Certificates
) -> None:
    """The broker requires one."""
    broker = make_broker(extra=certificates.listener_lines(require_client=True))
    config = MqttConfig(
        broker=tls_url(broker),
        ca_file=certificates.path("ca.crt"),
        cert_file=certificates.path("client.crt"),
        key_file=certificates.path("client.key"),
    )
    assert probe(config, "post") > 0.0


def test_a_missing_client_certificate_is_reported(
    make_broker: MakeBroker, certificates: Certificates
) -> None:
    """With TLS 1.3 the broker only closes after the handshake; the hint names a likely cause."""
    broker = make_broker(extra=certificates.listener_lines(require_client=True))
    error = probe_refusal(tls_url(broker), ca_file=certificates.path("ca.crt"))
    assert "certificate" in str(error) + error.hint


def test_tls_below_1_2_is_not_used(certificates: Certificates) -> None:
    """TLS 1.2 is the minimum, and host names are verified."""
    config = MqttConfig(broker="mqtts://localhost", ca_file=certificates.path("ca.crt"))
    context = load_broker_address(config).tls
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
