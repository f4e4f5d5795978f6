"""The stage as the manifest and the configuration say."""

from collections.abc import Callable, Sequence

from soundpost.clock import ClockState
from soundpost.config import Config, DecideConfig
from soundpost.decide.hush import Hush, HushState
from soundpost.decide.nameless import Nameless, asked_nameless
from soundpost.decide.rules import make_rules, make_vocabulary
from soundpost.decide.timetable import make_timetable
from soundpost.decide.tracker import Tracker
from soundpost.health import Health
from soundpost.manifest import Label, Manifest


def make_tracker(
    manifest: Manifest,
    config: DecideConfig,
    hush: Hush | None = None,
    health: Health | None = None,
) -> Tracker:
    """What decides as the manifest and the configuration say.

    Args:
        manifest: Of the model that classifies.
        config: What replaces the manifest's defaults.
        hush: Says whether an event may begin; by default each may.
        health: Where events that may not are counted.

    Raises:
        ConfigError: As `make_rules`.
    """
    spec = manifest.input.features
    rules = make_rules(manifest.labels, config, spec.sample_rate_hz)
    nameless = Nameless(manifest, config) if asked_nameless(config) else None
    return Tracker(rules, spec, hush, health, nameless)


def longest_memory_windows(manifest: Manifest, config: DecideConfig) -> int:
    """The most windows by which the end of an event follows the last that held.

    That is so with the rules of the configuration and with any of its profiles, of which one may
    be set while the daemon runs. (The built-in ones are no longer than what evidence allows for.)

    Raises:
        ConfigError: As `make_rules`.
    """
    rules = make_rules(manifest.labels, config, manifest.input.features.sample_rate_hz)
    smoothing = max(rule.smoothing_windows for rule in rules)
    asked = max(rule.of_windows for rule in rules)
    by_profile = [
        (profile.smoothing_windows or smoothing)
        + (profile.of_windows or asked)
        - (profile.needed_windows or 1)
        for profile in config.profiles.values()
    ]
    return max([rule.memory_windows for rule in rules] + by_profile)


def make_hush(
    labels: Sequence[Label],
    config: Config,
    clock: Callable[[], ClockState],
    state: HushState | None = None,
) -> Hush:
    """What answers whether an event may begin, with the schedules of the configuration.

    Args:
        labels: The manifest's.
        config: The configuration.
        clock: Asked whether the clock can be believed; schedules hold only while it is synced.
        state: What an earlier run remembered.

    Raises:
        ConfigError: A schedule names what there is not.
    """
    vocabulary = make_vocabulary(labels, config.decide)
    timetable = make_timetable(config.decide.schedules, config.node, vocabulary, clock)
    return Hush(vocabulary.labels, state, timetable)
