"""Prints the latest messages, and what became of each."""

import sys
from pathlib import Path

import msgspec

from soundpost_notify.compose.local_time import local_text, utc_text
from soundpost_notify.queue.history import Entry, read_history
from soundpost_notify.settings import NotifySettings
from soundpost_web.settings.zones import Zones


def print_log(path: Path, settings: NotifySettings, most: int, *, as_json: bool) -> None:
    """Prints the latest messages, the latest one last.

    Args:
        path: The queue.
        settings: The configuration, for the time zone.
        most: The number of messages.
        as_json: True for a line of JSON for each.

    Raises:
        ConfigError: The queue cannot be read.
    """
    zones = Zones(settings.notify.zone, settings.zones)
    for entry in read_history(path, max(0, most)):
        line = _json(entry) if as_json else _text(entry, zones)
        sys.stdout.write(f"{line}\n")


def _json(entry: Entry) -> str:
    finished_ms = entry.finished_ms
    fields = {
        "target": entry.target,
        "state": entry.state,
        "attempts": entry.attempts,
        "error": entry.error,
        "created": utc_text(entry.created_ms),
        "finished": None if finished_ms is None else utc_text(finished_ms),
        "message": entry.content,
    }
    return msgspec.json.encode(fields).decode()


def _text(entry: Entry, zones: Zones) -> str:
    created = local_text(zones, entry.content.node, entry.created_ms)
    line = f"{created}  {entry.state:9}  {entry.target:12}  {entry.content.title}"
    if entry.attempts > 1 or entry.error:
        tries = "1 attempt" if entry.attempts == 1 else f"{entry.attempts} attempts"
        line += f"  ({', '.join(filter(None, [tries, entry.error]))})"
    return line
