"""The place of the outbox's file."""

from pathlib import Path

import pytest

from soundpost.config import MqttConfig
from soundpost.publish.outbox.location import outbox_path


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        (None, {}, None),
        (None, {"STATE_DIRECTORY": ""}, None),
        (None, {"STATE_DIRECTORY": "/var/lib/soundpost"}, Path("/var/lib/soundpost/outbox.db")),
        (None, {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}, Path("/var/lib/a/outbox.db")),
        ("mine.db", {"STATE_DIRECTORY": "/var/lib/soundpost"}, Path("mine.db")),
    ],
)
def test_the_file_is_the_configured_one_or_in_the_state_directory_of_systemd(
    configured: str | None, environment: dict[str, str], expected: Path | None
) -> None:
    """A daemon that is started by hand without a configured path has no file."""
    assert outbox_path(MqttConfig(outbox=configured), environment) == expected
