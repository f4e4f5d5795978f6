"""Names of confounders: labels and groups, of this model and of others on the same sound."""

import pytest
from confounded_labels import LABELS, confounders_of

from soundpost.config import DecideConfig, LabelConfig, ProfileConfig
from soundpost.decide.factory import surroundings_of
from soundpost.errors import ConfigError


def test_a_group_stands_for_its_labels() -> None:
    """A group of the bundle as well as one of the configuration."""
    config = DecideConfig(confounders=["birds", "noisy"], groups={"noisy": ["music"]})
    assert confounders_of("siren", config) == {"owl", "crow", "music"}


@pytest.mark.parametrize(
    "config",
    [
        DecideConfig(confounders=["sirne"]),
        DecideConfig(labels={"owl": LabelConfig(confounders=["sirne"])}),
        DecideConfig(profiles={"night": ProfileConfig(confounders=["sirne"])}),
    ],
)
def test_a_misspelt_confounder_is_refused_with_the_nearest_label(config: DecideConfig) -> None:
    """In every place, also in a profile that no label has."""
    with pytest.raises(ConfigError, match=r"confounders: there is no label 'sirne'") as refusal:
        surroundings_of([(LABELS, config)])
    assert refusal.value.hint == "did you mean siren?"


def test_a_label_that_is_its_own_confounder_is_refused() -> None:
    """No event of it could ever last."""
    config = DecideConfig(labels={"owl": LabelConfig(confounders=["siren", "owl"])})
    with pytest.raises(ConfigError, match=r"decide\.labels\.owl\.confounders: owl is its own"):
        surroundings_of([(LABELS, config)])


def test_a_label_among_several_does_not_confound_itself() -> None:
    """A setting for all labels or for a group means the other ones."""
    assert confounders_of("siren", DecideConfig(confounders=["siren"])) == frozenset()
    config = DecideConfig(labels={"birds": LabelConfig(confounders=["birds", "siren"])})
    assert confounders_of("owl", config) == {"crow", "siren"}


def test_an_unlabelled_sound_may_be_one_while_it_is_on() -> None:
    """While it is off the hint names the key that switches it on."""
    config = DecideConfig(labels={"owl": LabelConfig(confounders=["any"])})
    with pytest.raises(ConfigError) as refusal:
        surroundings_of([(LABELS, config)])
    assert refusal.value.hint == "it is detected only if decide.any is true"
    config = DecideConfig(any=True, labels={"owl": LabelConfig(confounders=["any"])})
    assert confounders_of("owl", config) == {"any"}
