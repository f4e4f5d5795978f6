"""Lengths of a clip: before the event, after it, at most."""

import msgspec


class ClipLengths(msgspec.Struct, frozen=True):
    """Lengths of a clip, in samples.

    Attributes:
        pre_roll_samples: Before an event's onset.
        post_roll_samples: After its offset, as far as it was captured when the end was decided.
        longest_samples: Greatest length of a clip, both included.
        delay_samples: Longest time from an offset to the window that decides it.
    """

    pre_roll_samples: int
    post_roll_samples: int
    longest_samples: int
    delay_samples: int

    @property
    def memory_samples(self) -> int:
        """The samples to buffer: the furthest that a clip reaches back when it is cut."""
        return self.longest_samples + 2 * self.delay_samples
