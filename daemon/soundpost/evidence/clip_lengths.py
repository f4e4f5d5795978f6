"""How much is kept of what was heard."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClipLengths:
    """How much is kept, in samples.

    Attributes:
        pre_roll_samples: Before an event's onset.
        post_roll_samples: After its offset, if so much was heard when the end was decided.
        longest_samples: Of a clip, both included.
        delay_samples: Most that the end of an event is decided after its offset.
    """

    pre_roll_samples: int
    post_roll_samples: int
    longest_samples: int
    delay_samples: int

    @property
    def memory_samples(self) -> int:
        """How far back a clip may have to reach when it is cut."""
        return self.longest_samples + 2 * self.delay_samples
