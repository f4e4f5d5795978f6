"""The confounders of labels, by their names in a configuration."""

from collections.abc import Iterator

from soundpost.config import DecideConfig, ProfileConfig
from soundpost.decide.rules.labels import LabelNames
from soundpost.errors import ConfigError

CONFOUNDER_SECONDS = 15.0
"""The default: a passing siren and a barking dog pause for less than this."""


def find_confounders(config: DecideConfig, label_names: LabelNames) -> frozenset[str]:
    """Returns every label that is a confounder in any place of a configuration.

    Profiles count too if no label has them: a command may set them at run time.

    Args:
        config: The configuration of a model.
        label_names: The names of all models that classify the same sound.

    Raises:
        ConfigError: There is no such label or group, or a label is its own confounder.
    """
    found: frozenset[str] = frozenset()
    for place, where, name in _places(config):
        names = label_names.find_exact(place.confounders or [], f"{where}.confounders")
        own = label_names.find_exact([name]) if name else []
        if any(each in names and each in label_names.labels for each in own):
            raise ConfigError(
                f"{where}.confounders: {name} is its own confounder",
                hint="name the labels that it is mistaken for",
            )
        found |= label_names.find(names)
    return found


def _places(config: DecideConfig) -> Iterator[tuple[ProfileConfig, str, str | None]]:
    """Yields each place of a configuration, its name in errors, and the name that it is for."""
    yield config, "decide", None
    for name, label in config.labels.items():
        yield label, f"decide.labels.{name}", name
    for name, profile in config.profiles.items():
        yield profile, f"decide.profiles.{name}", None
