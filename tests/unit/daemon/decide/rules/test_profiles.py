"""Profiles, and the precedence of override, label, group, all labels and manifest."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify import load_bundle
from soundpost.config import DecideConfig, LabelConfig, ProfileConfig
from soundpost.decide import Override, Rule, build_label_names, build_rules, longest_memory_windows
from soundpost.decide.rules.profiles import known_profiles
from soundpost.errors import ConfigError
from soundpost.manifest import Label

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"
LABELS = [
    Label(name, 0.6, 0.4, 2, minimum_samples=8000, refractory_samples=16000)
    for name in ("dog", "siren", "glass_breaking")
]
GROUPS = {"security": ["siren", "glass_breaking"], "outside": ["dog", "siren"]}


def rule(config: DecideConfig, label: str, *overrides: Override) -> Rule:
    """Returns the rule of one label."""
    return next(r for r in build_rules(LABELS, config, 16_000, overrides) if r.label == label)


def test_instant_and_steady_are_built_in() -> None:
    """`instant` uses a single window, `steady` three of five."""
    labels = {"dog": LabelConfig(profile="steady"), "siren": LabelConfig(profile="instant")}
    config = DecideConfig(labels=labels)
    dog, siren, glass = (rule(config, label.name) for label in LABELS)
    assert (siren.smoothing_windows, siren.needed_windows, siren.of_windows) == (1, 1, 1)
    assert (dog.needed_windows, dog.of_windows) == (3, 5)
    assert (glass.smoothing_windows, glass.needed_windows, glass.of_windows) == (2, 1, 1)


def test_a_profile_of_the_configuration_replaces_the_built_in_one() -> None:
    """Settings that it leaves open come from the manifest, not from the replaced profile."""
    config = DecideConfig(profile="steady", profiles={"steady": ProfileConfig(of_windows=4)})
    found = rule(config, "dog")
    assert (found.needed_windows, found.of_windows, found.minimum_samples) == (1, 4, 8000)


def test_the_more_specific_place_wins_and_a_value_over_its_profile() -> None:
    """In the order override, label, group, all labels; in each the value before the profile."""
    config = DecideConfig(
        smoothing_windows=7,
        refractory_seconds=7.0,
        groups=GROUPS,
        labels={
            "security": LabelConfig(profile="steady", minimum_seconds=1.0),
            "siren": LabelConfig(of_windows=9),
        },
    )
    siren = rule(config, "siren", Override("siren", on_threshold=0.9))
    assert siren.on_threshold == 0.9
    assert (siren.needed_windows, siren.of_windows) == (3, 9)
    assert siren.minimum_samples == 16_000
    assert siren.smoothing_windows == 1
    assert siren.refractory_samples == 7 * 16_000
    assert rule(config, "dog").smoothing_windows == 7


def test_of_two_groups_the_later_one_wins() -> None:
    """The order is that of the tables in the file."""
    early, late = LabelConfig(on_threshold=0.7), LabelConfig(on_threshold=0.8)
    config = DecideConfig(groups=GROUPS, labels={"security": early, "outside": late})
    assert rule(config, "siren").on_threshold == 0.8
    assert rule(config, "glass_breaking").on_threshold == 0.7


def test_a_group_may_be_included_and_excluded() -> None:
    """The name of a group stands for its labels."""
    config = DecideConfig(groups=GROUPS, include=["security"], exclude=["outside"])
    assert [r.label for r in build_rules(LABELS, config, 16_000)] == ["glass_breaking"]


def test_a_lowered_on_threshold_lowers_the_off_threshold_of_a_more_general_place() -> None:
    """A command that sets one threshold needs no second one."""
    config = DecideConfig(off_threshold=0.5)
    found = rule(config, "siren", Override("siren", on_threshold=0.3))
    assert (found.on_threshold, found.off_threshold) == (0.3, 0.3)


@pytest.mark.parametrize(
    ("config", "wrong", "near"),
    [
        (DecideConfig(profile="instnat"), "instnat", "instant"),
        (DecideConfig(labels={"dog": LabelConfig(profile="stady")}), "stady", "steady"),
        (DecideConfig(groups=GROUPS, include=["securty"]), "securty", "security"),
        (DecideConfig(groups={"all": ["dgo"]}), "dgo", "dog"),
        (DecideConfig(groups={"dog": ["siren"]}), "dog", "another name"),
        (DecideConfig(labels={"unknown": LabelConfig()}), "unknown", "decide.unknown is true"),
        (DecideConfig(needed_windows=3, of_windows=2), "3 of 2", "of_windows"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(
    config: DecideConfig, wrong: str, near: str
) -> None:
    """A wrong name is an error, not a rule without effect."""
    with pytest.raises(ConfigError, match=wrong) as caught:
        build_rules(LABELS, config, 16_000)
    assert near in caught.value.hint


@pytest.mark.parametrize("override", [Override("dgo"), Override("dog", profile="steedy")])
def test_an_override_with_an_unknown_name_is_refused(override: Override) -> None:
    """The hint has the nearest name."""
    with pytest.raises(ConfigError) as caught:
        build_rules(LABELS, DecideConfig(), 16_000, [override])
    assert caught.value.hint in {"did you mean dog?", "did you mean steady?"}


def test_labels_are_found_by_the_names_of_groups() -> None:
    """A mute command may name labels and groups."""
    label_names = build_label_names(LABELS, DecideConfig(groups=GROUPS))
    assert label_names.find(["security", "dog"]) == {"siren", "glass_breaking", "dog"}


@pytest.mark.parametrize(
    "config",
    [
        DecideConfig(),
        DecideConfig(smoothing_windows=1),
        DecideConfig(profile="steady"),
        DecideConfig(
            profiles={"slow": ProfileConfig(smoothing_windows=9, needed_windows=2, of_windows=6)}
        ),
        DecideConfig(profiles={"late": ProfileConfig(smoothing_windows=9, needed_windows=4)}),
    ],
)
def test_the_longest_memory_covers_every_profile(config: DecideConfig) -> None:
    """A clip reaches back to the onset, whichever profile a command sets for a label."""
    manifest = load_bundle(TINY).manifest
    longest_windows = longest_memory_windows(manifest, config)
    label = manifest.label_names[0]
    for profile in known_profiles(config.profiles):
        rules = build_rules(manifest.labels, config, 16_000, [Override(label, profile=profile)])
        assert rules[0].memory_windows <= longest_windows


def test_the_longest_memory_is_no_longer_than_necessary() -> None:
    """More would be memory for sound that no clip contains."""
    manifest = load_bundle(TINY).manifest
    assert longest_memory_windows(manifest, DecideConfig()) == 3
    slow = {"slow": ProfileConfig(smoothing_windows=9, needed_windows=2, of_windows=6)}
    assert longest_memory_windows(manifest, DecideConfig(profiles=slow)) == 13


SHARES = st.none() | st.floats(0.0, 1.0)
PLACES = st.builds(
    LabelConfig,
    on_threshold=SHARES,
    off_threshold=SHARES,
    needed_windows=st.none() | st.integers(1, 5),
    of_windows=st.none() | st.integers(1, 5),
    profile=st.sampled_from([None, "instant", "steady"]),
)


@given(PLACES, PLACES, SHARES)
def test_a_rule_is_consistent_or_refused_for_all_settings(
    everywhere: LabelConfig, group: LabelConfig, override: float | None
) -> None:
    """An event never ends at a higher score than it starts at, and never needs too many windows."""
    config = DecideConfig(
        groups=GROUPS,
        labels={"security": group},
        on_threshold=everywhere.on_threshold,
        off_threshold=everywhere.off_threshold,
        needed_windows=everywhere.needed_windows,
        of_windows=everywhere.of_windows,
        profile=everywhere.profile,
    )
    try:
        rules = build_rules(LABELS, config, 16_000, [Override("siren", override)])
    except ConfigError:
        return
    for found in rules:
        assert 0.0 <= found.off_threshold <= found.on_threshold <= 1.0
        assert 1 <= found.needed_windows <= found.of_windows
