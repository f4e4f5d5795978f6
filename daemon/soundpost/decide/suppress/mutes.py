"""Which events may begin now: what is muted for a while, or at this time of the day."""

from collections.abc import Iterable

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.decide.suppress.schedule import Schedules

LONGEST_MUTE_SECONDS = 86_400
"""A mute that ends later than this from now is none: the clock was set back, and what a wrong
clock muted must not stay so for years."""

_LATENESS_SECONDS = 60
"""What is decided now was heard a moment ago: for it a mute of a whole day ends later than that."""

_LONGEST_NS = (LONGEST_MUTE_SECONDS + _LATENESS_SECONDS) * NANOSECONDS


class Mute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label of which nothing is told for a while.

    Attributes:
        label: Which one.
        until_ns: From when on it is told again, nanoseconds since 1970 UTC.
    """

    label: str
    until_ns: int


class MutesState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a restart must remember: the mutes, by label."""

    mutes: tuple[Mute, ...] = ()


class Mutes:
    """Answers whether an event may begin; one that has begun goes on and ends as it would.

    It has no clock: time is that of the sound, as capture attached it.

    Args:
        labels: All that can be muted.
        state: What an earlier run remembered; labels that are gone are left out.
        schedules: What may begin at which time of the day; by default everything at any.
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
        """What a restart must remember; those that are over may be among it."""
        return MutesState(tuple(Mute(*mute) for mute in sorted(self._until_ns.items())))

    def may_begin(self, label: str, utc_ns: int) -> bool:
        """Whether an event of the label may begin at a time, nanoseconds since 1970 UTC."""
        if self.is_muted(label, utc_ns):
            return False
        return self._schedules is None or self._schedules.allows(label, utc_ns)

    def is_muted(self, label: str, utc_ns: int) -> bool:
        """Whether the label is muted at a time, nanoseconds since 1970 UTC."""
        return utc_ns < self._until_ns.get(label, 0) <= utc_ns + _LONGEST_NS

    def mute(self, labels: frozenset[str] | None, until_ns: int) -> None:
        """Tell of no new event of these labels, or of any, until a time.

        Args:
            labels: The labels; None means all.
            until_ns: Nanoseconds since 1970 UTC; takes the place of what was said before. At most
                `LONGEST_MUTE_SECONDS` from now, or it has no effect yet.
        """
        for label in self._known(labels):
            self._until_ns[label] = until_ns

    def unmute(self, labels: frozenset[str] | None) -> None:
        """Let events of these labels, or of all (None), begin again."""
        for label in self._known(labels):
            self._until_ns.pop(label, None)

    def _known(self, labels: frozenset[str] | None) -> frozenset[str]:
        """The labels; an unknown one is the caller's bug, for `Vocabulary` knows the names."""
        if labels is None:
            return self._labels
        if unknown := labels - self._labels:
            raise ValueError(f"no such labels: {sorted(unknown)}")
        return labels
