"""The sounds that have a retained topic of their own, so that a node has few of them."""

import logging
from collections.abc import Collection, Sequence

import msgspec

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError
from soundpost.events import ANY

MOST_RETAINED_TOPICS = 200
"""Of a node. All are published again with every health report: 200 are 7 messages a second at the
default interval, and a broker shows each to every dashboard that subscribes to all."""
_OTHER_TOPICS = 5
"""`status`, `health`, `settings`, `sound/any` and the announcement to Home Assistant."""
MOST_SOUND_TOPICS = MOST_RETAINED_TOPICS - _OTHER_TOPICS

_log = logging.getLogger("soundpost.publish")


class SoundTopics(msgspec.Struct, frozen=True):
    """The sounds that have a topic of their own; the others are published as detections only.

    Attributes:
        labels: The labels with a topic `sound/<label>`, without `any`.
        groups: The groups with a topic `group/<group>`.
        label_count: The number of labels that are detected.
        group_count: The number of groups that have labels that are detected.
    """

    labels: tuple[str, ...]
    groups: tuple[str, ...]
    label_count: int
    group_count: int

    def log(self) -> None:
        """Logs once which sounds have no topic, if there are any."""
        if len(self.labels) < self.label_count:
            _log.info(
                "%d of %d labels have a topic sound/<label>; all are in detections, and in the "
                "topics of their groups (see mqtt.sounds)",
                len(self.labels),
                self.label_count,
            )
        if len(self.groups) < self.group_count:
            _log.warning(
                "%d of %d groups have a topic group/<group>: a node has at most %d retained topics",
                len(self.groups),
                self.group_count,
                MOST_RETAINED_TOPICS,
            )


def select_sound_topics(
    config: MqttConfig, labels: Sequence[str], groups: Collection[str], chosen: Collection[str]
) -> SoundTopics:
    """Returns the sounds that have a topic of their own: with the groups at most 195.

    Without `mqtt.sounds` these are all labels if they fit, otherwise the chosen labels, or, where
    these do not fit either, none. Groups come first; those that do not fit are left out.

    Args:
        config: The `[mqtt]` table.
        labels: The labels that are detected.
        groups: The groups that have labels that are detected.
        chosen: The labels that the configuration names.

    Raises:
        ConfigError: `mqtt.sounds` names more labels than fit.
    """
    detected = tuple(dict.fromkeys(label for label in labels if label != ANY))
    by_sounds = {
        "all": detected,
        "chosen": tuple(label for label in detected if label in chosen),
        "groups": (),
    }
    kept_groups = tuple(groups)[:MOST_SOUND_TOPICS]
    room = MOST_SOUND_TOPICS - len(kept_groups)
    if config.sounds is None:
        kept = next(candidates for candidates in by_sounds.values() if len(candidates) <= room)
    else:
        kept = by_sounds[config.sounds]
        if len(kept) > room:
            _refuse(config.sounds, len(kept), len(kept_groups))
    return SoundTopics(kept, kept_groups, len(detected), len(groups))


def _refuse(sounds: str, label_count: int, group_count: int) -> None:
    most = MOST_SOUND_TOPICS - group_count
    raise ConfigError(
        f"mqtt.sounds: expected at most {most} labels with a topic of their own (beside "
        f"{group_count} groups), got {label_count} with {sounds!r}",
        hint='remove it, or set it to "chosen" and name fewer labels, or to "groups"',
    )
