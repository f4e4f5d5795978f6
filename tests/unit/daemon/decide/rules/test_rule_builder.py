"""Settings by precedence: confounders, and the rule for labels that go on all the time."""

from decision_labels import label

from soundpost.config import DecideConfig, LabelConfig, ProfileConfig
from soundpost.decide import Override, Rule, build_rules

RATE_HZ = 16_000


LABELS = [label("owl", group="birds"), label("crow", group="birds"), label("siren")]


def rules_of(config: DecideConfig, *overrides: Override) -> dict[str, Rule]:
    """Returns the rules by label."""
    return {rule.label: rule for rule in build_rules(LABELS, config, RATE_HZ, overrides)}


def test_by_default_nothing_confounds_and_nothing_is_summed_up() -> None:
    """Both must be switched on; the other settings have their defaults by then."""
    rule = rules_of(DecideConfig())["owl"]
    assert (rule.confounders, rule.lasting_samples) == (frozenset(), 0)
    assert (rule.confounder_samples, rule.lasting_events) == (15 * RATE_HZ, 10)


def test_the_more_specific_place_wins() -> None:
    """A label over its group, a group over all labels; an empty list and zero switch off."""
    config = DecideConfig(
        confounders=["siren"],
        lasting_minutes=30.0,
        labels={
            "birds": LabelConfig(confounders=["siren", "crow"], lasting_minutes=0.5),
            "crow": LabelConfig(confounders=[], lasting_minutes=0.0, lasting_events=3),
        },
    )
    rules = rules_of(config)
    assert rules["owl"].confounders == {"siren", "crow"}
    assert rules["crow"].confounders == frozenset()
    assert [rules[name].lasting_samples for name in ("owl", "crow", "siren")] == [
        30 * RATE_HZ,
        0,
        1800 * RATE_HZ,
    ]
    assert (rules["crow"].lasting_events, rules["owl"].lasting_events) == (3, 10)


def test_a_profile_and_a_command_can_set_them() -> None:
    """An override names a profile, as a command does."""
    night = ProfileConfig(confounders=["siren"], confounder_seconds=5.0, lasting_minutes=1.0)
    config = DecideConfig(profiles={"night": night})
    assert rules_of(config)["owl"].confounders == frozenset()
    rule = rules_of(config, Override("owl", profile="night"))["owl"]
    assert rule.confounders == {"siren"}
    assert (rule.confounder_samples, rule.lasting_samples) == (5 * RATE_HZ, 60 * RATE_HZ)


def test_they_apply_to_no_label_without_a_label_by_settings_for_all() -> None:
    """Settings for all labels are meant for those of the model; a table of its own applies."""
    config = DecideConfig(
        unknown=True,
        any=True,
        confounders=["siren"],
        labels={"any": LabelConfig(confounders=["siren"])},
    )
    rules = rules_of(config)
    assert rules["unknown"].confounders == frozenset()
    assert rules["any"].confounders == {"siren"}
