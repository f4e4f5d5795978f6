"""What was heard, told to everybody else: the payload, the outbox, the broker.

What is exported here needs no broker and loads no MQTT library; `publisher` and `probe` do.
"""

from soundpost.publish.payload import DetectionMessage, HealthMessage, ModelIdentity, encode
from soundpost.publish.teller import Teller

__all__ = ["DetectionMessage", "HealthMessage", "ModelIdentity", "Teller", "encode"]
