"""The sounds that have a topic of their own, for bundles of all sizes."""

import logging
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError
from soundpost.publish.node.sounds import MOST_SOUND_TOPICS, select_sound_topics

LABELS = [f"label_{number}" for number in range(6_522)]
GROUPS = [f"group_{number}" for number in range(300)]
CHOSEN = frozenset({"label_7", "label_6000", "gone"})


@pytest.mark.parametrize(
    ("sounds", "label_count", "expected"),
    [
        (None, 185, 185),
        (None, 186, 1),
        (None, 6_522, 2),
        ("all", 185, 185),
        ("chosen", 50, 1),
        ("chosen", 6_522, 2),
        ("groups", 50, 0),
    ],
)
def test_the_labels_with_a_topic_follow_the_setting(
    sounds: Literal["groups", "chosen", "all"] | None, label_count: int, expected: int
) -> None:
    """Without one all labels have a topic if they fit beside the groups, else the chosen ones."""
    config = MqttConfig(sounds=sounds)
    topics = select_sound_topics(config, LABELS[:label_count], GROUPS[:10], CHOSEN)
    assert len(topics.labels) == expected
    assert topics.groups == tuple(GROUPS[:10])
    assert (topics.label_count, topics.group_count) == (label_count, 10)


@pytest.mark.parametrize(("sounds", "chosen"), [("all", ()), ("chosen", LABELS)])
def test_more_labels_than_fit_are_refused_if_the_configuration_asks_for_them(
    sounds: Literal["all", "chosen"], chosen: list[str]
) -> None:
    """The hint names settings that are accepted."""
    with pytest.raises(ConfigError) as refused:
        select_sound_topics(MqttConfig(sounds=sounds), LABELS, GROUPS[:5], chosen)
    assert str(refused.value) == (
        "mqtt.sounds: expected at most 190 labels with a topic of their own (beside 5 groups), "
        f"got 6522 with '{sounds}'"
    )
    for allowed in ("groups", None):
        select_sound_topics(MqttConfig(sounds=allowed), LABELS, GROUPS[:5], chosen)


def test_any_has_its_topic_always_and_counts_for_no_label() -> None:
    """It has events of its own with decide.any."""
    topics = select_sound_topics(MqttConfig(), ["dog", "any"], [], ())
    assert (topics.labels, topics.label_count) == (("dog",), 1)


@given(
    st.integers(0, 400),
    st.integers(0, 300),
    st.integers(0, 400),
    st.sampled_from(["groups", "chosen", "all", None]),
)
def test_there_are_never_more_topics_than_fit(
    label_count: int,
    group_count: int,
    chosen_count: int,
    sounds: Literal["groups", "chosen", "all"] | None,
) -> None:
    """Whatever the numbers are; a refused configuration has no topics."""
    labels, groups = LABELS[:label_count], GROUPS[:group_count]
    try:
        topics = select_sound_topics(
            MqttConfig(sounds=sounds), labels, groups, LABELS[:chosen_count]
        )
    except ConfigError:
        assert sounds in {"all", "chosen"}
        assert label_count + group_count > MOST_SOUND_TOPICS
    else:
        assert len(topics.labels) + len(topics.groups) <= MOST_SOUND_TOPICS
        assert set(topics.labels) <= set(labels)


def test_the_log_states_what_has_no_topic(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is logged where everything has one."""
    caplog.set_level(logging.INFO)
    select_sound_topics(MqttConfig(), LABELS[:50], GROUPS[:5], ()).log()
    assert caplog.messages == []
    select_sound_topics(MqttConfig(), LABELS, GROUPS, CHOSEN).log()
    labels, groups = caplog.messages
    assert labels.startswith("0 of 6522 labels have a topic sound/<label>")
    assert groups == (
        "195 of 300 groups have a topic group/<group>: a node has at most 200 retained topics"
    )
