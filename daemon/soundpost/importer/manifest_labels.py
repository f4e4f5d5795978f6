"""The labels of a new manifest: names, groups, thresholds."""

from collections.abc import Mapping, Sequence

from soundpost.importer.labels import LabelGroup, Names
from soundpost.importer.noise import LabelThreshold
from soundpost.manifest import Label, ModelInput

SMOOTHING_WINDOWS = 1
"""The users of a model know its scores of single windows, and its windows are long already."""
MINIMUM_SAMPLES = 0
"""A short call in one window is an event; a profile or `minimum_seconds` asks for more."""


def manifest_labels(
    slugs: Sequence[str],
    names: Sequence[Names],
    thresholds: Sequence[LabelThreshold],
    groups: Mapping[str, LabelGroup],
    model_input: ModelInput,
) -> list[Label]:
    """Returns the labels of a manifest, in the order of the model's outputs.

    The refractory time is a window: two events of a label within it would share sound.

    Args:
        slugs: Their names in topics and files.
        names: Their names for people.
        thresholds: Their thresholds.
        groups: The group of those that have one, by slug.
        model_input: The input of the model.
    """
    return [
        Label(
            name=slug,
            on_threshold=threshold.on_threshold,
            off_threshold=threshold.off_threshold,
            smoothing_windows=SMOOTHING_WINDOWS,
            minimum_samples=MINIMUM_SAMPLES,
            refractory_samples=model_input.window_samples,
            group=groups[slug].name if slug in groups else None,
            speech=slug in groups and groups[slug].is_speech,
            off_by_default="missed_budget" if threshold.is_off else None,
            common_name=name.common,
            scientific_name=name.scientific,
            noise_score=threshold.noise_score,
        )
        for slug, name, threshold in zip(slugs, names, thresholds, strict=True)
    ]
