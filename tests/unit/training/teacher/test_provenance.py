"""Changes of teachers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.teacher.provenance import Source, changed

pytestmark = pytest.mark.training

HASHES = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "1", "2"]))


def sources(hashes: dict[str, str]) -> list[Source]:
    """Sources of these names and hashes."""
    return [Source(name=name, sha256=sha256) for name, sha256 in hashes.items()]


@given(HASHES, HASHES)
def test_a_source_with_another_hash_has_changed(
    before: dict[str, str], now: dict[str, str]
) -> None:
    """A missing file counts as unchanged, and so does a source that was not recorded."""
    expected = [
        name for name, sha256 in now.items() if sha256 and before.get(name, sha256) != sha256
    ]
    assert changed(sources(before), sources(now)) == expected
