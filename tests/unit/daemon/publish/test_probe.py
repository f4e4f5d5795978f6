"""The probe of a broker for `soundpost check`."""

from pathlib import Path

from mosquitto import Access, Broker, MakeBroker
from mqtt_subscriber import Subscriber
from probe_failures import probe_refusal

from soundpost.config import MqttConfig
from soundpost.publish.probe import probe


def test_a_probe_measures_the_round_trip(broker: Broker) -> None:
    """It takes some milliseconds, and no message is retained at the broker."""
    assert 0.0 < probe(MqttConfig(broker=broker.url), "post") < 10_000.0
    with Subscriber(broker.port) as subscriber:
        subscriber.publish("end", b"", retain=False)
        assert [message.topic for message in subscriber.wait_for(len)] == ["end"]


def test_a_wrong_password_is_reported(make_broker: MakeBroker, password_file: Path) -> None:
    """The error names the user, not the password."""
    broker = make_broker(Access({"post": "another"}))
    error = probe_refusal(broker.url, username="post", password_file=str(password_file))
    assert str(error) == f"{broker.url} does not let post in: Not authorized"
    assert "mqtt.password_file" in error.hint


def test_a_right_password_is_accepted(make_broker: MakeBroker, password_file: Path) -> None:
    """The newline at the end of the file is not a part of it."""
    broker = make_broker(Access({"post": "secret-7"}))
    config = MqttConfig(broker=broker.url, username="post", password_file=str(password_file))
    assert probe(config, "post") > 0.0


def test_a_refused_message_is_reported(make_broker: MakeBroker) -> None:
    """The hint names the right that the access list lacks."""
    broker = make_broker(Access(acl=("topic read #",)))
    error = probe_refusal(broker.url)
    assert "refuses messages on soundpost/post/check: Not authorized" in str(error)
    assert error.hint == "let anonymous clients write to soundpost/post/#"
