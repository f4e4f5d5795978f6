"""Sample messages and outboxes for tests that need no broker."""

from pathlib import Path

from soundpost.events import State, SummaryState
from soundpost.health import Health
from soundpost.messages import DetectionMessage, ModelIdentity, SummaryMessage
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter
from soundpost.system.clock import ClockState

_writers: list[OutboxWriter] = []


def message(
    seq: int,
    clock: ClockState = "synced",
    state: State = State.STARTED,
    event_id: str = "0197",
) -> DetectionMessage:
    """Returns a message that differs from others in its number only."""
    return DetectionMessage(
        id=event_id,
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


def summary(
    seq: int, label: str = "siren", state: SummaryState = SummaryState.BEGUN
) -> SummaryMessage:
    """Returns a summary of a label, over no time."""
    time = "2026-11-20T07:31:21.480Z"
    return SummaryMessage(
        seq=seq,
        node="post",
        state=state,
        label=label,
        since=time,
        begins=time,
        ends=time,
        clock="synced",
        events=0,
        seconds=0.0,
        score=1.0,
        model=ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32),
    )


def outbox_file(
    path: Path,
    health: Health | None = None,
    *,
    capacity: int = 10_000,
    budget_bytes: int = 100_000_000,
) -> tuple[Outbox, OutboxWriter]:
    """Returns an outbox with a file, and its writer, whose thread the test stands for."""
    health = health or Health()
    outbox = Outbox(capacity, health)
    _writers.append(OutboxWriter(path, budget_bytes, outbox.storage, health, lambda: None))
    return outbox, _writers[-1]


def close_outbox_files() -> None:
    """Closes every file that a test has not closed itself."""
    while _writers:
        _writers.pop().close()


def sent(outbox: Outbox, writer: OutboxWriter) -> list[int]:
    """Sends and acknowledges all messages; returns their numbers in the order of sending."""
    numbers: list[int] = []
    writer.write_pending()
    while record := outbox.feed.next_unsent():
        numbers.append(record.seq)
        outbox.feed.acknowledge(record.seq)
        if outbox.storage.has_work.is_set():
            outbox.storage.has_work.clear()
            writer.write_pending()
    writer.write_pending()
    return numbers
