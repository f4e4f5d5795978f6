"""Ways to decide that are worth trying."""

from collections.abc import Sequence

import msgspec

from soundpost.manifest import Label
from soundpost_training.scoring.thresholds import OFF_SHARE

THRESHOLDS = tuple(round(0.2 + 0.05 * step, 2) for step in range(16))
OFF_SHARES = (0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9)
SMOOTHINGS = (1, 2, 3, 4)
WINDOWS = (1, 2)
"""Smoothing that is tried with every threshold: that of the profile `instant`, and the default."""

MINIMUM_SECONDS = (0.0, 0.5, 1.0, 1.5)
REFRACTORY_SECONDS = (0.5, 1.0, 2.0)


def candidates(labels: Sequence[Label]) -> dict[str, list[Label]]:
    """Each setting varied alone, and one threshold for all labels."""

    def having(**changes: float) -> list[Label]:
        return [msgspec.structs.replace(label, **changes) for label in labels]

    ways = {"as shipped": list(labels)}
    ways |= {f"smoothing {count}": having(smoothing_windows=count) for count in SMOOTHINGS}
    for share in OFF_SHARES:
        ways[f"off at {share:g} of on"] = [
            _at(label, label.on_threshold, share) for label in labels
        ]
    for seconds in MINIMUM_SECONDS:
        ways[f"minimum {seconds:g} s"] = having(minimum_samples=round(seconds * 16_000))
    for seconds in REFRACTORY_SECONDS:
        ways[f"refractory {seconds:g} s"] = having(refractory_samples=round(seconds * 16_000))
    for on_threshold in THRESHOLDS:
        for windows in WINDOWS:
            ways[single(on_threshold, windows)] = [
                msgspec.structs.replace(
                    _at(label, on_threshold, OFF_SHARE), smoothing_windows=windows
                )
                for label in labels
            ]
    return ways


def single(on_threshold: float, windows: int) -> str:
    """The name of the way that has one threshold and one smoothing for all labels."""
    return f"all at {on_threshold:g}, {windows} w"


def _at(label: Label, on_threshold: float, off_share: float) -> Label:
    off_threshold = round(on_threshold * off_share, 3)
    return msgspec.structs.replace(label, on_threshold=on_threshold, off_threshold=off_threshold)
