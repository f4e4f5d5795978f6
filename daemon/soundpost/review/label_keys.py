"""The labels that a key gives, and those that a typed beginning is completed to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from soundpost.review.event import ReviewedEvent, Verdict

KEYS = 9
"""Labels that have a key, 1 to 9."""


class LabelSuggestions:
    """Labels that an event may be relabelled to, each with a key that does not change.

    First those that events of the same label were relabelled to, the most frequent first, then the
    labels with the most events. A label that is typed takes the last place.

    Args:
        counts: The number of events of each label, and of times it was given.
        corrections: For each label, the number of times that its events were given another one.
        more: Labels without an event, such as the others of a bundle: they are completed only.
    """

    def __init__(
        self,
        counts: Counter[str],
        corrections: Mapping[str, Counter[str]],
        more: Iterable[str] = (),
    ) -> None:
        self._corrections = corrections
        self._by_frequency = _by_frequency(counts)
        self._all = {*counts, *more}
        self._by_label: dict[str, list[str]] = {}

    @classmethod
    def of_events(cls, events: Iterable[ReviewedEvent], more: Iterable[str] = ()) -> Self:
        """Returns the labels by all events of the store.

        Args:
            events: The events.
            more: Labels without an event.
        """
        counts: Counter[str] = Counter()
        corrections: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for reviewed in events:
            counts[reviewed.event.label] += 1
            decision = reviewed.decision
            if decision is not None and decision.verdict is Verdict.RELABELLED and decision.label:
                counts[decision.label] += 1
                corrections[reviewed.event.label][decision.label] += 1
        return cls(counts, corrections, more)

    @property
    def all(self) -> list[str]:
        """All labels by name."""
        return sorted(self._all)

    def keys_of(self, label: str) -> Sequence[str]:
        """Returns the labels of the keys 1 to 9 for an event of a label."""
        if label not in self._by_label:
            first = _by_frequency(self._corrections.get(label, Counter()))
            ordered = dict.fromkeys([*first, *self._by_frequency])
            self._by_label[label] = [each for each in ordered if each != label][:KEYS]
        return self._by_label[label]

    def add_typed(self, event_label: str, typed: str) -> None:
        """Gives a typed label a key: a free one, else the last one."""
        self._all.add(typed)
        keys = list(self.keys_of(event_label))
        if typed not in keys and typed != event_label:
            self._by_label[event_label] = [*keys[: KEYS - 1], typed]

    def matches(self, beginning: str) -> list[str]:
        """Returns the known labels that begin with a text, and then those that contain it."""
        text = beginning.casefold()
        starting = [each for each in self.all if each.casefold().startswith(text)]
        inside = [each for each in self.all if text in each.casefold()]
        return list(dict.fromkeys([*starting, *inside]))


def _by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda label: (-counts[label], label))
