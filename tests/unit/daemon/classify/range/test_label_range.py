"""The labels that occur at a place, by the configuration and the bundle."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from range_bundle import RANGE_MODELS, TINY_FLOAT, bare_scores, write_range_bundle

from soundpost.classify import Bundle, load_bundle
from soundpost.classify.range import WEEKS, build_label_range
from soundpost.config import DecideConfig, LabelConfig, NodeConfig
from soundpost.errors import BundleError, ConfigError

LABELS = ["hiss", "hum", "hush"]
EQUATOR = NodeConfig(name="n", latitude=0.0, longitude=0.0)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The tiny bundle with a range model."""
    return load_bundle(write_range_bundle(tmp_path_factory.mktemp("bundles") / "tiny"))


def occurring(bundle: Bundle, node: NodeConfig, threshold: float, week: int) -> list[str]:
    """Returns the labels that occur; none where none does in any week, which is an error."""
    try:
        label_range = build_label_range(node, DecideConfig(range_threshold=threshold), bundle)
    except ConfigError:
        return []
    return label_range.occurring(week) if label_range else LABELS


@settings(max_examples=60)
@given(
    st.floats(-90.0, 90.0),
    st.floats(-180.0, 180.0),
    st.integers(1, WEEKS),
    st.floats(0.0, 0.5),
)
def test_the_labels_are_those_of_the_bare_model(
    bundle: Bundle, latitude: float, longitude: float, week: int, threshold: float
) -> None:
    """Equal to the label at any place, in any week and at any threshold."""
    node = NodeConfig(name="n", latitude=latitude, longitude=longitude)
    scores = bare_scores(RANGE_MODELS / "tiny.tflite", latitude, longitude, week)
    bare = [label for label, score in zip(LABELS, scores, strict=True) if score >= threshold]
    assert occurring(bundle, node, threshold, week) == bare


def test_the_manifest_has_the_threshold_unless_the_configuration_sets_one(bundle: Bundle) -> None:
    """The line for a person names place, week, threshold and count."""
    by_bundle = build_label_range(EQUATOR, DecideConfig(), bundle)
    by_config = build_label_range(EQUATOR, DecideConfig(range_threshold=0.0), bundle)
    assert by_bundle is not None
    assert by_config is not None
    count = len(by_bundle.occurring(1))
    assert 0 < count < len(LABELS)
    assert by_bundle.describe(1) == f"{count} of 3 labels occur at 0.0 N 0.0 E in week 1 at 0.5"
    assert by_config.describe(48) == "3 of 3 labels occur at 0.0 N 0.0 E in week 48 at 0"


def test_south_and_west_are_named() -> None:
    """Negative degrees are south and west."""
    assert str(NodeConfig(name="n", latitude=-33.94, longitude=-70.65).place) == "33.9 S 70.7 W"


@pytest.mark.parametrize(
    ("node", "decide"),
    [
        (NodeConfig(name="n"), DecideConfig()),
        (EQUATOR, DecideConfig(range="off")),
        (EQUATOR, DecideConfig(range="off", labels={"hum": LabelConfig(range="off")})),
    ],
    ids=["no place", "off", "off everywhere"],
)
def test_nothing_is_held_back_without_a_place_or_with_range_off(
    bundle: Bundle, node: NodeConfig, decide: DecideConfig
) -> None:
    """Even a broken range model then does no harm."""
    assert build_label_range(node, decide, bundle) is None


def test_one_label_alone_may_follow_the_range(bundle: Bundle) -> None:
    """The other labels are off by the general table."""
    decide = DecideConfig(range="off", labels={"hum": LabelConfig(range="auto")})
    assert build_label_range(EQUATOR, decide, bundle) is not None


def test_a_bundle_without_a_range_model_has_no_range() -> None:
    """Whatever the configuration says."""
    decide = DecideConfig(range="auto", range_threshold=0.1)
    assert build_label_range(EQUATOR, decide, load_bundle(TINY_FLOAT)) is None


def test_a_place_where_nothing_occurs_is_refused(bundle: Bundle) -> None:
    """The hint names the usual reason, a wrong sign."""
    with pytest.raises(ConfigError, match=r"no label at 0\.0 N 0\.0 E in any week at 1") as caught:
        build_label_range(EQUATOR, DecideConfig(range_threshold=1.0), bundle)
    assert "signs of node.latitude" in caught.value.hint


def test_a_range_model_that_is_not_the_manifest_s_is_refused(tmp_path: Path) -> None:
    """Missing, cut short or replaced: the bundle is not loaded, as without its model."""
    folder = write_range_bundle(tmp_path / "tiny")
    file = folder / "range.tflite"
    content = file.read_bytes()
    for wrong, message in (
        (content[:-1], "cut short"),
        (content[:-1] + b"x", "damaged or another file"),
        ((folder / "model.tflite").read_bytes(), "swapped"),
    ):
        file.write_bytes(wrong)
        with pytest.raises(BundleError, match=rf"range\.tflite.*{message}"):
            load_bundle(folder)
    file.unlink()
    with pytest.raises(BundleError, match=r"range\.tflite cannot be read"):
        load_bundle(folder)
