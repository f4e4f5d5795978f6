"""Settings that commands change at run time: mutes, thresholds, profiles."""

import logging
from collections.abc import Callable, Sequence

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.config import Config
from soundpost.decide import (
    ModelRules,
    Mutes,
    Override,
    Rule,
    chosen_labels,
    lowest_thresholds,
)
from soundpost.decide.rules.labels import refuse_unknown
from soundpost.errors import ConfigError
from soundpost.manifest import Manifest
from soundpost.messages import NodeName
from soundpost.messages.settings import MOST_LISTED, SettingsMessage, bounded_settings
from soundpost.system.clock import rfc3339

_SHOWN_LABELS = 5
"""Labels that a result names, so that it stays one line; of the others it gives the number."""
_NANOSECONDS_PER_MINUTE = 60 * NANOSECONDS

_log = logging.getLogger("soundpost.control")


class LiveSettings:
    """Mutes, thresholds and profiles of labels, changed while the pipeline runs.

    The methods that change something return one line that states the new setting.

    Args:
        config: Its rules of decision hold where no command has changed them; labels that it names
            are listed first in the settings.
        manifests: The labels of each model, in the order of the configuration. A setting of a label
            applies to it in every model that has it.
        mutes: Muted labels.
        set_rules: Receives the rules of each model after each change.
        overrides: Those of an earlier run; ones that no longer fit are left out and logged.
    """

    def __init__(
        self,
        config: Config,
        manifests: Sequence[Manifest],
        mutes: Mutes,
        set_rules: Callable[[Sequence[Sequence[Rule]]], None],
        overrides: Sequence[Override] = (),
    ) -> None:
        self._name = NodeName.of(config.node)
        self._model_rules = ModelRules(config, manifests)
        self._label_names = self._model_rules.label_names
        self._chosen = chosen_labels(config, self._label_names)
        profile_names = self._model_rules.profile_names[:MOST_LISTED]
        live_view = config.mqtt.live_view or msgspec.UNSET
        self._offered = {"profile_names": profile_names, "live_view": live_view}
        self._mutes = mutes
        self._set_rules = set_rules
        self._overrides: dict[str, Override] = {}
        self._rules = self._model_rules.build({})
        for override in () if not overrides or self._restore(overrides) else overrides:
            try:
                self._set(override)
            except ConfigError as error:
                _log.warning(
                    "a setting of an earlier run no longer fits, and is left out: %s (%s)",
                    error,
                    error.hint,
                )

    @property
    def overrides(self) -> tuple[Override, ...]:
        """All overrides, for the state file."""
        return tuple(self._overrides.values())

    def mute(self, names: Sequence[str] | None, until_ns: int) -> str:
        """Mutes labels until a time.

        Args:
            names: Labels and groups; None for all labels.
            until_ns: Nanoseconds since 1970 UTC.

        Raises:
            ConfigError: There is no such label or group.
        """
        labels = self._find(names)
        self._mutes.mute(labels, until_ns)
        return f"{_subject(labels)} muted until {rfc3339(until_ns)}"

    def unmute(self, names: Sequence[str] | None) -> str:
        """Unmutes labels and groups, or all labels if None.

        Raises:
            ConfigError: There is no such label or group.
        """
        labels = self._find(names)
        self._mutes.unmute(labels)
        return f"{_subject(labels)} no longer muted"

    def set_threshold(self, label: str, on_threshold: float | None) -> str:
        """Sets the smoothed score that starts an event; None for the configured one.

        Raises:
            ConfigError: There is no such label, or the score contradicts the configuration.
        """
        label = self._label_of(label)
        profile = self._override(label).profile
        self._set(Override(label, on_threshold, profile))
        return f"{label} starts at {lowest_thresholds(self._rules)[label]:g}"

    def set_profile(self, label: str, profile: str | None) -> str:
        """Sets the profile of a label; None for the configured one.

        Raises:
            ConfigError: There is no such label or profile, or it contradicts the configuration.
        """
        label = self._label_of(label)
        on_threshold = self._override(label).on_threshold
        self._set(Override(label, on_threshold, profile))
        return f"{label} is decided {f'by profile {profile}' if profile else 'as configured'}"

    def settings(self, utc_ns: int) -> SettingsMessage:
        """Returns the settings at a time, nanoseconds since 1970 UTC: at most 200 of each kind."""
        thresholds = lowest_thresholds(self._rules)
        overrides = self._overrides.items()
        profiles = {label: each.profile for label, each in overrides if each.profile is not None}
        chosen = [label for label in thresholds if label in self._chosen]
        message = bounded_settings(
            self._name,
            self._mutes.muted_until(utc_ns),
            thresholds,
            profiles,
            [*chosen, *self._overrides],
        )
        return msgspec.structs.replace(message, **self._offered)

    def _set(self, override: Override) -> None:
        self._override(override.label)
        overrides = {**self._overrides, override.label: override}
        if override.on_threshold is None and override.profile is None:
            del overrides[override.label]
        self._apply(overrides)

    def _restore(self, overrides: Sequence[Override]) -> bool:
        """Applies the overrides of an earlier run at once; returns False if one does not fit.

        One by one, the rules of thousands of labels would be built again for each of them.
        """
        try:
            for override in overrides:
                self._override(override.label)
            self._apply({override.label: override for override in overrides})
        except ConfigError:
            return False
        return True

    def _apply(self, overrides: dict[str, Override]) -> None:
        rules = self._model_rules.build(overrides)
        self._set_rules(rules)
        self._overrides, self._rules = overrides, rules

    def _label_of(self, name: str) -> str:
        """Returns the label that a name stands for; names of several labels are refused later.

        Raises:
            ConfigError: There is no such name.
        """
        found = self._label_names.find_exact([name], "command")
        return found[0] if len(found) == 1 else name

    def _override(self, label: str) -> Override:
        detected = list(lowest_thresholds(self._rules))
        if label in self._label_names.labels and label not in detected:
            raise ConfigError(
                f"command: {label} is not detected by this node",
                hint=f"name it in decide.include, or in a table decide.labels.{label}",
            )
        refuse_unknown(label, detected, "command", "label")
        return self._overrides.get(label, Override(label))

    def _find(self, names: Sequence[str] | None) -> frozenset[str] | None:
        return None if names is None else self._label_names.find(names, "command")


def minutes_later(utc_ns: int, minutes: float) -> int:
    """Returns a time some minutes later; both in nanoseconds since 1970 UTC."""
    return utc_ns + round(minutes * _NANOSECONDS_PER_MINUTE)


def _subject(labels: frozenset[str] | None) -> str:
    if labels is None:
        return "everything is"
    shown = ", ".join(sorted(labels)[:_SHOWN_LABELS])
    more = f" and {len(labels) - _SHOWN_LABELS} more" if len(labels) > _SHOWN_LABELS else ""
    return f"{shown}{more} {'is' if len(labels) == 1 else 'are'}"
