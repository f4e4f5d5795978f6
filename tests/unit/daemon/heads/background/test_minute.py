"""The file of a minute of background, and damage to it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.errors import HeadError
from soundpost.heads.background import BackgroundMinute
from soundpost.heads.background.minute import (
    MINUTE_NS,
    decode_minute,
    encode_minute,
    file_name,
    minutes_outside,
    named_minute,
)

SHA256 = "ab" * 32
MINUTE = BackgroundMinute(
    np.arange(3, dtype=np.int64),
    np.array([[0.5, 1e9, -1e9]] * 3, np.float32),
    np.array([2, 0, 1], np.int16),
    np.array([0.25, 0.5, 1.0], np.float32),
)
CONTENT = encode_minute(MINUTE, SHA256)


def test_embeddings_are_rounded_to_half_precision() -> None:
    """A value beyond its range is the largest one."""
    minute = decode_minute(CONTENT, SHA256, 3)
    assert minute is not None
    assert minute.embeddings.tolist() == [[0.5, 65_504.0, -65_504.0]] * 3
    assert np.array_equal(minute.utc_ns, MINUTE.utc_ns)
    assert np.array_equal(minute.top_labels, MINUTE.top_labels)
    assert np.array_equal(minute.top_scores, MINUTE.top_scores)


def test_a_minute_of_another_model_is_no_minute() -> None:
    """Its embeddings mean something else."""
    assert decode_minute(CONTENT, "cd" * 32, 3) is None


@settings(max_examples=200)
@given(st.integers(0, 8 * len(CONTENT) - 1))
def test_a_flipped_bit_is_detected_or_changes_nothing(at: int) -> None:
    """The arrays have checksums; some bytes of the zip file have no meaning."""
    damaged = bytearray(CONTENT)
    damaged[at // 8] ^= 1 << at % 8
    try:
        minute = decode_minute(bytes(damaged), SHA256, 3)
    except HeadError:
        return
    assert minute is not None
    assert np.array_equal(minute.utc_ns, MINUTE.utc_ns)
    assert np.array_equal(minute.top_labels, MINUTE.top_labels)


@pytest.mark.parametrize("length", [0, 1, 100, len(CONTENT) // 2, len(CONTENT) - 1])
def test_a_file_that_is_cut_short_is_damaged(length: int) -> None:
    """A power cut may leave one."""
    with pytest.raises(HeadError, match="damaged"):
        decode_minute(CONTENT[:length], SHA256, 3)


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True), st.integers(0, 4 * 10**18))
def test_a_name_states_its_model_and_its_minute(model: str, utc_ns: int) -> None:
    """To the start of the minute."""
    assert named_minute(file_name(model, utc_ns)) == (model, utc_ns // MINUTE_NS * MINUTE_NS)


@given(
    st.lists(st.integers(-(10**18), 4 * 10**18), max_size=5),
    st.integers(-(10**18), 4 * 10**18),
    st.integers(0, 10**15),
)
def test_minutes_outside_a_time_are_those_whose_start_is(
    times: list[int], from_ns: int, length_ns: int
) -> None:
    """Compared as text, and here as times; the edges of the time are among them."""
    to_ns = from_ns + length_ns
    edges = [from_ns + MINUTE_NS, from_ns, to_ns, to_ns + MINUTE_NS]
    minutes = {file_name("x", utc_ns): utc_ns // MINUTE_NS * MINUTE_NS for utc_ns in times + edges}
    outside = [name for name, start in minutes.items() if not from_ns < start <= to_ns]
    assert minutes_outside([*minutes, "note.txt"], from_ns, to_ns) == outside


@pytest.mark.parametrize(
    "name", ["x.npz", "x.20261130T010000Z.npz.part", "x.20261330T010000Z.npz", ".x.part", "x"]
)
def test_another_name_is_no_minute(name: str) -> None:
    """Such files are neither read nor removed."""
    assert named_minute(name) is None
    assert minutes_outside([name], 0, 0) == []
