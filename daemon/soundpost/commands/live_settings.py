"""What commands change in what is told: mutes, thresholds, profiles."""

import logging
from collections.abc import Callable, Sequence

from soundpost.audio import NANOSECONDS
from soundpost.config import DecideConfig
from soundpost.decide import LabelNames, Mutes, Override, Rule, build_label_names, build_rules
from soundpost.decide.rules.labels import refuse_unknown
from soundpost.errors import ConfigError
from soundpost.manifest import Label
from soundpost.messages.settings import SettingsMessage
from soundpost.system.clock import rfc3339

_SHOWN_LABELS = 5
_NANOSECONDS_PER_MINUTE = 60 * NANOSECONDS

_log = logging.getLogger("soundpost.control")


class LiveSettings:
    """Changes what is decided, while it is being decided.

    Args:
        node: Whose settings these are.
        labels: The manifest's.
        config: What the file says of decisions.
        sample_rate_hz: Rate of the samples.
        mutes: What is muted.
        retune: Told the rules from now on.
        overrides: What an earlier run was told; what does not fit any more is left out, and logged.
    """

    def __init__(  # noqa: PLR0913 - each given once, by name
        self,
        *,
        node: str,
        labels: Sequence[Label],
        config: DecideConfig,
        sample_rate_hz: int,
        mutes: Mutes,
        retune: Callable[[Sequence[Rule]], None],
        overrides: Sequence[Override] = (),
    ) -> None:
        self._node = node
        self._labels = labels
        self._config = config
        self._sample_rate_hz = sample_rate_hz
        self._label_names: LabelNames = build_label_names(labels, config)
        self.mutes = mutes
        self._retune = retune
        self._overrides: dict[str, Override] = {}
        self._rules = build_rules(labels, config, sample_rate_hz)
        for override in overrides:
            try:
                self._set(override)
            except ConfigError as error:
                _log.warning("what was commanded is left out: %s (%s)", error, error.hint)

    @property
    def overrides(self) -> tuple[Override, ...]:
        """What a restart must remember."""
        return tuple(self._overrides.values())

    def mute(self, names: Sequence[str] | None, until_ns: int) -> str:
        """Tell nothing of labels and groups, of nothing at all if None, until a time; what is so.

        Raises:
            ConfigError: There is no such label or group.
        """
        labels = self._find(names)
        self.mutes.mute(labels, until_ns)
        return f"{_named(labels)} muted until {rfc3339(until_ns)}"

    def unmute(self, names: Sequence[str] | None) -> str:
        """Tell of labels and groups again, of all if None; what is so.

        Raises:
            ConfigError: There is no such label or group.
        """
        labels = self._find(names)
        self.mutes.unmute(labels)
        return f"{_named(labels)} told again"

    def set_threshold(self, label: str, on_threshold: float | None) -> str:
        """Let this smoothed score start an event, or None for the configured one; what is so.

        Raises:
            ConfigError: There is no such label, or it contradicts what is configured.
        """
        profile = self._known(label).profile
        self._set(Override(label, on_threshold, profile))
        return f"{label} begins at {self._threshold(label):g}"

    def set_profile(self, label: str, profile: str | None) -> str:
        """Decide on a label as a profile does, or None for as configured; what is so.

        Raises:
            ConfigError: There is no such label or profile, or it contradicts what is configured.
        """
        on_threshold = self._known(label).on_threshold
        self._set(Override(label, on_threshold, profile))
        return f"{label} is decided {f'as {profile}' if profile else 'as configured'}"

    def settings(self, utc_ns: int) -> SettingsMessage:
        """How it is decided at a time, nanoseconds since 1970 UTC."""
        muted = {
            mute.label: rfc3339(mute.until_ns)
            for mute in self.mutes.state.mutes
            if self.mutes.is_muted(mute.label, utc_ns)
        }
        profiles = {one.label: one.profile for one in self.overrides if one.profile is not None}
        return SettingsMessage(
            node=self._node,
            muted=muted,
            thresholds={rule.label: rule.on_threshold for rule in self._rules},
            profiles=profiles,
        )

    def _set(self, override: Override) -> None:
        self._known(override.label)
        overrides = {**self._overrides, override.label: override}
        if override.on_threshold is None and override.profile is None:
            del overrides[override.label]
        rules = build_rules(
            self._labels, self._config, self._sample_rate_hz, tuple(overrides.values())
        )
        self._retune(rules)
        self._overrides, self._rules = overrides, rules

    def _known(self, label: str) -> Override:
        refuse_unknown(label, [rule.label for rule in self._rules], "command", "label")
        return self._overrides.get(label, Override(label))

    def _threshold(self, label: str) -> float:
        return next(rule.on_threshold for rule in self._rules if rule.label == label)

    def _find(self, names: Sequence[str] | None) -> frozenset[str] | None:
        return None if names is None else self._label_names.find(names, "command")


def until(utc_ns: int, minutes: float) -> int:
    """The time so many minutes later, nanoseconds since 1970 UTC."""
    return utc_ns + round(minutes * _NANOSECONDS_PER_MINUTE)


def _named(labels: frozenset[str] | None) -> str:
    if labels is None:
        return "everything is"
    shown = ", ".join(sorted(labels)[:_SHOWN_LABELS])
    more = f" and {len(labels) - _SHOWN_LABELS} more" if len(labels) > _SHOWN_LABELS else ""
    return f"{shown}{more} {'is' if len(labels) == 1 else 'are'}"
