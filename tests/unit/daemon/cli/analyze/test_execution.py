"""The flags for a cluster, and for shards."""

import argparse
from pathlib import Path

import pytest

from soundpost.cli.parser import build_parser


def parse(*flags: str) -> argparse.Namespace:
    """Parses a command line."""
    return build_parser().parse_args(["analyze", "card", "--out", "results", *flags])


@pytest.mark.parametrize(
    "address", ["tcp://scheduler:8786", "tls://10.0.0.1:8786", "tcp://[fd00::1]:8786"]
)
def test_a_cluster_is_the_address_of_its_scheduler(address: str) -> None:
    """Without it, processes of this machine do the work."""
    assert parse("--cluster", address).cluster == address
    assert parse().cluster is None


def test_a_shard_is_one_of_several() -> None:
    """Counted from 1, as the jobs of a batch system are."""
    assert parse("--shard", "3/40").shard == (3, 40)
    assert parse("--shard", "1/1").shard == (1, 1)
    assert parse().shard is None


def test_several_folders_are_merged() -> None:
    """As the shell expands `results-*`."""
    assert parse("--merge", "results-1", "results-2").merged == [
        Path("results-1"),
        Path("results-2"),
    ]
    assert parse().merged == ()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--cluster", "scheduler"), "as tcp://scheduler:8786, got 'scheduler'"),
        (("--cluster", "http://scheduler:8787"), "got 'http://scheduler:8787'"),
        (("--cluster", "tcp://scheduler"), "got 'tcp://scheduler'"),
        (("--shard", "0/4"), "expected a shard from 1/N to N/N, as 3/40, got '0/4'"),
        (("--shard", "5/4"), "got '5/4'"),
        (("--shard", "3"), "got '3'"),
        (("--shard", "1/-4"), "got '1/-4'"),
        (("--shard", f"1/{'9' * 5000}"), "expected a shard"),
        (("--shard", "1/2", "--merge", "a"), "not allowed with argument --shard"),
        (("--workers", "1023", "--cluster", "tcp://a:1"), "not allowed with argument --workers"),
    ],
)
def test_a_wrong_value_is_wrong_usage(
    flags: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and what was expected."""
    with pytest.raises(SystemExit) as ended:
        parse(*flags)
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err
