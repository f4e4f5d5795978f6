"""The selection of labels: by the bundle, by the configuration, and by groups of both."""

import numpy as np
import pytest
from decision_labels import label_of_single_windows
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import DecideConfig, LabelConfig
from soundpost.decide import Mutes, Tracker, build_label_names, build_rules, undetected_labels
from soundpost.errors import ConfigError
from soundpost.events import Detection, Scores, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health
from soundpost.manifest import Label, OffReason

SPEC = FeatureSpec()
FRAMES, STRIDE = 198, 48 * SPEC.hop_samples
FLAT = np.zeros((FRAMES, SPEC.mel_bands), np.float32)


def label(name: str, group: str | None, off: OffReason | None = None) -> Label:
    """Returns a label of a bundle that scores each label on its own."""
    return label_of_single_windows(name, group=group, off_by_default=off)


LABELS = [
    label("siren", "security"),
    label("gun_shot", "security"),
    label("door_knock", "security", "missed_budget"),
    label("speech", "people", "context"),
    label("laughing", "people"),
    label("wind", None, "context"),
]
NAMES = [label.name for label in LABELS]


def detected(config: DecideConfig) -> list[str]:
    """Returns the labels that are detected with a configuration."""
    return [rule.label for rule in build_rules(LABELS, config, 16_000)]


def reasons(config: DecideConfig) -> dict[str, str]:
    """Returns the reason of each label that is not detected."""
    return dict(undetected_labels(LABELS, config, build_label_names(LABELS, config)))


def test_labels_that_the_bundle_switches_off_are_not_detected() -> None:
    """Each has the bundle's reason."""
    assert detected(DecideConfig()) == ["siren", "gun_shot", "laughing"]
    assert reasons(DecideConfig()) == {
        "door_knock": "missed_budget",
        "speech": "context",
        "wind": "context",
    }


@pytest.mark.parametrize("name", ["door_knock", "speech", "wind"])
def test_a_table_of_a_label_switches_it_on(name: str) -> None:
    """The others stay as they are."""
    config = DecideConfig(labels={name: LabelConfig(on_threshold=0.9)})
    assert set(detected(config)) == {"siren", "gun_shot", "laughing", name}


def test_a_table_of_a_group_switches_nothing_on() -> None:
    """It holds for the labels of the group that are detected anyway."""
    config = DecideConfig(labels={"security": LabelConfig(on_threshold=0.9)})
    assert detected(config) == detected(DecideConfig())
    thresholds = {rule.label: rule.on_threshold for rule in build_rules(LABELS, config, 16_000)}
    assert thresholds == {"siren": 0.9, "gun_shot": 0.9, "laughing": 0.6}


def test_include_names_a_label_that_is_off() -> None:
    """Only the included labels are detected."""
    config = DecideConfig(include=["door_knock", "speech"])
    assert detected(config) == ["door_knock", "speech"]
    assert reasons(config)["siren"] == "not_included"


def test_a_group_of_the_bundle_includes_what_keeps_its_budget() -> None:
    """A label that would bring false events must be named itself; one for context need not be."""
    assert detected(DecideConfig(include=["security"])) == ["siren", "gun_shot"]
    assert reasons(DecideConfig(include=["security"]))["door_knock"] == "missed_budget"
    assert detected(DecideConfig(include=["people"])) == ["speech", "laughing"]
    both = DecideConfig(include=["security", "door_knock"])
    assert detected(both) == ["siren", "gun_shot", "door_knock"]


def test_a_group_of_the_configuration_includes_all_that_it_lists() -> None:
    """It replaces the bundle's group of its name, which it need not know."""
    config = DecideConfig(include=["security"], groups={"security": ["door_knock", "wind"]})
    assert detected(config) == ["door_knock", "wind"]


def test_exclude_wins_over_everything() -> None:
    """Also over a table of the label, and by the group of the bundle."""
    config = DecideConfig(
        include=["siren", "laughing"],
        exclude=["security"],
        labels={"siren": LabelConfig(on_threshold=0.5)},
    )
    assert detected(config) == ["laughing"]
    assert reasons(config)["door_knock"] == "excluded"


def test_a_configuration_that_leaves_only_labels_that_are_off_is_refused() -> None:
    """A node that detects nothing is a mistake."""
    with pytest.raises(ConfigError, match="leave no label to detect"):
        detected(DecideConfig(exclude=["siren", "gun_shot", "people"]))


@pytest.mark.parametrize(
    "config",
    [
        DecideConfig(include=["secruity"]),
        DecideConfig(exclude=["secruity"]),
        DecideConfig(labels={"secruity": LabelConfig(on_threshold=0.5)}),
    ],
)
def test_a_misspelt_group_of_the_bundle_is_refused_with_the_nearest(config: DecideConfig) -> None:
    """As a misspelt label is."""
    with pytest.raises(ConfigError, match="secruity") as caught:
        detected(config)
    assert "security" in caught.value.hint


def test_the_reserved_labels_are_detected_beside_an_include() -> None:
    """They need not be named, and may be excluded."""
    assert detected(DecideConfig(include=["siren"], unknown=True)) == ["siren", "unknown"]
    config = DecideConfig(unknown=True, any=True, exclude=["any"])
    assert reasons(config)["any"] == "excluded"
    assert "unknown" in detected(config)


def track(config: DecideConfig, rows: list[list[float]]) -> list[Detection]:
    """Returns the detections of scores, float[windows][labels]."""
    rules = build_rules(LABELS, config, SPEC.sample_rate_hz)
    tracker = Tracker(rules, SPEC, Mutes(NAMES), Health())
    detections: list[Detection] = []
    for number, row in enumerate(rows):
        start = number * STRIDE
        window = Window(start, start + SPEC.sample_count(FRAMES), FLAT, -30.0, 0)
        detections += tracker.update(Scores(window, np.array(row, np.float32)))
    return [*detections, *tracker.flush()]


SCORES = st.lists(
    st.lists(st.floats(0.0, 1.0, width=32), min_size=len(LABELS), max_size=len(LABELS)),
    min_size=1,
    max_size=12,
)
SELECTIONS = st.builds(
    DecideConfig,
    include=st.none() | st.lists(st.sampled_from([*NAMES, "security", "people"]), min_size=1),
    exclude=st.lists(st.sampled_from(["siren", "speech", "people"]), max_size=2),
    labels=st.dictionaries(st.sampled_from(NAMES), st.just(LabelConfig()), max_size=2),
)


def named(config: DecideConfig) -> set[str]:
    """Returns the labels that a configuration names, and those for context of named groups."""
    names = set(config.labels if config.include is None else config.include)
    return names | ({"speech"} if config.include and "people" in config.include else set())


@given(config=SELECTIONS, rows=SCORES)
def test_no_score_detects_a_label_that_is_off(
    config: DecideConfig, rows: list[list[float]]
) -> None:
    """An event is of a label that is on by default, or that the configuration names."""
    try:
        detections = track(config, rows)
    except ConfigError:
        return  # nothing is left to detect
    on = {label.name for label in LABELS if label.off_by_default is None}
    assert {detection.label for detection in detections} <= (on | named(config))


@given(rows=SCORES, excluded=st.sampled_from(["siren", "gun_shot", "laughing"]))
def test_excluding_a_label_changes_no_other(rows: list[list[float]], excluded: str) -> None:
    """Each label is decided by its own scores, which share nothing with the others'."""

    def events(detections: list[Detection]) -> list[tuple[object, ...]]:
        return [
            (d.label, d.state, d.score, d.onset_sample, d.offset_sample)
            for d in detections
            if d.label != excluded
        ]

    assert events(track(DecideConfig(exclude=[excluded]), rows)) == events(
        track(DecideConfig(), rows)
    )
