"""The state of the outbox that its three threads share."""

from soundpost.health import Health
from soundpost.publish.outbox.state import OutboxState


def test_rows_that_are_gone_already_make_no_negative_count() -> None:
    """A write can fail after its commit: then rows wait for a removal that has happened."""
    state = OutboxState(100, Health(), lambda: 0.0)
    state.removable = {1, 2, 3}
    assert state.count == 0
