"""The socket of a source's notifications: only its own process counts."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from soundpost.supervisor.notifications import NotificationSocket
from soundpost.system.systemd import Notifier

SEND = """
import sys
from soundpost.system.systemd import Notifier
Notifier(sys.argv[1]).notify(READY="1")
"""


@pytest.fixture
def notifications() -> Iterator[NotificationSocket]:
    """Provides a socket."""
    notifications = NotificationSocket()
    yield notifications
    notifications.close()


def test_the_notifications_of_the_process_are_received(notifications: NotificationSocket) -> None:
    """In their order, each with its assignments; lines without one are left out."""
    notifier = Notifier(notifications.address)
    notifier.notify(READY="1", STATUS="capturing = all")
    notifier.notify(WATCHDOG="1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"\xff\nNOTHING\n", f"\0{notifications.address[1:]}")
    assert list(notifications.receive(os.getpid())) == [
        {"READY": "1", "STATUS": "capturing = all"},
        {"WATCHDOG": "1"},
        {},
    ]
    assert list(notifications.receive(os.getpid())) == []


def test_another_process_cannot_feed_a_watchdog(notifications: NotificationSocket) -> None:
    """Nor can an earlier process of the source: the kernel states the sender."""
    subprocess.run([sys.executable, "-c", SEND, notifications.address], check=True)
    assert list(notifications.receive(os.getpid())) == []
    Notifier(notifications.address).notify(READY="1")
    assert list(notifications.receive(None)) == []


def test_a_flood_is_read_in_parts(notifications: NotificationSocket) -> None:
    """The supervisor turns to the other sources in between."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
        sent = 0
        while sent < 1_000:
            try:
                sender.sendto(b"WATCHDOG=1", f"\0{notifications.address[1:]}")
            except BlockingIOError:
                break
            sent += 1
    assert len(list(notifications.receive(os.getpid()))) == min(sent, 32)


def test_two_sources_have_two_addresses(notifications: NotificationSocket) -> None:
    """No process can guess the one of another."""
    other = NotificationSocket()
    assert other.address != notifications.address
    other.close()
