"""An evidence node whose folder is a small disk; the tests run it in a mount namespace."""

import json
import logging
import shutil
import sys
from pathlib import Path

import numpy as np
import soundfile
from evidence_harness import RATE_HZ, Event, EvidenceNode

EVENTS = 24
SPACING_SAMPLES = 2 * RATE_HZ


def main(folder: Path, keep_free_bytes: int) -> None:
    """Records many events, and prints the outcome of their clips as JSON."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    samples = np.random.default_rng(3).integers(-3000, 3000, (EVENTS + 2) * SPACING_SAMPLES)
    node = EvidenceNode(folder, keep_free_bytes=keep_free_bytes)
    starts = [(number + 1) * SPACING_SAMPLES for number in range(EVENTS)]
    node.run(samples.astype(np.int16), [Event(at, at + RATE_HZ // 2) for at in starts])
    left = sorted(path.name for path in folder.iterdir())
    for name in left:
        if name.endswith(".flac"):
            soundfile.read(folder / name)
    result = {
        "published": [clip for state, clip in node.published if state == "ended"],
        "existed": all(node.existed),
        "kept": node.health.clips_kept,
        "lost": node.health.clips_lost,
        "left": left,
        "free_bytes": shutil.disk_usage(folder).free,
    }
    sys.stdout.write(json.dumps(result))


main(Path(sys.argv[1]), int(sys.argv[2]))
