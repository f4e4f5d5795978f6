"""Labels found by their own, their common and their scientific name, and groups of them."""

from itertools import pairwise

import pytest
from decision_labels import label_of_single_windows
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import DecideConfig, LabelConfig
from soundpost.decide import build_label_names, build_rules
from soundpost.decide.rules.labels import LabelNames
from soundpost.errors import ConfigError
from soundpost.manifest import Label


def label(
    name: str, common: str | None = None, scientific: str | None = None, group: str | None = None
) -> Label:
    """Returns a label of an imported bundle."""
    return label_of_single_windows(
        name, off_threshold=0.3, group=group, common_name=common, scientific_name=scientific
    )


LABELS = [
    label("tawny_owl", "Tawny Owl", "Strix aluco", "owls"),
    label("tawny_owl_call", "Tawny Owl", "Strix aluco", "owls"),
    label("swainson_s_thrush", "Swainson's Thrush", "Catharus ustulatus"),
    label("menetries_s_warbler", "Ménétries's Warbler", "Curruca mystacea"),
    label("dog", "Dog"),
    label("glass_breaking"),
]
OWLS = frozenset({"tawny_owl", "tawny_owl_call"})
NAMES = build_label_names(LABELS, DecideConfig())


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("tawny_owl", {"tawny_owl"}),
        ("Tawny Owl", OWLS),
        ("tawny owl", OWLS),
        ("Strix aluco", OWLS),
        ("STRIX  ALUCO", OWLS),
        ("strix aluco_tawny owl", OWLS),
        ("Strix aluco_Tawny Owl", OWLS),
        ("owls", OWLS),
        ("Owls", OWLS),
        ("Swainson's Thrush", {"swainson_s_thrush"}),
        ("Swainson\u2019s Thrush", {"swainson_s_thrush"}),
        ("swainson-s-thrush", {"swainson_s_thrush"}),
        ("ménétries's warbler", {"menetries_s_warbler"}),
        ("Me\u0301ne\u0301tries's Warbler", {"menetries_s_warbler"}),
        ("Dog", {"dog"}),
        ("Dog_Dog", {"dog"}),
        ("Glass breaking", {"glass_breaking"}),
    ],
)
def test_a_label_is_found_by_any_of_its_names(name: str, labels: set[str]) -> None:
    """Without regard to case, blanks, dashes and apostrophes; the exact name means itself alone."""
    assert NAMES.find([name]) == labels


def test_a_name_that_several_labels_share_stands_for_all_of_them() -> None:
    """Only the exact name of a label is one label's alone."""
    names = build_label_names(
        [label("robin", "European Robin"), label("american_robin", "Robin")], DecideConfig()
    )
    assert names.find(["robin"]) == {"robin"}
    assert names.find(["Robin"]) == {"robin", "american_robin"}
    assert names.find(["European robin"]) == {"robin"}


def test_labels_come_before_groups_unless_a_group_is_named_exactly() -> None:
    """The name of a group stands for all its labels, as without other names."""
    config = DecideConfig(groups={"thrushes": ["swainson's thrush", "dog"]})
    names = build_label_names([*LABELS, label("x", "Thrushes")], config)
    assert names.find(["thrushes"]) == {"swainson_s_thrush", "dog"}
    assert names.find(["Thrushes"]) == {"x"}


@pytest.mark.parametrize("name", ["", " ", "---", "Tawny", "owl", "Strix"])
def test_a_part_of_a_name_is_not_a_name(name: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ConfigError, match="there is no label"):
        NAMES.find([name])


def test_the_error_names_the_first_unknown_name_and_the_nearest_known_one() -> None:
    """It counts the others, so that a list of hundreds stays one line."""
    with pytest.raises(ConfigError) as caught:
        NAMES.find(["dog", "Tawny Owll", "Strix alucco", "Strix alucca"], "decide.include")
    assert str(caught.value) == (
        "decide.include: there is no label 'Tawny Owll' (and 2 more that are unknown)"
    )
    assert caught.value.hint == "did you mean Tawny Owl?"


def test_a_list_that_matches_nothing_is_an_error_of_its_key() -> None:
    """In include, exclude, groups, and as a table."""
    for config, key in (
        (DecideConfig(include=["Bubo bubo"]), "decide.include"),
        (DecideConfig(exclude=["Bubo bubo"]), "decide.exclude"),
        (DecideConfig(groups={"owls": ["Bubo bubo"]}), "decide.groups.owls"),
        (DecideConfig(labels={"Bubo bubo": LabelConfig()}), "decide.labels"),
    ):
        with pytest.raises(ConfigError, match=f"{key}: there is no label 'Bubo bubo'"):
            build_rules(LABELS, config, 48_000)


def test_lists_take_common_and_scientific_names() -> None:
    """A species that the model has several labels for is included or excluded as a whole."""
    included = DecideConfig(include=["Strix aluco", "Dog"], exclude=["DOG"])
    assert [rule.label for rule in build_rules(LABELS, included, 48_000)] == [
        "tawny_owl",
        "tawny_owl_call",
    ]


def test_a_table_may_have_any_name_of_a_label() -> None:
    """A later table of the same label wins, as among groups; the label's over a group's."""
    config = DecideConfig(
        labels={
            "Strix aluco": LabelConfig(on_threshold=0.7),
            "tawny_owl_call": LabelConfig(on_threshold=0.8),
            "owls": LabelConfig(on_threshold=0.9, minimum_seconds=1.0),
            "Dog": LabelConfig(on_threshold=0.5),
        }
    )
    rules = {rule.label: rule for rule in build_rules(LABELS, config, 48_000)}
    assert [rules[name].on_threshold for name in ("tawny_owl", "tawny_owl_call", "dog")] == [
        0.7,
        0.8,
        0.5,
    ]
    assert rules["tawny_owl"].minimum_samples == 48_000


def test_a_table_by_a_common_name_switches_a_label_on() -> None:
    """As one by the label's own name."""
    off = Label(
        name="engine",
        on_threshold=0.6,
        off_threshold=0.3,
        smoothing_windows=1,
        minimum_samples=0,
        refractory_samples=0,
        off_by_default="context",
        common_name="Idling engine",
    )
    config = DecideConfig(labels={"idling engine": LabelConfig()})
    assert [rule.label for rule in build_rules([LABELS[-1], off], config, 48_000)] == [
        "glass_breaking",
        "engine",
    ]


@given(st.lists(st.sampled_from([each.name for each in LABELS]), max_size=6))
def test_the_exact_names_of_labels_never_mean_another_label(names: list[str]) -> None:
    """Whatever other names there are."""
    shuffled = [label(each.name, other.name) for each, other in pairwise(LABELS)]
    found = build_label_names(shuffled, DecideConfig())
    known = [name for name in names if name in found.labels]
    assert found.find(known) == set(known)


def test_names_without_letters_are_never_found() -> None:
    """Two labels with such names would both be meant."""
    names = LabelNames(["a", "b"], other_names={"a": ["!"], "b": ["?"]})
    with pytest.raises(ConfigError, match="there is no label '!'"):
        names.find(["!"])


def test_the_names_of_several_models_are_found_in_all_of_them() -> None:
    """A species that two models have is both labels."""
    bats = build_label_names([label("noctule", "Noctule", "Nyctalus noctula")], DecideConfig())
    owls = build_label_names([label("owl_2", "Owl", "Strix aluco")], DecideConfig())
    names = LabelNames.union([NAMES, bats, owls])
    assert names.find(["nyctalus noctula"]) == {"noctule"}
    assert names.find(["STRIX ALUCO"]) == OWLS | {"owl_2"}
    assert "Owls" in names
    assert "Bubo bubo" not in names
