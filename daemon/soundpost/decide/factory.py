"""Builds the tracker and the mutes from the manifest and the configuration."""

from collections.abc import Callable, Sequence

from soundpost.config import Config, DecideConfig
from soundpost.decide.rules.confounders import find_confounders
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.profiles import known_profiles
from soundpost.decide.rules.reserved_labels import reserved_labels_of
from soundpost.decide.rules.rules import build_confounder_rules, build_label_names, build_rules
from soundpost.decide.suppress.mutes import Mutes, MutesState
from soundpost.decide.suppress.occurrence import Occurrence
from soundpost.decide.suppress.schedule import build_schedules
from soundpost.decide.surroundings.confounders import ConfounderDetector, Surroundings
from soundpost.decide.surroundings.summing_tracker import SummingTracker
from soundpost.decide.tracker import Tracker
from soundpost.decide.unlabelled import UnlabelledScorer
from soundpost.health import Health
from soundpost.manifest import Label, Manifest
from soundpost.system.clock import ClockState


def build_tracker(
    manifest: Manifest,
    config: DecideConfig,
    mutes: Mutes,
    health: Health,
    occurrence: Occurrence | None = None,
    surroundings: Surroundings | None = None,
) -> SummingTracker:
    """Returns the tracker that the manifest and the configuration describe.

    Args:
        manifest: Of the model that classifies.
        config: Settings that replace the manifest's defaults.
        mutes: The mutes and schedules that keep events from starting.
        health: Counts the events that were suppressed, retracted or summed up.
        occurrence: The labels that occur at the place; None if any may start an event.
        surroundings: Shared by the trackers of all models that classify the same sound; None for
            one model alone.

    Raises:
        ConfigError: As `build_rules`.
    """
    model_input, labels = manifest.input, manifest.labels
    rate_hz = model_input.sample_rate_hz
    if surroundings is None:
        surroundings = surroundings_of([(labels, config)])
    all_names, confounders = surroundings.label_names, surroundings.confounders
    rules = build_rules(labels, config, rate_hz, all_names=all_names)
    confounder_rules = build_confounder_rules(labels, config, rate_hz, confounders, all_names)
    detector = ConfounderDetector(confounder_rules, surroundings, rate_hz)
    unlabelled = UnlabelledScorer(manifest, config) if reserved_labels_of(config) else None
    tracker = Tracker(rules, model_input.spectrogram, mutes, health, unlabelled, detector)
    if occurrence is not None:
        tracker.set_occurrence(occurrence)
    return SummingTracker(tracker, rules, rate_hz, health)


def build_surroundings(labels: Sequence[Sequence[Label]], config: Config) -> Surroundings:
    """Returns what the trackers of all models of a configuration share.

    Args:
        labels: The labels of each model's manifest, in the order of the configuration.
        config: The configuration.

    Raises:
        ConfigError: A confounder is unknown to all models, or a label is its own confounder.
    """
    decides = [model.decide for model in config.all_models]
    return surroundings_of(list(zip(labels, decides, strict=True)))


def surroundings_of(models: Sequence[tuple[Sequence[Label], DecideConfig]]) -> Surroundings:
    """Returns what the trackers of models share, by their labels and settings.

    Raises:
        ConfigError: As `build_surroundings`.
    """
    names = LabelNames.union([build_label_names(labels, config) for labels, config in models])
    confounders = [find_confounders(config, names) for _, config in models]
    return Surroundings(names, frozenset().union(*confounders))


def longest_memory_windows(manifest: Manifest, config: DecideConfig) -> int:
    """Returns the most windows between the last one that holds and the end of an event.

    It covers the rules of the configuration and every profile, the built-in ones too, because a
    command may set any of them at run time.

    Raises:
        ConfigError: As `build_rules`.
    """
    rules = build_rules(manifest.labels, config, manifest.input.sample_rate_hz)
    smoothing = max(rule.smoothing_windows for rule in rules)
    voting = max(rule.of_windows for rule in rules)
    by_profile = [
        (profile.smoothing_windows or smoothing)
        + max(0, (profile.of_windows or voting) - (profile.needed_windows or 1))
        for profile in known_profiles(config.profiles).values()
    ]
    return max([rule.memory_windows for rule in rules] + by_profile)


def build_mutes(
    labels: Sequence[Sequence[Label]],
    config: Config,
    clock: Callable[[], ClockState],
    state: MutesState | None = None,
) -> Mutes:
    """Returns the mutes of all models, with the schedules of the configuration.

    A label that several models have is muted in all of them, and a schedule that one model has for
    it holds in all of them.

    Args:
        labels: The labels of each model's manifest, in the order of the configuration.
        config: The configuration.
        clock: Returns the state of the wall clock; schedules apply only while it is synced.
        state: The mutes of an earlier run.

    Raises:
        ConfigError: A schedule names an unknown label, time zone or place.
    """
    names = [
        build_label_names(labels_of_model, model.decide)
        for labels_of_model, model in zip(labels, config.all_models, strict=True)
    ]
    tables = [
        (table, names_of_model)
        for names_of_model, model in zip(names, config.all_models, strict=True)
        for table in model.decide.schedules
    ]
    schedules = build_schedules(tables, config.node, clock)
    return Mutes((name for each in names for name in each.labels), state, schedules)
