"""The line that `systemctl status` shows for a node with several sources."""

from collections.abc import Sequence

from soundpost.supervisor.phase import Phase
from soundpost.supervisor.source_process import SourceProcess
from soundpost.system.printable import printable

_MOST_BYTES = 3_500
"""systemd ignores a notification above 4,096 bytes (PIPE_BUF)."""


def summarize(sources: Sequence[SourceProcess], refusal: Exception | None) -> str:
    """Returns the state of all sources in one line.

    Args:
        sources: The sources.
        refusal: The error because of which an older configuration is in use; None if it is not.
    """
    running = sum(each.phase is Phase.RUNNING for each in sources)
    parts = [f"{running} of {len(sources)} sources run", *map(_describe, sources)]
    if refusal is not None:
        reason = printable(str(refusal))
        parts.append(f"an older configuration is in use, the new one is refused: {reason}")
    return "; ".join(parts).encode()[:_MOST_BYTES].decode(errors="ignore")


def _describe(each: SourceProcess) -> str:
    if each.phase is Phase.RUNNING:
        return f"{each.name}: {each.status}"
    reason = f" ({each.failure})" if each.failure else ""
    return f"{each.name} {each.phase}{reason}"
