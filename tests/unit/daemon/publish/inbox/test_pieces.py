"""Pieces of a clip on their way to the broker."""

import json
from typing import cast

import pytest

from soundpost.messages import NodeName
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.reasons import too_large
from soundpost.publish.inbox.pieces import EXPIRY_SECONDS, PieceOutcome, PieceSlot


class Wire:
    """A connection that records what is published.

    Attributes:
        unacknowledged: The number of messages that the broker has not acknowledged.
        published: The messages.
    """

    def __init__(self) -> None:
        self.unacknowledged = 0
        self.published: list[OutgoingMessage] = []

    def publish(self, message: OutgoingMessage) -> None:
        """Records a message."""
        self.published.append(message)


@pytest.fixture
def slot() -> PieceSlot:
    """Provides the slot of a source of a node."""
    return PieceSlot("soundpost/gate/yard/clip", NodeName("gate", "yard"), lambda: None)


def send(slot: PieceSlot, wire: Wire) -> None:
    """Has a slot send on a connection."""
    slot.send(cast(Connection, wire))  # noqa: TC006 - checked at run time, too


def test_a_piece_waits_for_everything_else(slot: PieceSlot) -> None:
    """A detection never waits behind more than one of them."""
    wire = Wire()
    slot.put(b"piece")
    wire.unacknowledged = 1
    send(slot, wire)
    assert wire.published == []
    wire.unacknowledged = 0
    send(slot, wire)
    send(slot, wire)
    (message,) = wire.published
    assert (message.topic, message.payload) == ("soundpost/gate/yard/clip", b"piece")
    assert not message.retain
    assert message.expiry_seconds == EXPIRY_SECONDS


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        (None, PieceOutcome()),
        ("Not authorized", PieceOutcome("Not authorized")),
        (too_large(30_000, 20_000), PieceOutcome(too_large(30_000, 20_000), is_too_large=True)),
    ],
)
def test_the_reply_of_the_broker_is_the_outcome(
    slot: PieceSlot, refusal: str | None, outcome: PieceOutcome
) -> None:
    """It is taken once."""
    wire = Wire()
    slot.put(b"piece")
    assert slot.pop_outcome() is None
    send(slot, wire)
    wire.published[0].on_ack(refusal)
    assert slot.pop_outcome() == outcome
    assert slot.pop_outcome() is None


def test_a_piece_is_sent_again_on_the_next_connection(slot: PieceSlot) -> None:
    """Unless the broker has acknowledged it."""
    slot.put(b"piece")
    for number in range(3):
        wire = Wire()
        slot.on_connect()
        send(slot, wire)
        assert [message.payload for message in wire.published] == [b"piece"], number
    wire.published[0].on_ack(None)
    slot.on_connect()
    send(slot, wire)
    assert len(wire.published) == 1


def test_the_reply_to_a_piece_of_an_earlier_transfer_is_left_out(slot: PieceSlot) -> None:
    """It says nothing about the new one."""
    wire = Wire()
    slot.put(b"old")
    send(slot, wire)
    slot.clear()
    slot.put(b"new")
    wire.published[0].on_ack("refused")
    assert slot.pop_outcome() is None
    send(slot, wire)
    assert wire.published[-1].payload == b"new"


def test_a_piece_states_its_node_and_source(slot: PieceSlot) -> None:
    """And its bytes in base64."""
    payload = slot.build(
        id="a1",
        file="20261120T073121Z-dog-6da2fa14.flac",
        size_bytes=3,
        sha256="5e" * 32,
        offset=0,
        data=b"abc",
    )
    piece = json.loads(payload)
    assert (piece["node"], piece["source"], piece["data"]) == ("gate", "yard", "YWJj")
