"""Groups and other names of labels: the bundle's own, completed by the project's label map."""

from collections.abc import Mapping, Sequence

from soundpost.manifest import Label
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.field.recordings.vocabulary import Vocabulary
from soundpost_training.soundscape.detect.models import audioset_names

WITHOUT_AUDIOSET = ("can_opening", "drinking_sipping", "washing_machine")
"""Categories of ESC-50 that AudioSet has no class for."""


def build_vocabulary(labels: Sequence[Label], label_map: LabelMap) -> Vocabulary:
    """Returns the labels that annotations may name: the bundle's, the map's, their categories.

    A label of the map and its categories in ESC-50 and UrbanSound8K are names of one sound.
    """
    same = [(each.name, *each.esc50, *each.urbansound8k) for each in label_map.labels]
    mapped = {name for names in same for name in names}
    rest = [(name,) for name in (*audioset_names(), *WITHOUT_AUDIOSET) if name not in mapped]
    return Vocabulary(
        labels=[label.name for label in labels],
        aliases=[*same, *rest],
        groups=label_map.groups,
    )


def groups_of_labels(labels: Sequence[Label], label_map: LabelMap) -> dict[str, str]:
    """Returns the group of each label: by the bundle, or else by the map."""
    mapped = {
        name: each.group
        for each in label_map.labels
        for name in (*each.esc50, *each.urbansound8k, each.name)
    }
    own = {label.name: label.group for label in labels}
    groups = {name: group or mapped.get(name) for name, group in own.items()}
    return {name: group for name, group in groups.items() if group}


def audioset_classes(labels: Sequence[str], label_map: LabelMap) -> Mapping[str, Sequence[str]]:
    """Returns AudioSet's classes of each label that has some, for YAMNet as the peer.

    A label of the map has the classes of the map, one of ESC-50 those of the soundscapes.
    """
    known = {**audioset_names(), **{each.name: each.audioset for each in label_map.labels}}
    by_category = {
        name: each.audioset
        for each in label_map.labels
        for name in (*each.esc50, *each.urbansound8k)
    }
    classes = {label: known.get(label) or by_category.get(label) for label in labels}
    return {label: names for label, names in classes.items() if names}
