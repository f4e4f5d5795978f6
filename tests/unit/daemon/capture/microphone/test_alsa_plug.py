"""ALSA's configuration with a converting device; integration/test_wide_card.py records from one."""

import os
from pathlib import Path

import pytest

from soundpost.capture.microphone.alsa_plug import converting_device

VARIABLE = "ALSA_CONFIG_PATH"


@pytest.mark.parametrize(
    ("device_name", "slave"), [("Codec: I2S (hw:1,0)", "hw:1,0"), ("wide", "wide")]
)
def test_the_device_converts_the_named_one(
    monkeypatch: pytest.MonkeyPatch, device_name: str, slave: str
) -> None:
    """The configuration of before is read first; afterwards everything is as before."""
    monkeypatch.setenv(VARIABLE, "/etc/one.conf:/etc/other.conf")
    with converting_device(device_name) as name:
        *before, added = os.environ[VARIABLE].split(":")
        assert before == ["/etc/one.conf", "/etc/other.conf"]
        assert Path(added).read_text() == f'pcm.{name} {{ type plug slave.pcm "{slave}" }}\n'
    assert os.environ[VARIABLE] == "/etc/one.conf:/etc/other.conf"
    assert not Path(added).exists()


def test_without_a_configuration_of_its_own_that_of_the_system_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The variable is absent again afterwards."""
    monkeypatch.delenv(VARIABLE, raising=False)
    with converting_device("wide"):
        assert os.environ[VARIABLE].startswith("/usr/share/alsa/alsa.conf:")
    assert VARIABLE not in os.environ
