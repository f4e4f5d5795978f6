"""A label of a manifest, and what follows from the labels together."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from soundpost.manifest.types import EventsPerHour, LabelName, Name, Samples, Share, Strict, Windows

DeviceClass = Annotated[str, Meta(pattern=r"^[a-z_]{1,32}\Z")]
OffReason = Literal["missed_budget", "context"]
"""The reason for which a label is off by default: no threshold keeps its budget of false events at
a useful recall, or it is there so that its sound is not mistaken for others (speech, music)."""

SCHEMA_1_SINCE = "0.1.0"
"""The first daemon that reads manifests of schema 1."""
GROUPS_SINCE = "0.2.0"
"""The first daemon that reads groups, budgets, labels that are off by default, and speech."""


class Label(Strict, frozen=True, omit_defaults=True):
    """A label and the decision defaults that were calibrated for it.

    Attributes:
        name: Lower-case letters, digits and underscores.
        on_threshold: Smoothed score at which an event starts.
        off_threshold: Smoothed score below which it ends; at most `on_threshold`.
        smoothing_windows: Windows in the moving mean of the score.
        minimum_samples: An event that ends sooner is retracted, one that lasts is confirmed.
        refractory_samples: Minimum time from an event's offset to the next event's onset.
        device_class: Home Assistant's class of the sound, such as `smoke`. This field and those
            below are optional, and left out of the manifest where they have their default.
        group: The group that the bundle counts the label to, such as `security`.
        false_events_per_hour: The budget of false events that `on_threshold` keeps to.
        recall: The share of events that are detected at `on_threshold`.
        off_by_default: The reason for which no event of the label starts unless the configuration
            names it; None for a label that is detected by default.
        speech: True if the sound is speech that `evidence.privacy` must not store.
        common_name: The name that people use, such as `Tawny Owl`.
        scientific_name: The name of the species in Latin.
        noise_score: The highest score that silence, hum and noise had when a foreign model was
            imported.
    """

    name: LabelName
    on_threshold: Share
    off_threshold: Share
    smoothing_windows: Windows
    minimum_samples: Samples
    refractory_samples: Samples
    device_class: DeviceClass | None = None
    group: LabelName | None = None
    false_events_per_hour: EventsPerHour | None = None
    recall: Share | None = None
    off_by_default: OffReason | None = None
    speech: bool = False
    common_name: Name | None = None
    scientific_name: Name | None = None
    noise_score: Share | None = None

    @property
    def has_names(self) -> bool:
        """True if people know the label by a common or a scientific name."""
        return self.common_name is not None or self.scientific_name is not None


FOREIGN_SINCE = "0.3.0"
"""The first daemon that runs imported models: waveforms, ONNX, several outputs, names of labels."""


def groups_of(labels: Sequence[Label]) -> dict[str, list[str]]:
    """Returns the labels of each group that they name, both in the order of the labels."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        if label.group is not None:
            groups.setdefault(label.group, []).append(label.name)
    return groups


def common_names(labels: Sequence[Label]) -> dict[str, str]:
    """Returns the name that people use, by label, of the labels that have one."""
    return {label.name: label.common_name for label in labels if label.common_name}


def minimum_daemon(labels: Sequence[Label], *, streams: bool = False) -> str:
    """Returns the oldest daemon that reads a manifest with these labels.

    An older one refuses a field that it does not know.

    Args:
        labels: The labels.
        streams: True for a manifest with `streaming`.
    """
    if streams or any(label.has_names or label.noise_score is not None for label in labels):
        return FOREIGN_SINCE
    return GROUPS_SINCE if any(_has_groups_since(label) for label in labels) else SCHEMA_1_SINCE


def version_numbers(version: str) -> tuple[int, ...]:
    """Returns the numbers of a version, which compare as versions do."""
    return tuple(int(number) for number in version.split("."))


def _has_groups_since(label: Label) -> bool:
    """Returns whether a label has a field that came with `GROUPS_SINCE`."""
    optional = (label.group, label.false_events_per_hour, label.recall, label.off_by_default)
    return label.speech or any(value is not None for value in optional)
