"""Failures of a connection as errors with a hint that a person can act on."""

import socket
import ssl
from pathlib import Path

from soundpost.errors import PublishError
from soundpost.mqtt.broker import BrokerAddress
from soundpost.mqtt.reasons import reason_name

_CREDENTIALS = {
    "Not authorized",
    "Bad user name or password",
    "Banned",
    "Bad authentication method",
}
_TAKEN_OVER = "Session taken over"
_NOT_AUTHORIZED = "Not authorized"
_LATER = "soundpost tries again, less and less often; see the load and the limits of the broker"
_MOVED = "set mqtt.broker to the new address if you trust it; soundpost follows none by itself"
_CONNECT_HINTS = {
    "Unsupported protocol version": "soundpost needs MQTT 5; mosquitto supports it since version "
    "1.6",
    "Client identifier not valid": "set mqtt.client_id to one that the broker accepts for this "
    "node",
    "Not authorized": "check mqtt.username and mqtt.password_file against the broker's users, and "
    "mqtt.client_id against its rules for clients",
    "Bad user name or password": "check mqtt.username and mqtt.password_file against the broker's "
    "users",
    "Banned": "the broker has locked this client out; see its list of banned clients",
    "Bad authentication method": "soundpost logs in with a user name and a password, or with a "
    "client certificate",
    "Server unavailable": _LATER,
    "Server busy": _LATER,
    "Quota exceeded": _LATER,
    "Connection rate exceeded": _LATER,
    "Use another server": _MOVED,
    "Server moved": _MOVED,
    "Packet too large": "the broker's largest packet is smaller than a CONNECT; see its limits",
    "Topic name invalid": "the broker refuses the topic of the last will: see mqtt.prefix, "
    "node.name, and the broker's rules for topics",
}
"""Remedies for a refused connection, by the name of the reason code."""
_PUBLISH_HINTS = {
    "Quota exceeded": _LATER,
    "Packet too large": "raise the limit of the broker for the size of a packet or a message",
    "Topic name invalid": "see mqtt.prefix, node.name, and the broker's rules for topics",
    "Payload format invalid": "the broker checks payloads, and this one does not fit its rules",
}
"""Remedies for a refused message, by the name of the reason code."""
_LOSS_HINTS = {
    "Server moved": _MOVED,
    "Use another server": _MOVED,
    "Packet too large": "soundpost reconnects, and leaves out what is too large; raise the limit "
    "of the broker",
}
"""Remedies for a lost connection, by the name of the reason code."""
_SHARED_CLIENT_ID = (
    "soundpost reconnects; if this repeats, another client may have the same mqtt.client_id"
)
"""mosquitto before 2.0.15 closes the connection of the first of two clients without a reason."""
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
    name = reason_name(reason)
    if name in _CREDENTIALS:
        return PublishError(
            f"{broker} does not let {broker.username or 'anonymous clients'} in: {reason}",
            hint=_CONNECT_HINTS[name],
        )
    return PublishError(
        f"{broker} refuses the connection: {reason}",
        hint=_CONNECT_HINTS.get(name, "see the broker's log"),
    )


def no_answer(broker: BrokerAddress, reason: str) -> PublishError:
    """Returns the error for a server that does not answer as a broker does."""
    what = "it closes the connection" if reason == _SILENT_LOSS else reason
    return PublishError(
        f"{broker} does not answer as an MQTT 5 broker: {what}",
        hint="check the port and the scheme (mqtt or mqtts) against the broker's configuration; it "
        "must support MQTT 5, and may need a client certificate (cert_file and key_file)",
    )


def lost(broker: BrokerAddress, reason: str, *, may_share_client_id: bool = False) -> PublishError:
    """Returns the error for a connection that was lost.

    Args:
        broker: The broker.
        reason: The name of the reason code, with the broker's own words.
        may_share_client_id: True if the client identifier is from the configuration.
    """
    name = reason_name(reason)
    if name == _TAKEN_OVER:
        return PublishError(
            f"another client has taken over the session at {broker}",
            hint="give each node its own mqtt.client_id, or none: another client has the same",
        )
    if reason == _SILENT_LOSS and may_share_client_id:
        return PublishError(f"the connection to {broker} is lost", hint=_SHARED_CLIENT_ID)
    why = "" if reason == _SILENT_LOSS else f": {reason}"
    return PublishError(
        f"the connection to {broker} is lost{why}",
        hint=_LOSS_HINTS.get(name, "soundpost reconnects, and holds its detections meanwhile"),
    )


def may_not_publish(broker: BrokerAddress, topic: str, reason: str) -> PublishError:
    """Returns the error for a message that the broker refused."""
    name, base_topic = reason_name(reason), topic.rpartition("/")[0]
    hint = _PUBLISH_HINTS.get(name, "see the broker's log, and its rules for this client")
    if name == _NOT_AUTHORIZED:
        hint = f"let {broker.username or 'anonymous clients'} write to {base_topic}/#"
    return PublishError(f"{broker} refuses messages on {topic}: {reason}", hint=hint)


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
