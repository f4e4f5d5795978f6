"""UUIDs of version 7."""

import random
import uuid

from hypothesis import given
from hypothesis import strategies as st

from soundpost.messages.uuid7 import uuid7

TIMES_NS = st.integers(0, (2**48 - 1) * 1_000_000)
RANDOMS = st.randoms(use_true_random=False)


@given(TIMES_NS, RANDOMS)
def test_an_id_is_of_version_7(utc_ns: int, rng: random.Random) -> None:
    """Version and variant are where RFC 9562 puts them."""
    made = uuid7(utc_ns, rng)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


@given(TIMES_NS, RANDOMS)
def test_an_id_carries_its_time(utc_ns: int, rng: random.Random) -> None:
    """The first 48 bits are the time in whole milliseconds."""
    assert uuid7(utc_ns, rng).int >> 80 == utc_ns // 1_000_000


@given(TIMES_NS, st.integers(1, 10**12), RANDOMS)
def test_ids_sort_by_time(utc_ns: int, later_ms: int, rng: random.Random) -> None:
    """As text, an id of a later millisecond comes after an earlier one."""
    later_ns = utc_ns + later_ms * 1_000_000
    if later_ns < 2**48 * 1_000_000:
        assert str(uuid7(utc_ns, rng)) < str(uuid7(later_ns, rng))


def test_the_example_of_the_standard_is_reproduced() -> None:
    """The bits of the example in RFC 9562, appendix A.6, give its UUID."""

    class Bits(random.Random):
        def getrandbits(self, k: int, /) -> int:
            return {12: 0xCC3, 62: 0x18C4DC0C0C07398F}[k]

    made = uuid7(1_645_557_742_000 * 1_000_000, Bits())
    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_two_ids_of_one_moment_differ() -> None:
    """74 random bits keep two events of one millisecond apart."""
    rng = random.SystemRandom()
    assert len({uuid7(0, rng) for _ in range(1_000)}) == 1_000
