"""The limits of a broker, from its CONNACK."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.mqtt.limits import (
    RECEIVE_MAXIMUM,
    BrokerLimits,
    DisconnectLimit,
    SizeLimit,
    publish_bytes,
    read_limits,
    subscribe_bytes,
)


def test_a_broker_without_properties_sets_no_limits() -> None:
    """Everything that is needed is there."""
    assert read_limits(None) == BrokerLimits()
    assert BrokerLimits().missing == ""


def test_every_limit_is_read() -> None:
    """The log names the guarantees that are missing."""
    limits = read_limits(
        SimpleNamespace(
            ReceiveMaximum=3,
            MaximumPacketSize=400,
            RetainAvailable=0,
            MaximumQoS=0,
            ServerKeepAlive=8,
        )
    )
    assert limits == BrokerLimits(3, 400, has_retain=False, qos=0, longest_wait_seconds=2.0)
    assert "retained" in limits.missing
    assert "QoS 1" in limits.missing


@given(st.integers(1, 65_535), st.integers(1, 2**32 - 1), st.integers(0, 65_535))
def test_limits_never_exceed_ours(receive: int, packet_bytes: int, keepalive_seconds: int) -> None:
    """A generous broker changes nothing."""
    limits = read_limits(
        SimpleNamespace(
            ReceiveMaximum=receive,
            MaximumPacketSize=packet_bytes,
            ServerKeepAlive=keepalive_seconds,
        )
    )
    assert 1 <= limits.receive_maximum <= RECEIVE_MAXIMUM
    assert limits.packet_bytes == packet_bytes
    assert limits.longest_wait_seconds > 0


@pytest.mark.parametrize("name", ["ReceiveMaximum", "MaximumPacketSize"])
def test_a_limit_of_nothing_is_refused(name: str) -> None:
    """The standard forbids it; nothing could ever be sent."""
    with pytest.raises(ValueError, match="of 0"):
        read_limits(SimpleNamespace(**{name: 0}))


@pytest.mark.parametrize(
    ("payload_bytes", "expected"),
    [(0, 11), (118, 129), (119, 131), (16_374, 16_386), (16_375, 16_388)],
)
def test_the_size_of_a_packet_includes_its_length(payload_bytes: int, expected: int) -> None:
    """The length takes a byte below 128 bytes, two below 16,384, three above."""
    # Two bytes of the topic's length, two of the topic, two of the identifier, three of properties.
    assert publish_bytes("ab", bytes(payload_bytes), 3, 1) == expected
    assert publish_bytes("ab", b"", 3, 0) == 9


def test_the_size_of_a_subscription_includes_all_its_topics() -> None:
    """Each with its length and its options."""
    assert subscribe_bytes(["ab", "c"]) == 2 + 3 + (2 + 2 + 1) + (2 + 1 + 1)


def test_a_learned_limit_only_falls() -> None:
    """The lower one of it and the broker's own holds; after an hour it is tried again."""
    now_seconds = 7.0
    limit = SizeLimit(now_seconds=lambda: now_seconds)
    assert (limit.with_announced(None), limit.with_announced(7)) == (None, 7)
    limit.learn(500)
    limit.learn(600)
    assert (limit.with_announced(None), limit.with_announced(400)) == (499, 400)
    now_seconds += 3_601.0
    assert (limit.with_announced(None), limit.with_announced(400)) == (None, 400)


def test_a_packet_is_left_out_for_an_hour_after_two_lost_connections() -> None:
    """Then it is tried again: two losses may have been chance; a reply counts at once."""
    clock = SimpleNamespace(seconds=1_000.0)
    limit = DisconnectLimit(now_seconds=lambda: clock.seconds)
    losses = []
    for step_seconds in (0.0, 3_610.0, 3_590.0):
        clock.seconds += step_seconds
        losses.append(limit.is_reached)
        limit.add()
    assert losses == [False, False, False]
    assert limit.is_reached
    clock.seconds += 3_590.0
    assert limit.is_reached
    clock.seconds += 20.0
    assert not limit.is_reached


def test_a_reply_ends_the_suspicion() -> None:
    """The connection that was lost before was chance."""
    limit = DisconnectLimit()
    for _ in range(3):
        limit.add()
        assert not limit.is_reached
        limit.reset()
