"""The error of a damaged archive, and the limit of its members."""

LARGEST_MEMBER_BYTES = 300_000_000
"""A larger member is no recording; a few bytes of a damaged archive may state any size."""


class ArchiveError(Exception):
    """An archive is damaged, too large, or compressed in an unsupported way."""
