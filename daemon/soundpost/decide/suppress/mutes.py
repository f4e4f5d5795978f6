"""Mutes: labels whose events may not start until a time."""

from collections.abc import Iterable

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.decide.suppress.schedule import Schedules

LONGEST_MUTE_SECONDS = 86_400
"""A mute that ends later than this from now is ignored: it was set while the clock was wrong, and
must not last for years."""

_LATENESS_SECONDS = 60
"""Added to the limit, because sound is decided on after it was recorded: seen from its capture
time, a mute of a whole day ends a little later than a day. A minute covers a full queue."""

_LONGEST_NS = (LONGEST_MUTE_SECONDS + _LATENESS_SECONDS) * NANOSECONDS


class Mute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label whose events may not start until a time.

    Attributes:
        label: The label.
        until_ns: The end of the mute, nanoseconds since 1970 UTC.
    """

    label: str
    until_ns: int


class MutesState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mutes, as they are saved for a restart."""

    mutes: tuple[Mute, ...] = ()


class Mutes:
    """Suppresses new events of muted labels. Running events continue and end as usual.

    Times of events are capture times of the sound. A command computes the end of a mute from the
    wall clock, which is ahead of them by the time that the sound waits in the queue.

    Args:
        labels: All labels that can be muted.
        state: The mutes of an earlier run; labels that no longer exist are left out.
        schedules: Daily mutes; None for none.
    """

    def __init__(
        self,
        labels: Iterable[str],
        state: MutesState | None = None,
        schedules: Schedules | None = None,
    ) -> None:
        self._labels = frozenset(labels)
        self._schedules = schedules
        mutes = state.mutes if state else ()
        self._until_ns = {m.label: m.until_ns for m in mutes if m.label in self._labels}

    @property
    def state(self) -> MutesState:
        """The mutes to be saved; it may contain some that are over."""
        return MutesState(tuple(Mute(*mute) for mute in sorted(self._until_ns.items())))

    def may_start(self, label: str, utc_ns: int) -> bool:
        """Returns whether an event of the label may start at a time, nanoseconds since 1970 UTC."""
        if self.is_muted(label, utc_ns):
            return False
        return self._schedules is None or self._schedules.allows(label, utc_ns)

    def is_muted(self, label: str, utc_ns: int) -> bool:
        """Returns whether a mute of the label is on at a time, nanoseconds since 1970 UTC."""
        return utc_ns < self._until_ns.get(label, 0) <= utc_ns + _LONGEST_NS

    def muted_until(self, utc_ns: int) -> dict[str, int]:
        """Returns the muted labels at a time, each with the end of its mute, both in ns UTC."""
        return {
            label: until_ns
            for label, until_ns in self._until_ns.items()
            if utc_ns < until_ns <= utc_ns + _LONGEST_NS
        }

    def mute(self, labels: frozenset[str] | None, until_ns: int) -> None:
        """Mutes labels until a time.

        Args:
            labels: The labels; None means all.
            until_ns: Nanoseconds since 1970 UTC; replaces an earlier mute. An end more than
                `LONGEST_MUTE_SECONDS` away is ignored until it is within that limit.
        """
        for label in self._known(labels):
            self._until_ns[label] = until_ns

    def unmute(self, labels: frozenset[str] | None) -> None:
        """Ends the mutes of labels; None means all."""
        for label in self._known(labels):
            self._until_ns.pop(label, None)

    def _known(self, labels: frozenset[str] | None) -> frozenset[str]:
        """Returns the labels; an unknown one is a bug of the caller (`LabelNames` checks names)."""
        if labels is None:
            return self._labels
        if unknown := labels - self._labels:
            raise ValueError(f"no such labels: {sorted(unknown)}")
        return labels
