"""Builds the rules and the receiver from the configuration (the composition root)."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from soundpost.config import Place
from soundpost.errors import ConfigError
from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost.system.atomic_file import write_atomic
from soundpost.system.regular_file import read_regular
from soundpost_notify.compose.event_text import EventComposer
from soundpost_notify.deliver.attachments import ClipFolders
from soundpost_notify.deliver.worker import Target, Worker
from soundpost_notify.errors import NotifyError
from soundpost_notify.nodes.watch import NodeRule, NodeWatch
from soundpost_notify.queue.memory import reported_states
from soundpost_notify.queue.queue import MessageQueue
from soundpost_notify.queue.retention import Retention
from soundpost_notify.receive.inbox import Inbox
from soundpost_notify.receive.receiver import Receiver
from soundpost_notify.receive.upkeep import Upkeep
from soundpost_notify.rules.event_rules import EventRules
from soundpost_notify.rules.rule import Rule
from soundpost_notify.settings import NotifySettings
from soundpost_web.nodes.groups import label_groups
from soundpost_web.settings.zones import Zones

_DAY_SECONDS = 86_400
_ID_BYTES = 6
_LARGEST_ID_BYTES = 64


class Rules(NamedTuple):
    """The rules of the configuration.

    Attributes:
        sounds: Those about sounds.
        nodes: Those about nodes.
    """

    sounds: list[Rule]
    nodes: list[NodeRule]


def build_rules(settings: NotifySettings) -> Rules:
    """Returns the rules of the configuration.

    Raises:
        ConfigError: A group is unknown, or a time by the sun lacks the place.
    """
    notify = settings.notify
    place = None
    if notify.latitude is not None and notify.longitude is not None:
        place = Place(notify.latitude, notify.longitude)
    groups = label_groups(settings.groups)
    return Rules(
        [Rule.of(number, config, groups, place) for number, config in enumerate(settings.rules, 1)],
        [
            NodeRule(config.name or f"nodes-{number}", config)
            for number, config in enumerate(settings.nodes, 1)
        ],
    )


def build_receiver(
    settings: NotifySettings, queue: MessageQueue, rules: Rules, folder: Path
) -> Receiver:
    """Returns the receiver.

    Args:
        settings: The configuration.
        queue: The open queue.
        rules: The rules.
        folder: The folder of the client identifier.

    Raises:
        ConfigError: A file cannot be used, or the broker's address is wrong.
        QueueError: The queue cannot be read.
    """
    zones = Zones(settings.notify.zone, settings.zones)
    # The broker knows the session by the client identifier, which must stay the same.
    mqtt = settings.mqtt
    own_id = mqtt.client_id or load_client_id(folder / "client-id")
    mqtt = msgspec.structs.replace(mqtt, client_id=own_id)
    with queue.transaction() as connection:
        watch = NodeWatch(rules.nodes, reported_states(connection))
    composer = EventComposer(zones, settings.notify.page)
    retention = Retention(settings.queue.history_days)
    return Receiver(
        connection_settings(mqtt, load_broker_address(mqtt), "notify"),
        mqtt.prefix,
        mqtt.session_days * _DAY_SECONDS,
        Inbox(mqtt.prefix, EventRules(rules.sounds, queue, composer, zones), watch),
        Upkeep(queue, watch, rules.nodes, retention, zones),
    )


def build_workers(
    settings: NotifySettings, targets: dict[str, Target], queue: MessageQueue
) -> dict[str, Worker]:
    """Returns a worker for each target, which the queue wakes."""
    folders = ClipFolders(settings.clips)
    workers = {
        name: Worker(target, queue, folders, settings.queue.give_up_hours)
        for name, target in targets.items()
    }
    queue.on_added = lambda name: workers[name].wake()
    return workers


def load_client_id(path: Path) -> str:
    """Returns the client identifier in a file; creates it at the first start.

    Raises:
        ConfigError: The file can be neither read nor created.
    """
    try:
        try:
            text = read_regular(path, _LARGEST_ID_BYTES).decode(errors="replace").strip()
        except FileNotFoundError:
            text = ""
        if not re.fullmatch(r"[!-~]{1,64}", text):
            text = f"soundpost-{secrets.token_hex(_ID_BYTES)}"
            write_atomic(path, text.encode(), mode=0o600)
    except OSError as error:
        raise ConfigError(
            f"the client identifier {path} cannot be used: {error.strerror}",
            hint="its folder must be writable for the user that the notifier runs as",
        ) from error
    return text


@contextmanager
def sole_user(path: Path) -> Iterator[None]:
    """Locks a queue, which a second notifier would send once more.

    Args:
        path: The queue; the locked file stands beside it.

    Raises:
        ConfigError: The file cannot be locked.
        NotifyError: Another notifier uses the queue.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(
            f"the queue {path} cannot be locked: {error.strerror}",
            hint="its folder must be writable for the user that the notifier runs as",
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotifyError(
                f"the queue {path} is in use by another notifier",
                hint="stop it first, or set queue.file to another file",
            ) from error
        yield
    finally:
        os.close(lock)
