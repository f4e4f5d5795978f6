"""Names of nodes with wildcards."""

import pytest

from soundpost_notify.settings.patterns import matches_node


@pytest.mark.parametrize(
    ("pattern", "node", "is_match"),
    [
        ("*", "gate/yard", True),
        ("gate", "gate/yard", True),
        ("gate/yard", "gate/yard", True),
        ("gate/yard", "gate", False),
        ("north-*", "north-gate", True),
        ("north-*", "south-gate", False),
        ("g?te", "gate", True),
    ],
)
def test_a_pattern_matches_a_node_and_its_sources(
    pattern: str,
    node: str,
    is_match: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Nothing else."""
    assert matches_node([pattern], node) is is_match
