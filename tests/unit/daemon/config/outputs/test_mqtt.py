"""The table `[mqtt]`: rules between keys, and the sounds that have a topic of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.config import load_config
from soundpost.errors import ConfigError

Write = Callable[[str | bytes], Path]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("key_file = 'k'\nbroker = 'mqtts://a'", "key_file is set without cert_file"),
        ("password_file = 'p'", "password_file is set without username"),
        ("ca_file = 'c'", "ca_file, cert_file and key_file need a broker at mqtts://"),
        ("cert_file = 'c'", "ca_file, cert_file and key_file need a broker at mqtts://"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(write: Write, text: str, rule: str) -> None:
    """A setting that would be ignored silently, or sent in the clear, is an error."""
    path = write(f"[mqtt]\n{text}")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value) == f"{path}: [mqtt] {rule}"


def test_by_default_no_label_is_chosen_and_the_number_of_labels_decides(write: Write) -> None:
    """None is not one of the settings, so it cannot be written."""
    config = load_config(write("")).mqtt
    assert (config.sounds, config.chosen) == (None, [])
    config = load_config(write('[mqtt]\nsounds = "chosen"\nchosen = ["dog", "Barn Owl"]')).mqtt
    assert (config.sounds, config.chosen) == ("chosen", ["dog", "Barn Owl"])
    with pytest.raises(ConfigError, match=r"mqtt\.sounds: expected one of groups, chosen, all"):
        load_config(write('[mqtt]\nsounds = "some"'))


@pytest.mark.parametrize("name", ["sound", "status", "command", "summaries"])
def test_a_source_cannot_have_the_name_of_a_topic_of_its_node(write: Write, name: str) -> None:
    """Its own topics would be among those of the node."""
    assert load_config(write('[node]\nsource = "yard"')).node.source == "yard"
    with pytest.raises(ConfigError, match=f"source is '{name}', which is a topic of the node"):
        load_config(write(f'[node]\nsource = "{name}"'))
    with pytest.raises(ConfigError, match=rf"sources\W.*name is '{name}', which is a topic"):
        load_config(write(f'[[sources]]\nname = "{name}"'))
