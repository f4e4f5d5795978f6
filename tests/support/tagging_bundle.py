"""A small bundle of sigmoid scores, with groups, budgets, labels that are off, and speech."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from soundpost.manifest import (
    MANIFEST_FILE,
    Manifest,
    groups_of,
    minimum_daemon,
    read_manifest,
)

TINY_FLOAT = Path(__file__).resolve().parents[1] / "golden" / "tiny-float"
"""Its labels are hiss, hum and hush, its scores those of a sigmoid."""

FIELDS: dict[str, dict[str, Any]] = {
    "hiss": {"group": "alarms", "false_events_per_hour": 0.5, "recall": 0.82},
    "hum": {"group": "people", "off_by_default": "context", "speech": True},
    "hush": {"group": "alarms", "false_events_per_hour": 0.5, "off_by_default": "missed_budget"},
}


def tagging_manifest() -> Manifest:
    """Returns the manifest of the bundle."""
    manifest = read_manifest(TINY_FLOAT)
    labels = [msgspec.structs.replace(label, **FIELDS[label.name]) for label in manifest.labels]
    assert groups_of(labels) == {"alarms": ["hiss", "hush"], "people": ["hum"]}
    return msgspec.structs.replace(manifest, labels=labels, minimum_daemon=minimum_daemon(labels))


def write_tagging_bundle(folder: Path) -> Path:
    """Writes the bundle to a folder that does not exist yet, and returns that."""
    shutil.copytree(TINY_FLOAT, folder)
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(tagging_manifest()))
    return folder
