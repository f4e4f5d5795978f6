"""The settings that apply to a label, from the most specific place to the most general one."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost.config import DecideConfig, LabelConfig, ProfileConfig
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.profiles import find_profile
from soundpost.decide.rules.reserved_labels import RESERVED_LABELS, reserved_labels_of


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a label that a command made at run time; they win over the configuration.

    Attributes:
        label: As the manifest spells it.
        on_threshold: The smoothed score that starts an event, in [0, 1]; None as configured.
        profile: Name of a profile; None as configured.
    """

    label: str
    on_threshold: Annotated[float, Meta(ge=0.0, le=1.0)] | None = None
    profile: str | None = None


class SettingPrecedence:
    """Finds the places of a configuration that set anything for a label.

    Args:
        config: The configuration.
        label_names: The names of labels and groups.

    Raises:
        ConfigError: `decide.labels` names neither a label nor a group, or a place names an
            unknown profile.
    """

    def __init__(self, config: DecideConfig, label_names: LabelNames) -> None:
        self._config = config
        self._reserved = reserved_labels_of(config)
        self._named = [
            (exact, label_names.find([exact], "decide.labels"), place)
            for name, place in config.labels.items()
            for exact in label_names.find_exact([name], "decide.labels")
        ]
        for name, _, place in self._named:
            self._with_profile(place, f"decide.labels.{name}")
        self._with_profile(config, "decide")

    def of(self, label: str, override: Override | None = None) -> list[ProfileConfig]:
        """Returns all places that apply to a label; the first one that sets a value wins.

        Raises:
            ConfigError: The override names an unknown profile.
        """
        precedence: list[ProfileConfig] = []
        if override is not None:
            place = LabelConfig(on_threshold=override.on_threshold, profile=override.profile)
            precedence += self._with_profile(place, f"override of {label}")
        for place, where in self._places(label):
            precedence += self._with_profile(place, where)
        return precedence

    def _places(self, label: str) -> Iterator[tuple[LabelConfig, str]]:
        """Yields the places of the label, of its groups (last first), and of all labels."""
        own = [(place, name) for name, _, place in reversed(self._named) if name == label]
        groups = [
            (place, name)
            for name, members, place in reversed(self._named)
            if name != label and label in members
        ]
        for place, name in own + groups:
            yield place, f"decide.labels.{name}"
        yield (RESERVED_LABELS[label], "") if label in self._reserved else (self._config, "decide")

    def _with_profile(self, place: LabelConfig, where: str) -> list[ProfileConfig]:
        """Returns a place, and after it the profile that it names: its own values win."""
        if place.profile is None:
            return [place]
        return [place, find_profile(place.profile, self._config.profiles, where)]
