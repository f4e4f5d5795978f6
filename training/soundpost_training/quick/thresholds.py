"""Chooses each label's threshold by a budget of false events an hour."""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.quick.material import Material
from soundpost_training.scoring.thresholds import QUIET_MARGIN, SMOOTHING_WINDOWS, STEP

Real = NDArray[np.float32]

LOWEST_ON, HIGHEST_ON = 0.2, 0.95
"""Thresholds that may be chosen. A score below the first is hardly a hint, and a score of int8
rarely exceeds the second."""

LIKELY = 0.5
"""A threshold is raised towards this score while that costs hardly a clip: other sounds will come
than those of the recordings."""

CHEAP_SHARE = 0.05
"""Of a label's clips that this may cost."""

ENOUGH_RECALL = 0.5
"""A label of which fewer clips are detected gets advice."""


class LabelThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """The threshold of a label and its effect on recordings of other folds.

    Attributes:
        name: The label.
        on_threshold: Smoothed score at which an event starts.
        detected: Share of the label's clips that reach it.
        false_events_per_hour: Events in the recordings without the label, per hour of them.
        quiet: The label's highest score in silence and faint noise.
        is_within_budget: False if even the highest threshold gives too many false events.
    """

    name: str
    on_threshold: float
    detected: float
    false_events_per_hour: float
    quiet: float
    is_within_budget: bool


class Negatives(NamedTuple):
    """Windows in which a label must not be detected, and their duration.

    Attributes:
        name: Of what they are, for people.
        hours: Of the recordings.
    """

    name: str
    hours: float


def choose_thresholds(
    material: Material, scores: Real, quiet: Real, budget: float, hours: NDArray[np.float64]
) -> list[LabelThreshold]:
    """Returns the lowest threshold of each label that keeps to the budget.

    Counted in the background if there is any, else in the clips of other labels: these have a new
    sound every few seconds, so there a label keeps half of its clips, and one event. An event is
    counted whenever the smoothed score reaches the threshold anew, which is at least as often as
    the daemon starts one.

    Args:
        material: The recordings.
        scores: float32[windows, labels], each by a head that held its fold out.
        quiet: float32[sounds, labels], of silence and faint noise.
        budget: False events an hour that each label may give.
        hours: float64[recordings], the duration of each recording.
    """
    smoothed = smooth(scores, material.embedded.owners)
    owners = material.embedded.owners
    peaks = np.full((len(material.dataset.recordings), scores.shape[1]), -1.0, np.float32)
    np.maximum.at(peaks, owners, smoothed)
    targets = np.array(material.dataset.targets())
    clips = len(targets)
    chosen = []
    for index, name in enumerate(material.dataset.labels):
        is_negative = np.ones(len(hours), np.bool_)
        is_negative[:clips] = False if material.dataset.background else targets != index
        duration = float(hours[is_negative].sum())
        rows = smoothed[is_negative[owners], index]
        counts = _Events(rows, owners[is_negative[owners]])
        floor = _floor(quiet[:, index])
        own = peaks[:clips][targets == index, index]
        threshold, is_within = _lowest(counts, floor, budget * duration)
        threshold = max(threshold, min(LIKELY, _detects(own, 1.0 - CHEAP_SHARE)))
        if not material.dataset.background:
            threshold = max(floor, min(threshold, _detects(own, ENOUGH_RECALL)))
            is_within = counts.at(threshold) <= max(1.0, budget * duration)
        chosen.append(
            LabelThreshold(
                name=name,
                on_threshold=threshold,
                detected=float((own >= np.float32(threshold)).mean()),
                false_events_per_hour=counts.at(threshold) / duration if duration else 0.0,
                quiet=float(quiet[:, index].max()),
                is_within_budget=is_within,
            )
        )
    return chosen


def negatives_of(material: Material, hours: NDArray[np.float64]) -> Negatives:
    """Returns what false events are counted in."""
    clips = len(material.dataset.clips)
    if material.dataset.background:
        return Negatives("background", float(hours[clips:].sum()))
    return Negatives("clips of other labels", float(hours[:clips].sum()))


def smooth(scores: Real, owners: NDArray[np.int64]) -> Real:
    """Returns the mean of each window and the one before, float32[windows, labels].

    The first window of a recording counts alone: in continuous sound another comes before it,
    which the cut recording does not have.
    """
    before = np.concatenate((scores[:1], scores[:-1]))
    is_first = np.concatenate(([True], owners[1:] != owners[:-1]))
    before[is_first] = scores[is_first]
    smoothed: Real = (scores + before) / np.float32(SMOOTHING_WINDOWS)
    return smoothed


class _Events:
    """Counts the events that a threshold gives in smoothed scores of recordings."""

    def __init__(self, smoothed: Real, owners: NDArray[np.int64]) -> None:
        self._now = smoothed
        before = np.roll(smoothed, 1)
        before[np.flatnonzero(np.diff(owners, prepend=-1))] = -1.0  # nothing comes before these
        self._before = before

    def at(self, threshold: float) -> int:
        """Returns how often the score reaches a threshold that it was below."""
        limit = np.float32(threshold)
        return int(((self._now >= limit) & (self._before < limit)).sum())


def _floor(quiet: Real) -> float:
    """Returns the lowest threshold at a distance from the scores of silence and faint noise."""
    above = np.ceil((float(quiet.max()) + QUIET_MARGIN) / STEP) * STEP
    return round(min(max(LOWEST_ON, float(above)), HIGHEST_ON), 3)


def _detects(own: Real, share: float) -> float:
    """Returns the highest threshold that a share of the label's clips reaches."""
    reached = float(np.quantile(own, 1.0 - share, method="lower"))
    return round(float(np.floor(reached / STEP)) * STEP, 3)


def _lowest(counts: _Events, floor: float, allowed: float) -> tuple[float, bool]:
    """Returns the lowest threshold from which on no higher one exceeds the allowed events."""
    steps = np.arange(np.ceil(floor / STEP), round(HIGHEST_ON / STEP) + 1)
    lowest = HIGHEST_ON
    for step in steps[::-1]:
        candidate = round(float(step * STEP), 3)
        if counts.at(candidate) > allowed:
            break
        lowest = candidate
    return lowest, counts.at(lowest) <= allowed
