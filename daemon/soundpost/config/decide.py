"""What can be configured of decisions: thresholds, profiles, groups."""

import msgspec

from soundpost.config.kinds import Count, Labels, Seconds, Section, Share, Text


class ProfileConfig(Section, frozen=True):
    """A way to decide; what it leaves open a more general place says, at last the manifest."""

    on_threshold: Share | None = None
    off_threshold: Share | None = None
    smoothing_windows: Count | None = None
    needed_windows: Count | None = None
    of_windows: Count | None = None
    minimum_seconds: Seconds | None = None
    refractory_seconds: Seconds | None = None


class LabelConfig(ProfileConfig, frozen=True):
    """What replaces the manifest's decision defaults, by itself or by the name of a profile."""

    profile: Text | None = None


class DecideConfig(LabelConfig, frozen=True):
    """Replacements for all labels, and under `labels.<name>` for one label or a group."""

    include: Labels | None = None
    exclude: Labels = msgspec.field(default_factory=list)
    groups: dict[str, Labels] = msgspec.field(default_factory=dict)
    profiles: dict[str, ProfileConfig] = msgspec.field(default_factory=dict)
    labels: dict[str, LabelConfig] = msgspec.field(default_factory=dict)
