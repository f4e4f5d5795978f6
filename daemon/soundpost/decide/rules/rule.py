"""The decision settings of one label."""

from collections.abc import Sequence

import msgspec

LASTING_EVENTS = 10
"""The default of `lasting_events`: within half an hour, these are an event every three minutes."""


class Rule(msgspec.Struct, frozen=True):
    """The conditions under which an event of one label starts, holds, ends and is published.

    Attributes:
        index: Position of the label in the scores.
        label: Its name.
        on_threshold: Smoothed score that starts an event.
        off_threshold: Smoothed score below which it ends, at most `on_threshold`.
        smoothing_windows: Windows in the moving mean of the score.
        minimum_samples: A shorter event is retracted, a longer one is confirmed.
        refractory_samples: Minimum time from one offset to the next onset.
        needed_windows: Number of the last `of_windows` windows that must reach the on-threshold
            to start an event, and the off-threshold to keep it.
        of_windows: Number of windows that vote.
        follows_range: True if events start only where and when the bundle's range model says that
            the label occurs.
        confounders: Labels, perhaps of other models, near which no event starts or lasts.
        confounder_samples: Minimum time from the last window of a confounder to the start of an
            event.
        lasting_samples: A label goes on all the time once an event has lasted so long, or
            `lasting_events` have started within it, until it was quiet for as long; 0 for never.
        lasting_events: Number of events that start within `lasting_samples`.
    """

    index: int
    label: str
    on_threshold: float
    off_threshold: float
    smoothing_windows: int
    minimum_samples: int
    refractory_samples: int
    needed_windows: int = 1
    of_windows: int = 1
    follows_range: bool = True
    confounders: frozenset[str] = frozenset()
    confounder_samples: int = 0
    lasting_samples: int = 0
    lasting_events: int = LASTING_EVENTS

    @property
    def memory_windows(self) -> int:
        """The most windows between the last one that holds and the end of the event."""
        return self.smoothing_windows + self.of_windows - self.needed_windows


def publishing_every_event(rules: Sequence[Rule]) -> list[Rule]:
    """Returns the rules without the one by which events of a lasting label are summed up."""
    return [msgspec.structs.replace(rule, lasting_samples=0) for rule in rules]
