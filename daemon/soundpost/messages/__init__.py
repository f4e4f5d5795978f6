"""The payloads of MQTT messages: their types, their validation and their builder."""

from soundpost.messages.builder import MessageBuilder
from soundpost.messages.origin import NodeName, Origin
from soundpost.messages.payload import (
    DetectionMessage,
    HeadIdentity,
    HeadReport,
    HealthMessage,
    ModelIdentity,
    encode,
)
from soundpost.messages.summary import SummaryMessage

__all__ = [
    "DetectionMessage",
    "HeadIdentity",
    "HeadReport",
    "HealthMessage",
    "MessageBuilder",
    "ModelIdentity",
    "NodeName",
    "Origin",
    "SummaryMessage",
    "encode",
]
