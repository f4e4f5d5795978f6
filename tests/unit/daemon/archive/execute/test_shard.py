"""Shards: each file is in one of them, and all have about as many."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.execute.shard import Shard


@given(st.integers(0, 300), st.integers(1, 50))
def test_each_file_is_in_one_shard(files: int, count: int) -> None:
    """No shard has two files more than another."""
    names = list(range(files))
    shards = [list(Shard(number, count).choose(names)) for number in range(1, count + 1)]
    assert sorted(name for shard in shards for name in shard) == names
    lengths = [len(shard) for shard in shards]
    assert max(lengths) - min(lengths) <= 1


def test_a_shard_is_written_as_on_the_command_line() -> None:
    """In the summary and in errors."""
    assert str(Shard(3, 40)) == "3/40"
