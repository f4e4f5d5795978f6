"""The labels that the configuration names."""

import pytest

from soundpost.config import Config, DecideConfig, LabelConfig, MqttConfig
from soundpost.decide import LabelNames, chosen_labels
from soundpost.errors import ConfigError

NAMES = LabelNames(
    ["dog", "cat", "owl", "siren", "rain"], {"pets": ["dog", "cat"]}, {"alarms": ["siren"]}
)


@pytest.mark.parametrize(
    ("config", "chosen"),
    [
        (Config(), set()),
        (Config(mqtt=MqttConfig(chosen=["owl", "pets"])), {"owl", "dog", "cat"}),
        (Config(mqtt=MqttConfig(device_classes={"rain": "moisture"})), {"rain"}),
        (Config(decide=DecideConfig(include=["owl", "alarms"])), {"owl"}),
        (
            Config(decide=DecideConfig(labels={"dog": LabelConfig(), "alarms": LabelConfig()})),
            {"dog"},
        ),
        (Config(decide=DecideConfig(unknown=True)), {"unknown"}),
    ],
)
def test_a_label_that_the_configuration_names_is_chosen(config: Config, chosen: set[str]) -> None:
    """A group stands for its labels in mqtt.chosen only: elsewhere its own topic is enough."""
    assert chosen_labels(config, NAMES) == chosen


def test_an_unknown_name_is_refused() -> None:
    """The error states the key, and the hint the nearest name."""
    config = Config(mqtt=MqttConfig(chosen=["owll"]))
    with pytest.raises(ConfigError, match=r"mqtt\.chosen: there is no label 'owll'") as refused:
        chosen_labels(config, NAMES)
    assert refused.value.hint == "did you mean owl?"
