"""Candidates: the decision settings that tuning compares."""

from collections.abc import Sequence

import msgspec

from soundpost.manifest import Label
from soundpost_training.scoring.thresholds import OFF_SHARE

THRESHOLDS = tuple(round(0.2 + 0.05 * step, 2) for step in range(16))
OFF_SHARES = (0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9)
SMOOTHINGS = (1, 2, 3, 4)
THRESHOLD_SMOOTHINGS = (1, 2)
"""Smoothing in windows for every threshold: that of the profile `instant`, and the default."""

MINIMUM_SECONDS = (0.0, 0.5, 1.0, 1.5)
REFRACTORY_SECONDS = (0.5, 1.0, 2.0)


def candidates(labels: Sequence[Label], rate_hz: int) -> dict[str, list[Label]]:
    """Returns each setting varied alone, and one threshold for all labels, by name.

    Args:
        labels: The manifest's labels, with their decision defaults.
        rate_hz: Sample rate that durations are counted in.
    """

    def with_changes(**changes: float) -> list[Label]:
        return [msgspec.structs.replace(label, **changes) for label in labels]

    result = {"as shipped": list(labels)}
    result |= {f"smoothing {count}": with_changes(smoothing_windows=count) for count in SMOOTHINGS}
    for share in OFF_SHARES:
        result[f"off at {share:g} of on"] = [
            _with_thresholds(label, label.on_threshold, share) for label in labels
        ]
    for seconds in MINIMUM_SECONDS:
        samples = round(seconds * rate_hz)
        result[f"minimum {seconds:g} s"] = with_changes(minimum_samples=samples)
    for seconds in REFRACTORY_SECONDS:
        samples = round(seconds * rate_hz)
        result[f"refractory {seconds:g} s"] = with_changes(refractory_samples=samples)
    for on_threshold in THRESHOLDS:
        for windows in THRESHOLD_SMOOTHINGS:
            result[single_threshold_name(on_threshold, windows)] = [
                msgspec.structs.replace(
                    _with_thresholds(label, on_threshold, OFF_SHARE), smoothing_windows=windows
                )
                for label in labels
            ]
    return result


def single_threshold_name(on_threshold: float, windows: int) -> str:
    """Returns the name of the candidate with one threshold and one smoothing for all labels."""
    return f"all at {on_threshold:g}, {windows} w"


def _with_thresholds(label: Label, on_threshold: float, off_share: float) -> Label:
    off_threshold = round(on_threshold * off_share, 3)
    return msgspec.structs.replace(label, on_threshold=on_threshold, off_threshold=off_threshold)
