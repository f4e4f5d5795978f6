"""Names of nodes with wildcards."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches_node(patterns: Iterable[str], node: str) -> bool:
    """Returns whether one of the patterns matches a node; that of a node matches its sources.

    Args:
        patterns: Names with `*` and `?`.
        node: `<node>` or `<node>/<source>`.
    """
    names = (node, node.partition("/")[0])
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
