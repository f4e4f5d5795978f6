"""Notifications to systemd, over a real datagram socket."""

import os
from pathlib import Path

import pytest
from descriptors import no_descriptors

from soundpost.system.systemd import (
    GONE_SOURCES,
    Notifier,
    gone_sources,
    name_gone_sources,
    state_directory,
)

from .conftest import NotifySocket


def test_a_line_break_in_a_value_is_no_assignment(address: str, systemd: NotifySocket) -> None:
    """A file name may have a line break; the text after it is no assignment of its own."""
    Notifier(address).notify(STATUS="capturing from wav:a\nMAINPID=1\nb.wav")
    assert systemd.received() == ["STATUS=capturing from wav:a MAINPID=1 b.wav"]


def test_without_a_service_manager_nothing_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    """A daemon that was started by hand logs nothing about systemd."""
    Notifier(None).notify(READY="1")
    assert caplog.text == ""


def test_a_service_manager_that_went_away_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The pipeline continues without it; one line is logged, not one for each notification."""
    notifier = Notifier(str(tmp_path / "absent"))
    notifier.notify(READY="1")
    notifier.notify(WATCHDOG="1")
    assert caplog.text.count("systemd does not read") == 1


def test_a_socket_that_was_made_anew_is_found(address: str, systemd: NotifySocket) -> None:
    """The service manager makes it again when it is executed again, as after an update."""
    notifier = Notifier(address)
    notifier.notify(READY="1")
    systemd.close()
    Path(address).unlink(missing_ok=True)
    other = NotifySocket(address)
    notifier.notify(WATCHDOG="1")
    assert other.received() == ["WATCHDOG=1"]
    other.close()


def test_a_sign_is_sent_without_descriptors(address: str, systemd: NotifySocket) -> None:
    """A process whose descriptors have run out is not ended by the watchdog for it."""
    notifier = Notifier(address)
    notifier.notify(READY="1")
    with no_descriptors():
        notifier.notify(WATCHDOG="1")
    assert systemd.received() == ["READY=1", "WATCHDOG=1"]


@pytest.mark.parametrize(
    ("environment", "expected_seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_the_watchdog_time_comes_from_the_environment(
    environment: dict[str, str], expected_seconds: float | None
) -> None:
    """WATCHDOG_USEC counts, unless WATCHDOG_PID names another process."""
    assert Notifier.from_environment(environment).watchdog_seconds == expected_seconds


def test_the_socket_comes_from_the_environment(address: str, systemd: NotifySocket) -> None:
    """NOTIFY_SOCKET is its address."""
    Notifier.from_environment({"NOTIFY_SOCKET": address}).notify(READY="1")
    assert systemd.received() == ["READY=1"]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, None),
        ({"STATE_DIRECTORY": ""}, None),
        ({"STATE_DIRECTORY": "/var/lib/soundpost"}, Path("/var/lib/soundpost")),
        ({"STATE_DIRECTORY": "/var/lib/soundpost:/var/lib/more"}, Path("/var/lib/soundpost")),
    ],
)
def test_the_state_directory_comes_from_the_environment(
    environment: dict[str, str], folder: Path | None
) -> None:
    """Of several directories the first one counts; without systemd there is none."""
    assert state_directory(environment) == folder


def test_sources_are_gone_that_have_a_folder_and_are_not_configured(tmp_path: Path) -> None:
    """Only names that a source can have count; a single source has no supervisor to name them."""
    for name in ("yard", "road", "lost+found", ".hidden"):
        (tmp_path / "sources" / name).mkdir(parents=True)
    (tmp_path / "sources" / "file").touch()
    environment = {"STATE_DIRECTORY": str(tmp_path)}
    assert name_gone_sources(environment, ["yard", "gate"]) == "road"
    assert gone_sources({GONE_SOURCES: "road,gate"} | environment) == ("road", "gate")
    assert gone_sources({GONE_SOURCES: ""} | environment) == ()
    assert gone_sources(environment) == ("road", "yard")


def test_without_a_state_directory_no_source_is_gone(tmp_path: Path) -> None:
    """Nor with one in which there never was a source."""
    assert gone_sources({}) == gone_sources({"STATE_DIRECTORY": str(tmp_path)}) == ()
