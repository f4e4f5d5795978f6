"""Runs the notifier until a signal ends it."""

import logging
import threading
import time
from pathlib import Path

from soundpost.system.signals import stopped_by_signals
from soundpost.system.systemd import Notifier
from soundpost_notify.deliver.build import build_targets
from soundpost_notify.deliver.worker import Worker
from soundpost_notify.errors import NotifyError
from soundpost_notify.queue.file import QueueFile
from soundpost_notify.queue.queue import MessageQueue
from soundpost_notify.receive.receiver import Receiver
from soundpost_notify.service.build import build_receiver, build_rules, build_workers, sole_user
from soundpost_notify.settings import NotifySettings
from soundpost_notify.settings.load import queue_path

_LOOK_SECONDS = 1.0
_STALE_SECONDS = 60.0
"""A receiver without a step for so long hangs; connecting takes some seconds at most."""

_log = logging.getLogger("soundpost.notify")


def run(settings: NotifySettings, folder: Path) -> None:
    """Runs the notifier.

    Args:
        settings: The configuration.
        folder: The folder of its state.

    Raises:
        ConfigError: The configuration is wrong, or a file cannot be used.
        NotifyError: The queue is in use, Apprise is missing, or a thread has ended by a bug.
    """
    rules, targets = build_rules(settings), build_targets(settings)
    path = queue_path(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    with sole_user(path):
        file = QueueFile(path)
        file.open()
        queue = MessageQueue(file)
        receiver = build_receiver(settings, queue, rules, folder)
        workers = build_workers(settings, targets, queue)
        counts = f"{len(rules.sounds) + len(rules.nodes)} rules, {len(targets)} targets"
        _log.info("%s, the queue is %s", counts, path)
        has_failed = _run(receiver, list(workers.values()), counts)
        file.close()
    if has_failed:
        raise NotifyError("a thread has ended", hint="the log above has the reason: a bug")


def _run(receiver: Receiver, workers: list[Worker], counts: str) -> bool:
    """Runs the threads until a signal; returns whether one of them has ended by itself."""
    ending = threading.Event()

    def end(signal: str) -> None:
        _log.info("%s ends the notifier", signal)
        ending.set()

    threads: list[Receiver | Worker] = [receiver, *workers]
    notifier = Notifier.from_environment()
    with stopped_by_signals(end):
        for thread in threads:
            thread.start()
        notifier.notify(READY="1", STATUS=counts)
        was_connected = False
        while not ending.wait(_LOOK_SECONDS) and all(thread.is_alive for thread in threads):
            if time.monotonic() - receiver.beat_seconds < _STALE_SECONDS:
                notifier.notify(WATCHDOG="1")
            if receiver.is_connected != was_connected:
                was_connected = receiver.is_connected
                state = "connected" if was_connected else "the broker is away"
                notifier.notify(STATUS=f"{counts}, {state}")
        notifier.notify(STOPPING="1")
        has_failed = not all(thread.is_alive for thread in threads)
        receiver.close()
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()
    return has_failed
