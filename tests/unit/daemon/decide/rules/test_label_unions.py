"""The names of labels and groups, of one model and of several."""

import pytest

from soundpost.decide import LabelNames
from soundpost.errors import ConfigError


def test_a_group_of_several_models_has_the_labels_of_all() -> None:
    """Each label is named once, in the order of the models."""
    everyday = LabelNames(["dog", "siren"], {"animals": ["dog"]})
    birds = LabelNames(["owl", "dog"], {"night": ["owl"]}, {"animals": ["owl", "dog"]})
    union = LabelNames.union([everyday, birds])
    assert union.labels == ("dog", "siren", "owl")
    assert union.find(["animals"]) == {"dog", "owl"}
    assert union.groups_with(["owl"]) == {"animals": {"owl"}, "night": {"owl"}}
    assert "night" in union
    assert "bats" not in union
    with pytest.raises(ConfigError, match="no label 'owls'"):
        union.find(["owls"])


def test_a_name_of_a_label_and_of_a_group_stands_for_both() -> None:
    """One model has a label `bird`, the other a group of this name."""
    union = LabelNames.union(
        [LabelNames(["bird", "dog"]), LabelNames(["owl", "crow"], {"bird": ["owl"]})]
    )
    assert union.find(["bird"]) == {"bird", "owl"}
    assert union.groups["bird"] == {"owl"}


def test_the_names_of_one_model_stay_as_they_are() -> None:
    """A group of its bundle is still known as such."""
    names = LabelNames(["dog"], bundle_groups={"animals": ["dog"]})
    assert LabelNames.union([names]) is names
