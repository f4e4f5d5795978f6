"""Why the broker cannot be reached, said so that a person can mend it."""

import socket
import ssl
from pathlib import Path

from soundpost.errors import PublishError
from soundpost.publish.broker import BrokerAddress

_CREDENTIALS = {"Not authorized", "Bad user name or password", "Banned"}
_TOO_OLD = "Unsupported protocol version"
_TAKEN_OVER = "Session taken over"
_SILENT_LOSS = "Unspecified error"  # what paho calls a connection that simply ended


def unreachable(broker: BrokerAddress, error: OSError) -> PublishError:
    """No connection came about."""
    match error:
        case ssl.SSLCertVerificationError():
            what = f"the certificate of {broker} is not trusted: {error.verify_message}"
            hint = "set mqtt.ca_file to the CA that signed it; connect by the name it is made for"
        case ssl.SSLError():
            what = f"{broker} does not agree on TLS: {error.reason or error}"
            hint = "is this the broker's TLS port? does it want cert_file and key_file?"
        case ConnectionResetError() if broker.tls:
            what = f"{broker} hangs up on TLS"
            hint = "is this the broker's TLS port? the plain one is mqtt://"
        case socket.gaierror():
            what = f"{broker}: no such host: {error.strerror}"
            hint = "check the name in mqtt.broker, and the DNS of this machine"
        case ConnectionRefusedError():
            what = f"nobody listens at {broker}"
            hint = "start the broker, or correct host and port in mqtt.broker"
        case TimeoutError():
            what = f"{broker} does not answer"
            hint = "check the address in mqtt.broker, the network and firewalls on the way"
        case _:
            what = f"{broker} cannot be reached: {error.strerror or error}"
            hint = "check the network of this machine"
    return PublishError(what, hint=hint)


def refused(broker: BrokerAddress, reason: str) -> PublishError:
    """The broker answered, and the answer is no."""
    if reason in _CREDENTIALS:
        return PublishError(
            f"{broker} does not let {broker.username or 'anonymous clients'} in: {reason}",
            hint="check mqtt.username and mqtt.password_file against the broker's users",
        )
    hint = "the broker's log says more"
    if reason == _TOO_OLD:
        hint = "soundpost speaks MQTT 5; mosquitto does since version 1.6"
    return PublishError(f"{broker} refuses the connection: {reason}", hint=hint)


def no_answer(broker: BrokerAddress, reason: str) -> PublishError:
    """Something is there, but it does not answer as a broker does."""
    return PublishError(
        f"{broker} does not answer as an MQTT 5 broker: {reason}",
        hint="is the port right, mqtt or mqtts as the broker speaks it, and MQTT 5? "
        "does it want a client certificate?",
    )


def lost(broker: BrokerAddress, reason: str) -> PublishError:
    """A connection that was there is gone."""
    if reason == _TAKEN_OVER:
        return PublishError(
            f"{broker} gave this client's place to another",
            hint="does another node have the same name? give each its own node.name",
        )
    why = "" if reason == _SILENT_LOSS else f": {reason}"
    return PublishError(
        f"the connection to {broker} is lost{why}",
        hint="soundpost keeps trying, and holds its detections meanwhile",
    )


def may_not_publish(broker: BrokerAddress, topic: str, reason: str) -> PublishError:
    """The broker lets the client in and refuses its messages."""
    base = topic.rpartition("/")[0]
    return PublishError(
        f"{broker} refuses messages on {topic}: {reason}",
        hint=f"let {broker.username or 'anonymous clients'} write to {base}/#",
    )


def no_acknowledgement(broker: BrokerAddress) -> PublishError:
    """The broker is there and does not say that it has the message."""
    return PublishError(
        f"{broker} did not acknowledge in time",
        hint="the network or the broker is overloaded; see the broker's log",
    )


def in_use(outbox: Path) -> PublishError:
    """Another process has the outbox's file."""
    return PublishError(
        f"the outbox {outbox} is in use by another process",
        hint="is soundpost running already? give each node its own mqtt.outbox",
    )
