"""The node as subscribers see it, with several models."""

import pytest
from tiny_models import tiny_model

from soundpost.app.node import describe_node
from soundpost.config import Config, DecideConfig, LabelConfig, ModelConfig, MqttConfig
from soundpost.errors import ConfigError
from soundpost.manifest import Manifest

ANIMALS = [
    DecideConfig(groups={"animals": ["dog"]}, labels={"hum": LabelConfig()}),
    DecideConfig(groups={"animals": ["owl"]}, unknown=True),
]
MODELS = [ModelConfig(decide=decide) for decide in ANIMALS]
LABELS = ["dog", "hiss", "owl"]


@pytest.fixture
def manifests() -> list[Manifest]:
    """Provides the manifests of two models that both have a label `dog`."""
    return [
        tiny_model(16_000, ("dog", "hiss", "hum")).bundle.manifest,
        tiny_model(22_050, ("owl", "dog", "bell")).bundle.manifest,
    ]


def test_the_node_has_the_labels_and_groups_of_all_models(manifests: list[Manifest]) -> None:
    """And the labels that the tables of any of them name."""
    node = describe_node(Config(models=MODELS), manifests, LABELS)
    assert node.groups == {"animals": {"dog", "owl"}}
    assert node.chosen == {"hum", "unknown"}
    assert node.model is not None
    assert [model.id for model in (node.model, *node.other_models)] == ["tiny-16000", "tiny-22050"]


def test_a_device_class_may_be_set_for_a_label_of_any_model(manifests: list[Manifest]) -> None:
    """One for a label that none of them has is refused."""
    bell = MqttConfig(device_classes={"bell": "sound"})
    assert "bell" in describe_node(Config(models=MODELS, mqtt=bell), manifests, LABELS).chosen
    crow = MqttConfig(device_classes={"crow": "sound"})
    with pytest.raises(ConfigError, match="no label 'crow'"):
        describe_node(Config(models=MODELS, mqtt=crow), manifests, LABELS)
