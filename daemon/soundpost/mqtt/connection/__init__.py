"""One MQTT 5 connection, driven by the thread that opened it."""

from soundpost.mqtt.connection.connection import Connection
from soundpost.mqtt.connection.receive_limit import RECEIVED_PER_SECOND
from soundpost.mqtt.incoming import MAXIMUM_PACKET_BYTES
from soundpost.mqtt.limits import RECEIVE_MAXIMUM

__all__ = ["MAXIMUM_PACKET_BYTES", "RECEIVED_PER_SECOND", "RECEIVE_MAXIMUM", "Connection"]
