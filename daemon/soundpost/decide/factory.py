"""The stage as the manifest and the configuration say."""

from collections.abc import Callable, Sequence

from soundpost.config import Config, DecideConfig
from soundpost.decide.rules.rules import build_label_names, build_rules
from soundpost.decide.suppress.mutes import Mutes, MutesState
from soundpost.decide.suppress.schedule import make_timetable
from soundpost.decide.tracker import Tracker
from soundpost.decide.unlabelled import UnlabelledScorer, reserved_labels_of
from soundpost.health import Health
from soundpost.manifest import Label, Manifest
from soundpost.system.clock import ClockState


def build_tracker(
    manifest: Manifest,
    config: DecideConfig,
    mutes: Mutes | None = None,
    health: Health | None = None,
) -> Tracker:
    """What decides as the manifest and the configuration say.

    Args:
        manifest: Of the model that classifies.
        config: What replaces the manifest's defaults.
        mutes: Says whether an event may begin; by default each may.
        health: Where events that may not are counted.

    Raises:
        ConfigError: As `build_rules`.
    """
    spec = manifest.input.features
    rules = build_rules(manifest.labels, config, spec.sample_rate_hz)
    unlabelled = UnlabelledScorer(manifest, config) if reserved_labels_of(config) else None
    return Tracker(rules, spec, mutes, health, unlabelled)


def longest_memory_windows(manifest: Manifest, config: DecideConfig) -> int:
    """The most windows by which the end of an event follows the last that held.

    That is so with the rules of the configuration and with any of its profiles, of which one may
    be set while the daemon runs. (The built-in ones are no longer than what evidence allows for.)

    Raises:
        ConfigError: As `build_rules`.
    """
    rules = build_rules(manifest.labels, config, manifest.input.features.sample_rate_hz)
    smoothing = max(rule.smoothing_windows for rule in rules)
    asked = max(rule.of_windows for rule in rules)
    by_profile = [
        (profile.smoothing_windows or smoothing)
        + (profile.of_windows or asked)
        - (profile.needed_windows or 1)
        for profile in config.profiles.values()
    ]
    return max([rule.memory_windows for rule in rules] + by_profile)


def build_mutes(
    labels: Sequence[Label],
    config: Config,
    clock: Callable[[], ClockState],
    state: MutesState | None = None,
) -> Mutes:
    """What answers whether an event may begin, with the schedules of the configuration.

    Args:
        labels: The manifest's.
        config: The configuration.
        clock: Asked whether the clock can be believed; schedules hold only while it is synced.
        state: What an earlier run remembered.

    Raises:
        ConfigError: A schedule names what there is not.
    """
    label_names = build_label_names(labels, config.decide)
    schedules = make_timetable(config.decide.schedules, config.node, label_names, clock)
    return Mutes(label_names.labels, state, schedules)
