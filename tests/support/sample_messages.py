"""Messages and outboxes made up for tests that need no broker."""

from pathlib import Path

from soundpost.events import State
from soundpost.health import Health
from soundpost.messages import DetectionMessage, ModelIdentity
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter
from soundpost.system.clock import ClockState

_scribes: list[OutboxWriter] = []


def message(
    seq: int, clock: ClockState = "synced", state: State = State.STARTED
) -> DetectionMessage:
    """A message that is told apart by its number."""
    return DetectionMessage(
        id="0197",
        seq=seq,
        node="post",
        state=state,
        label="siren",
        score=1.0,
        threshold=0.5,
        onset="2026-11-20T07:31:21.480Z",
        offset=None,
        clock=clock,
        level_dbfs=-20.0,
        model=ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32),
    )


def outbox_file(
    path: Path,
    health: Health | None = None,
    *,
    capacity: int = 10_000,
    budget_bytes: int = 100_000_000,
) -> tuple[Outbox, OutboxWriter]:
    """An outbox with a file, and the scribe that keeps it, whose turns the test takes."""
    health = health or Health()
    outbox = Outbox(capacity, health)
    _scribes.append(OutboxWriter(path, budget_bytes, outbox, health, lambda: None))
    return outbox, _scribes[-1]


def close_outbox_files() -> None:
    """Let go of every file that a test has not let go of itself."""
    while _scribes:
        _scribes.pop().close()


def sent(outbox: Outbox, writer: OutboxWriter) -> list[int]:
    """The numbers of what goes out, all of it acknowledged, until nothing is left."""
    numbers: list[int] = []
    writer.write_pending()
    while entry := outbox.next_unsent():
        numbers.append(entry.seq)
        outbox.acknowledge(entry.seq)
        if outbox.has_work.is_set():
            outbox.has_work.clear()
            writer.write_pending()
    writer.write_pending()
    return numbers
