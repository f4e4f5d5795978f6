"""Detects confounders: labels near which other labels are not believed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import samples_to_ns
from soundpost.decide.hysteresis import HysteresisThreshold
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.rule import Rule


class Surroundings:
    """The last windows in which confounders were detected, by all models of a source.

    The trackers of models that classify the same sound share one, so that a label of one model can
    be the confounder of a label of another. Positions are times of sound since the start of
    capture, because models count samples at different rates. If the windows of all models come in
    the order of their ends, the events depend on the samples alone.

    Args:
        label_names: Labels and groups of all models; None for those of one model alone.
        confounders: The labels that are confounders.

    Attributes:
        label_names: Labels and groups of all models; None for those of one model alone.
        confounders: The labels that are confounders.
    """

    def __init__(
        self, label_names: LabelNames | None = None, confounders: frozenset[str] = frozenset()
    ) -> None:
        self.label_names = label_names
        self.confounders = confounders
        self._until_ns: dict[str, int] = {}

    def record(self, label: str, end_ns: int) -> None:
        """Records that a label is detected in a window that ends at a time."""
        self._until_ns[label] = max(end_ns, self._until_ns.get(label, end_ns))

    def has_any(self, labels: frozenset[str], since_ns: int) -> bool:
        """Returns whether one of the labels was detected in a window that ends after a time."""
        return any(self._until_ns[label] > since_ns for label in labels & self._until_ns.keys())


class ConfounderDetector:
    """Detects the confounders among the labels of one model, window by window.

    A confounder is detected from the window in which its rule would start an event until its rule
    would end it. That includes labels without events: muted, excluded, off by default, confounded
    themselves, or within their refractory time.

    Args:
        rules: Those of the confounders among the labels of the model.
        surroundings: Shared by all models that classify the same sound.
        sample_rate_hz: The rate of the samples that the model counts.
    """

    def __init__(
        self, rules: Sequence[Rule], surroundings: Surroundings, sample_rate_hz: int
    ) -> None:
        self._rules = list(rules)
        self._surroundings = surroundings
        self._sample_rate_hz = sample_rate_hz
        self._threshold = HysteresisThreshold(rules) if rules else None
        self._is_present = np.zeros(len(rules), np.bool_)
        self._previous_end_ns: int | None = None
        self._end_ns: int | None = None

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces the rules of those labels that are confounders, from the next window on.

        Args:
            rules: For any labels of the model.
        """
        by_label = {rule.label: rule for rule in rules}
        self._rules = [by_label.get(rule.label, rule) for rule in self._rules]
        if self._threshold is not None:
            self._threshold.set_rules(self._rules)

    def update(self, scores: NDArray[np.float32], end_sample: int) -> None:
        """Records the confounders that are detected in one more window.

        Args:
            scores: float32[labels], of all labels of the model.
            end_sample: End of the window.
        """
        end_ns = samples_to_ns(end_sample, self._sample_rate_hz)
        self._previous_end_ns, self._end_ns = self._end_ns, end_ns
        if self._threshold is None:
            return
        state = self._threshold.update(scores)
        self._is_present = state.starts | (self._is_present & state.keeps)
        for position in self._is_present.nonzero()[0].tolist():
            self._surroundings.record(self._rules[position].label, end_ns)

    def confounds(self, rule: Rule) -> bool:
        """Returns whether an event of a rule must not start or last in the latest window.

        It must not while one of its confounders was detected less than `confounder_samples` ago,
        or since the window before, both from end to end.
        """
        if not rule.confounders or self._end_ns is None:
            return False
        previous_ns = self._previous_end_ns
        if previous_ns is None:  # the first window of a stretch
            previous_ns = self._end_ns - 1
        time_ns = samples_to_ns(rule.confounder_samples, self._sample_rate_hz)
        since_ns = min(self._end_ns - time_ns, previous_ns)
        return self._surroundings.has_any(rule.confounders, since_ns)

    def reset(self) -> None:
        """Starts a new stretch. What was detected before it still counts."""
        if self._threshold is not None:
            self._threshold.reset()
        self._is_present[:] = False
        self._end_ns = None


def no_confounders() -> ConfounderDetector:
    """Returns a detector for rules without confounders."""
    return ConfounderDetector((), Surroundings(), sample_rate_hz=1)
