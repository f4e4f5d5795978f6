"""Names of labels that topics and files can have."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundpost.importer.labels.slugs import LONGEST, Names, slug, unique_slugs

LEGAL = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
names = st.builds(
    Names,
    common=st.one_of(st.none(), st.text(max_size=100), st.sampled_from(["Robin", "any", "鳥"])),
    scientific=st.one_of(st.none(), st.text(max_size=100), st.sampled_from(["Turdus merula"])),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tawny Owl", "tawny_owl"),
        ("Rüppell's Robin-Chat", "ruppells_robin_chat"),
        ("Child speech, kid speaking", "child_speech_kid_speaking"),
        ("Straße", "strasse"),
        ("Ærø Łódź", "aero_lodz"),
        ("St. Helena Plover", "st_helena_plover"),
        ("Ivory-billed (?) woodpecker", "ivory_billed_woodpecker"),
        ("__a__", "a"),
        ("Сорока", ""),
        ("x" * 80, "x" * 64),
    ],
)
def test_a_name_becomes_lower_case_letters_digits_and_underscores(text: str, expected: str) -> None:
    """Accents are dropped, words are joined, letters of other scripts are left out."""
    assert slug(text) == expected


def test_a_long_name_is_cut_between_words() -> None:
    """No half of a word is left."""
    assert slug("word " * 20) == "_".join(["word"] * 13)
    assert len(slug("longer " * 20)) == 62 <= LONGEST


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (Names("Tawny Owl", "Strix aluco"), "tawny_owl"),
        (Names("Сорока", "Pica pica"), "pica_pica"),
        (Names(None, "Pica pica"), "pica_pica"),
        (Names("Сорока", None), "label_0"),
        (Names("Ворона crow", None), "crow"),
        (Names("Any", None), "any_sound"),
        (Names("unknown", None), "unknown_sound"),
    ],
)
def test_the_scientific_name_stands_in_for_letters_that_ascii_cannot_write(
    label: Names, expected: str
) -> None:
    """The position stands in for both, and reserved names get another ending."""
    assert unique_slugs([label]) == [expected]


def test_labels_of_one_name_get_their_scientific_names() -> None:
    """Labels that are equal in both get numbers."""
    labels = [
        Names("Robin", "Erithacus rubecula"),
        Names("Robin", "Turdus migratorius"),
        Names("Dog", None),
        Names("Dog", None),
        Names("Dog 2", None),
    ]
    assert unique_slugs(labels) == [
        "robin_erithacus_rubecula",
        "robin_turdus_migratorius",
        "dog",
        "dog_3",
        "dog_2",
    ]


@given(st.lists(names, max_size=30))
@example([Names("a" * 64, "b" * 64), Names("a" * 64, "b" * 64), Names("a" * 64, "c" * 64)])
@example([Names("a 2", None), Names("a", None), Names("a", None), Names("a", None)])
def test_every_list_of_names_gives_legal_names_that_differ(labels: list[Names]) -> None:
    """Whatever a label file has, each label gets a topic of its own."""
    slugs = unique_slugs(labels)
    assert len(set(slugs)) == len(labels)
    assert all(LEGAL.fullmatch(name) for name in slugs)
    assert not {"any", "unknown"} & set(slugs)
