"""Retained topics and announcements of nodes with 50 to 6,522 labels."""

import json
from pathlib import Path
from typing import Any

import pytest
from wide_bundle import BIRDNET_LABELS, GROUPS, wide_labels

from soundpost.acoustics.reference import LevelReference
from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.manifest import groups_of, read_manifest
from soundpost.messages import ModelIdentity
from soundpost.publish.node.description import NodeDescription, build_announcer, retained_topics

MODEL = ModelIdentity(id="wide", version="1.0.0", sha256="5e" * 32)
CONFIG = MqttConfig(discovery=True, commands=True, level_seconds=1.0)
MODELS = Path(__file__).resolve().parents[5] / "models"
MOST_TOPICS = 200
MOST_BYTES = 64_000


def describe(label_count: int, chosen_count: int = 0, **more: Any) -> NodeDescription:  # noqa: ANN401 - NodeDescription's fields
    """Returns a node that detects so many labels with names, in 20 groups."""
    labels = wide_labels(label_count)
    names = [label.name for label in labels]
    return NodeDescription(
        "north-gate",
        names,
        MODEL,
        records_clips=True,
        groups={group: frozenset(members) for group, members in groups_of(labels).items()},
        common_names={label.name: label.common_name or "" for label in labels},
        chosen=frozenset(names[:chosen_count]),
        **more,
    )


def announced(node: NodeDescription, config: MqttConfig = CONFIG) -> dict[str, Any]:
    """Returns the announcement, and checks its size."""
    announcer = build_announcer(config, node, Health())
    assert announcer is not None
    payload = announcer._announcement.build_payload()  # noqa: SLF001 - as it is published
    assert len(payload) <= MOST_BYTES
    found: dict[str, Any] = json.loads(payload)
    return found


@pytest.mark.parametrize(
    ("label_count", "chosen_count", "own_count"),
    [
        (50, 0, 50),
        (175, 0, 175),
        (176, 0, 0),
        (521, 10, 10),
        (BIRDNET_LABELS, 0, 0),
        (BIRDNET_LABELS, 160, 160),
        (BIRDNET_LABELS, 176, 0),
    ],
)
def test_retained_topics_and_the_announcement_are_bounded(
    label_count: int, chosen_count: int, own_count: int
) -> None:
    """Entities read only topics that are published; groups and any sound always have theirs."""
    node = describe(label_count, chosen_count)
    announcer = build_announcer(CONFIG, node, Health())
    topics = retained_topics(CONFIG, node, announcer)
    assert len(topics) == own_count + GROUPS + 5 <= MOST_TOPICS
    components = announced(node)["components"]
    sensors = {key for key in components if key.startswith("sound_")} - {"sound_any"}
    assert len(sensors) == own_count
    assert sum(key.startswith("group_") for key in components) == GROUPS
    read = {part["state_topic"] for part in components.values() if "state_topic" in part}
    assert read <= topics | {"soundpost/north-gate/detections", "soundpost/north-gate/level"}


def test_acoustic_figures_have_one_more_topic_and_a_sensor() -> None:
    """Only where they are on; the topics of labels stay."""
    plain, acoustic = describe(50), describe(50, acoustics=LevelReference())
    topics = [
        retained_topics(CONFIG, node, build_announcer(CONFIG, node, Health()))
        for node in (plain, acoustic)
    ]
    assert topics[1] - topics[0] == {"soundpost/north-gate/acoustics"}
    assert topics[0] < topics[1]
    assert announced(acoustic)["components"].keys() - announced(plain)["components"].keys() == {
        "minute_level"
    }


def test_what_does_not_fit_into_the_announcement_is_left_out_in_a_stated_order() -> None:
    """First thresholds, then the last labels; events and groups stay."""
    left_out: list[str] = []
    announcer = build_announcer(CONFIG, describe(BIRDNET_LABELS, 175), Health())
    assert announcer is not None
    announcer._announcement.build_payload(None, left_out.extend)  # noqa: SLF001 - as it is published
    assert len([key for key in left_out if key.startswith("threshold_")]) == 175
    assert [key for key in left_out if not key.startswith("threshold_")] == [
        "sound_long_tailed_warbler_0174"
    ]


@pytest.mark.parametrize("bundle", sorted(path.parent for path in MODELS.glob("*/manifest.json")))
def test_an_included_bundle_has_a_topic_and_all_entities_for_each_label(bundle: Path) -> None:
    """Also with commands, `unknown` and `any`, and with all labels that are off by default."""
    labels = read_manifest(bundle).labels
    names = [*(label.name for label in labels), "unknown", "any"]
    groups = {group: frozenset(members) for group, members in groups_of(labels).items()}
    node = NodeDescription("north-gate", names, MODEL, groups=groups, records_clips=True)
    components = announced(node)["components"]
    assert {f"{kind}_{name}" for kind in ("sound", "threshold") for name in names} < set(components)
    assert {f"group_{group}" for group in groups} < set(components)


def test_every_event_type_that_the_template_can_give_is_announced() -> None:
    """Labels without a topic of their own share one."""
    event = announced(describe(BIRDNET_LABELS, 2))["components"]["sounds"]
    assert event["event_types"] == ["hiss", "hum", "sound"]
    assert (
        "value_json.label if value_json.label in ['hiss', 'hum'] else 'sound'"
        in (event["value_template"])
    )
    small = announced(describe(3))["components"]["sounds"]
    assert small["event_types"] == ["hiss", "hum", "hush"]
    assert "event_type=value_json.label)" in small["value_template"]


def test_entities_have_the_common_names_of_their_labels() -> None:
    """Ids and topics have the label."""
    components = announced(describe(4))["components"]
    sensor, threshold = (components[f"{kind}_hum"] for kind in ("sound", "threshold"))
    assert sensor["name"] == "Long-tailed Warbler 0001"
    assert sensor["unique_id"] == "soundpost_north-gate_sound_hum"
    assert sensor["state_topic"] == "soundpost/north-gate/sound/hum"
    assert threshold["name"] == "Threshold of Long-tailed Warbler 0001"


def test_a_source_is_a_device_of_its_own() -> None:
    """It shares no id and no topic with that of the node."""
    node, source = describe(2), describe(2, source="yard")
    payloads = [announced(each) for each in (node, source)]
    assert payloads[1]["device"]["name"] == "north-gate yard"
    ids = [
        {part["unique_id"] for part in payload["components"].values()}
        | set(payload["device"]["identifiers"])
        for payload in payloads
    ]
    assert not ids[0] & ids[1]
    topics = [
        retained_topics(CONFIG, each, build_announcer(CONFIG, each, Health()))
        for each in (node, source)
    ]
    assert not topics[0] & topics[1]
    assert "soundpost/north-gate/yard/sound/hum" in topics[1]


def test_the_reserved_label_any_stays_an_event_type() -> None:
    """It has events of its own, and no second topic."""
    labels = ["dog", "any"]
    event = announced(NodeDescription("north-gate", labels, MODEL))["components"]["sounds"]
    assert event["event_types"] == labels
