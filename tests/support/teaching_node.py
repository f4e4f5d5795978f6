"""A node with the shipped bundle that is taught by commands, and clips that it has stored."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from daemon_process import Daemon, running
from made_clips import RATE_HZ, doorbell, other_sound, quiet_background
from mosquitto import Broker

from soundpost.audio import Pcm
from soundpost.evidence.encode.flac import encode_flac
from soundpost.evidence.store.files import stem_of, write_clip
from soundpost.system.clock import rfc3339

LABEL = "gate_bell"
RING_SECONDS = 5.0
"""From ring to ring of the recording."""
LONGEST_SECONDS = 600.0
"""Teaching gives way to everything else on the machine; on an idle one it takes a few seconds."""
_FIRST_NS = 1_795_000_000 * 10**9


def store_clip(folder: Path, number: int, samples: Pcm) -> str:
    """Stores a sound as the node stores the clips of events; returns its name."""
    onset_ns = _FIRST_NS + number * 10**10
    event_id = f"01a1f7dd-f708-752e-89a7-{number:012x}"
    stem = stem_of(onset_ns, "requested", event_id)
    sidecar = {
        "schema": 1,
        "clip": f"{stem}.flac",
        "start": rfc3339(onset_ns),
        "seconds": len(samples) / RATE_HZ,
        "onset_seconds": 0.0,
        "offset_seconds": None,
        "muted": [],
        "detection": {
            "id": event_id,
            "label": "requested",
            "score": 0.0,
            "clock": "synced",
            "onset": rfc3339(onset_ns),
        },
    }
    contents = {
        ".json": json.dumps(sidecar).encode(),
        ".png": b"",
        ".flac": encode_flac(samples, RATE_HZ),
    }
    write_clip(folder, stem, contents)
    return f"{stem}.flac"


class TeachingNode:
    """A node that accepts commands; the bell of its recording rings again and again.

    Args:
        folder: The folder of its state, its configuration and its clips.
        broker: The broker.

    Attributes:
        config: Its configuration file.
        clips: The folder of its clips.
        heads: The folder of its heads.
        broker: Its broker.
    """

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.clips, self.heads = folder / "clips", folder / "heads"
        self.config = folder / "soundpost.toml"
        self._folder, self.broker = folder, broker
        self.clips.mkdir()
        self.configure()

    def configure(self, *lines: str) -> None:
        """Writes the configuration, with more lines at its end."""
        recording = self._folder / "rings.wav"
        first = [
            f'mqtt.broker = "{self.broker.url}"',
            "mqtt.commands = true",
            f'evidence.folder = "{self.clips}"',
            "evidence.keep_free_megabytes = 0",
            f'capture.source = "wav:{recording}"',
            # The hour before would have these rings as background.
            "heads.background_hours = 0",
        ]
        self.config.write_text("\n".join([*first, *lines]))
        if not recording.is_file():
            write_rings(recording, 60)

    def store(self, bells: int, others: int = 0) -> tuple[list[str], list[str]]:
        """Stores clips of the bell and of other sounds; returns their names."""
        label = [store_clip(self.clips, number, doorbell(number)) for number in range(bells)]
        other = [
            store_clip(self.clips, 100 + number, other_sound(number)) for number in range(others)
        ]
        return label, other

    @contextmanager
    def run(self) -> Iterator[Daemon]:
        """Provides the running daemon."""
        environment = os.environ | {"STATE_DIRECTORY": str(self._folder)}
        with running("--config", str(self.config), environment=environment) as daemon:
            yield daemon


def teach_payload(command_id: str, **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    """Returns the payload of a command `teach`."""
    return json.dumps({"id": command_id, "label": LABEL, **fields}).encode()


def write_rings(path: Path, rings: int) -> None:
    """Writes a recording in which the bell rings every `RING_SECONDS`."""
    pauses = [quiet_background(RING_SECONDS - 2.5, number) for number in range(rings)]
    rung = [doorbell(1_000 + number) for number in range(rings)]
    parts = [part for pair in zip(rung, pauses, strict=True) for part in pair]
    soundfile.write(path, np.concatenate(parts), RATE_HZ, "PCM_16")


def children(process: int) -> list[int]:
    """Returns the ids of the processes that a process has started, from /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended
        if parent := re.match(r"(\d+) \(.*\) \S (\d+) ", text, re.DOTALL):
            found += [int(parent[1])] if int(parent[2]) == process else []
    return found
