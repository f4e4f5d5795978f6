"""The groups of YAMNet's labels that come with the importer."""

import csv
import re
from importlib.resources import files
from pathlib import Path

import soundpost
from soundpost.manifest import groups_of, read_manifest

ROOT = Path(__file__).resolve().parents[4]
TABLE = files(soundpost) / "importer" / "groups" / "yamnet.csv"
CLASS_MAP = "yamnet_class_map.csv"
LABEL_MAP = ROOT / "training/soundpost_training/audioset/label_map.csv"
OTHER_NAMES = {"tools": "workshop"}
"""YAMNet has a label Tools, and a group must not have the name of a label."""


def rows() -> list[dict[str, str]]:
    """Returns the table."""
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_has_labels_groups_and_speech() -> None:
    """Each label once; only labels with a group."""
    table = rows()
    assert list(table[0]) == ["label", "group", "speech"]
    assert len({row["label"] for row in table}) == len(table)
    assert {row["speech"] for row in table} == {"", "yes"}


def test_the_groups_are_those_of_the_bundle_that_comes_with_soundpost() -> None:
    """So that rules for groups and topics of groups stay, whichever model detects."""
    manifest = read_manifest(ROOT / "models" / "everyday")
    own = {OTHER_NAMES.get(group, group) for group in groups_of(manifest.labels)}
    assert {row["group"] for row in rows()} == own


def test_all_labels_are_yamnet_s_and_no_group_has_the_name_of_one(shared_data: Path) -> None:
    """In the order of its class map."""
    with (shared_data / "yamnet" / CLASS_MAP).open(encoding="utf-8") as file:
        names = [row["display_name"] for row in csv.DictReader(file)]
    labels = [row["label"] for row in rows()]
    assert labels == [name for name in names if name in set(labels)]
    slugs = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in names}
    assert not slugs & {row["group"] for row in rows()}


def test_a_class_has_the_group_of_our_label_that_it_stands_for() -> None:
    """The label map of training has the reasons, from scores of real recordings."""
    group_of = {row["label"]: row["group"] for row in rows()}
    with LABEL_MAP.open(encoding="utf-8") as file:
        ours = [
            (name, OTHER_NAMES.get(row["group"], row["group"]))
            for row in csv.DictReader(file)
            for name in row["audioset"].split("; ")
        ]
    # YAMNet leaves out the classes that tell women from men, and one that is rare.
    missing = {"Battle cry", "Male speech, man speaking", "Female speech, woman speaking"}
    wrong = {name: group for name, group in ours if group_of.get(name) != group}
    assert wrong.keys() == missing


def test_speech_is_what_our_label_speech_stands_for() -> None:
    """A crowd and a synthesizer too: `evidence.privacy` silences what may hold words."""
    with LABEL_MAP.open(encoding="utf-8") as file:
        speech = next(row for row in csv.DictReader(file) if row["label"] == "speech")
    known = {row["label"] for row in rows()}
    marked = {row["label"] for row in rows() if row["speech"]}
    assert marked == known & set(speech["audioset"].split("; "))
    assert len(marked) == 10
