"""Failures of a connection as errors with a hint that a person can act on."""

import socket
import ssl
from pathlib import Path

from soundpost.errors import PublishError
from soundpost.publish.broker import BrokerAddress

_CREDENTIALS = {"Not authorized", "Bad user name or password", "Banned"}
_TOO_OLD = "Unsupported protocol version"
_TAKEN_OVER = "Session taken over"
_SILENT_LOSS = "Unspecified error"  # paho's name for a connection that simply ended


def unreachable(broker: BrokerAddress, error: OSError) -> PublishError:
    """Returns the error for a connection that could not be established."""
    match error:
        case ssl.SSLCertVerificationError():
            what = f"the certificate of {broker} is not trusted: {error.verify_message}"
            hint = "set mqtt.ca_file to the CA that signed it; connect by the name it is made for"
        case ssl.SSLError():
            what = f"{broker} does not agree on TLS: {error.reason or error}"
            hint = "give the broker's TLS port, and cert_file and key_file if it needs them"
        case ConnectionResetError() if broker.tls:
            what = f"{broker} closes the connection during the TLS handshake"
            hint = "give the broker's TLS port, or use mqtt:// for the plain one"
        case socket.gaierror():
            what = f"{broker}: no such host: {error.strerror}"
            hint = "check the name in mqtt.broker, and the DNS of this machine"
        case ConnectionRefusedError():
            what = f"no broker is listening at {broker}"
            hint = "start the broker, or correct host and port in mqtt.broker"
        case TimeoutError():
            what = f"{broker} does not answer"
            hint = "check the address in mqtt.broker, the network and firewalls on the way"
        case _:
            what = f"{broker} cannot be reached: {error.strerror or error}"
            hint = "check the network of this machine"
    return PublishError(what, hint=hint)


def refused(broker: BrokerAddress, reason: str) -> PublishError:
    """Returns the error for a broker that refused the client."""
    if reason in _CREDENTIALS:
        return PublishError(
            f"{broker} does not let {broker.username or 'anonymous clients'} in: {reason}",
            hint="check mqtt.username and mqtt.password_file against the broker's users",
        )
    hint = "see the broker's log"
    if reason == _TOO_OLD:
        hint = "soundpost needs MQTT 5; mosquitto supports it since version 1.6"
    return PublishError(f"{broker} refuses the connection: {reason}", hint=hint)


def no_answer(broker: BrokerAddress, reason: str) -> PublishError:
    """Returns the error for a server that does not answer as a broker does."""
    return PublishError(
        f"{broker} does not answer as an MQTT 5 broker: {reason}",
        hint="check the port and the scheme (mqtt or mqtts) against the broker's configuration; it "
        "must support MQTT 5, and may need a client certificate (cert_file and key_file)",
    )


def lost(broker: BrokerAddress, reason: str) -> PublishError:
    """Returns the error for a connection that was lost."""
    if reason == _TAKEN_OVER:
        return PublishError(
            f"another client has taken over the session at {broker}",
            hint="give each node its own node.name: another one may have the same",
        )
    why = "" if reason == _SILENT_LOSS else f": {reason}"
    return PublishError(
        f"the connection to {broker} is lost{why}",
        hint="soundpost reconnects, and holds its detections meanwhile",
    )


def may_not_publish(broker: BrokerAddress, topic: str, reason: str) -> PublishError:
    """Returns the error for a message that the broker refused."""
    base_topic = topic.rpartition("/")[0]
    return PublishError(
        f"{broker} refuses messages on {topic}: {reason}",
        hint=f"let {broker.username or 'anonymous clients'} write to {base_topic}/#",
    )


def no_acknowledgement(broker: BrokerAddress) -> PublishError:
    """Returns the error for a message that was not acknowledged in time."""
    return PublishError(
        f"{broker} did not acknowledge in time",
        hint="the network or the broker is overloaded; see the broker's log",
    )


def in_use(outbox: Path) -> PublishError:
    """Returns the error for an outbox's file that another process has open."""
    return PublishError(
        f"the outbox {outbox} is in use by another process",
        hint="stop the other soundpost, or give each node its own mqtt.outbox",
    )
