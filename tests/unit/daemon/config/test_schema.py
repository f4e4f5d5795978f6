"""Tables, keys and defaults of the configuration file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.config import Config, load_config

Write = Callable[[str | bytes], Path]


def test_no_file_at_all_gives_the_defaults() -> None:
    """Every key has a default."""
    assert load_config(None) == Config()


def test_an_empty_file_gives_the_defaults(write: Write) -> None:
    """An empty file is a valid configuration."""
    assert load_config(write("")) == Config()


def test_every_table_can_be_set(write: Write) -> None:
    """Values of every table are read, numbers without a fraction included."""
    config = load_config(
        write("""
            [node]
            name = "north-gate"
            [capture]
            source = "wav:/tmp/a b.wav"
            [gate]
            pre_roll_seconds = 2
            [classify]
            threads = 2
            [decide]
            on_threshold = 0.7
            exclude = ["wind"]
            [decide.labels.siren]
            refractory_seconds = 5.5
            [mqtt]
            broker = "mqtts://broker.example:8883"
        """)
    )
    assert config.node.name == "north-gate"
    assert config.capture.source == "wav:/tmp/a b.wav"
    assert config.gate.pre_roll_seconds == 2.0
    assert config.classify.threads == 2
    assert config.decide.on_threshold == 0.7
    assert config.decide.exclude == ["wind"]
    assert config.decide.labels["siren"].refractory_seconds == 5.5
    assert config.mqtt.broker == "mqtts://broker.example:8883"


def test_a_byte_order_mark_is_no_error(write: Write) -> None:
    """Editors on Windows start a UTF-8 file with one."""
    assert load_config(write(b"\xef\xbb\xbf[node]\nname = 'a'")).node.name == "a"


def test_a_flag_wins_over_the_file(write: Write) -> None:
    """A value from the command line replaces its key, and no other key of the table."""
    path = write("[mqtt]\nbroker = 'mqtt://a'\nprefix = 'farm'")
    config = load_config(path, {"mqtt": {"broker": "mqtt://b"}, "node": {"name": "n"}})
    assert (config.mqtt.broker, config.mqtt.prefix, config.node.name) == ("mqtt://b", "farm", "n")


def test_the_machine_s_name_is_made_valid_for_a_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default node name is valid for any name of the machine."""
    monkeypatch.setattr("socket.gethostname", lambda: "café#+/1.example.org")
    assert Config().node.name == "caf----1"
    monkeypatch.setattr("socket.gethostname", lambda: "")
    assert Config().node.name == "soundpost"


def test_a_certificate_may_contain_its_key(write: Write) -> None:
    """A PEM file can hold both, so no key file is required."""
    path = write("[mqtt]\nbroker = 'mqtts://a'\ncert_file = 'both.pem'")
    assert load_config(path).mqtt.cert_file == "both.pem"
