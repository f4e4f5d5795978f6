"""The labels that a key gives, and those that a typed beginning is completed to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from soundpost.review import ReviewedEvent, Verdict

KEYS = 9
"""Labels that have a key, 1 to 9."""


class LabelSuggestions:
    """Labels that an event may be relabelled to, each with a key that does not change.

    First those that events of the same label were relabelled to, the most frequent first, then the
    labels with the most events. A label that is typed takes the last place.

    Args:
        events: All events of the store.
        more: Labels without an event, such as the others of a bundle: they are completed only.
    """

    def __init__(self, events: Iterable[ReviewedEvent], more: Iterable[str] = ()) -> None:
        counts: Counter[str] = Counter()
        self._corrections: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for reviewed in events:
            counts[reviewed.event.label] += 1
            decision = reviewed.decision
            if decision is not None and decision.verdict is Verdict.RELABELLED and decision.label:
                counts[decision.label] += 1
                self._corrections[reviewed.event.label][decision.label] += 1
        self._by_frequency = _by_frequency(counts)
        self._all = {*counts, *more}
        self._by_label: dict[str, list[str]] = {}

    def keys_of(self, label: str) -> Sequence[str]:
        """Returns the labels of the keys 1 to 9 for an event of a label."""
        if label not in self._by_label:
            first = _by_frequency(self._corrections[label])
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
        starting = [each for each in sorted(self._all) if each.casefold().startswith(text)]
        inside = [each for each in sorted(self._all) if text in each.casefold()]
        return list(dict.fromkeys([*starting, *inside]))


def _by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda label: (-counts[label], label))
