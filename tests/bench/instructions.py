"""`make bench-instructions`: retired instructions of each stage on emulated processors of arm64.

A count depends neither on the machine nor on what else runs there. It is no time: a processor
retires one to three instructions in a cycle, and how many depends on the code. Ours and YAMNet's
are mostly the same kernels, so their ratio is close to that of their times.

Exit status 1 when a limit is exceeded; 0 with the reason if nothing can be counted here.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from arm64_python import PARTS, CountedPython, missing

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("counted_stages.py")
MOST_OF_YAMNET = 0.25
"""The pipeline, of YAMNet's model at the same stride."""
YAMNET_STRIDE_SECONDS = 0.5
"""The stride at which YAMNet is usually run; a second ratio is to this."""


def count(processor: str, bundle: str, yamnet: Path) -> bool:
    """Prints the counts of a processor; returns whether the limit holds."""
    printed, points = CountedPython(processor).run(PROGRAM, bundle, str(yamnet))
    *rows, last = printed.splitlines()
    stride_seconds = float(json.loads(last))
    print(f"\n{processor}, bundle {bundle}, a window every {stride_seconds:g} s")
    millions: dict[str, float] = {}
    for name, unit, units, point in map(json.loads, rows):
        millions[name] = (points[point + 1] - points[point]) / units / 1e6
        print(f"  {name:20} {millions[name]:9.3f} million instructions for a {unit}")
    same = millions["YAMNet"] / stride_seconds
    usual = millions["YAMNet"] / YAMNET_STRIDE_SECONDS
    for name in ("classify", "pipeline"):
        print(
            f"  {name} / YAMNet's model: {millions[name] / same:.3f} at the same stride, "
            f"{millions[name] / usual:.3f} of YAMNet every {YAMNET_STRIDE_SECONDS:g} s"
        )
    ratio = millions["pipeline"] / same
    print(f"  {'ok' if ratio <= MOST_OF_YAMNET else 'MISS'}, at most {MOST_OF_YAMNET:g} expected")
    return ratio <= MOST_OF_YAMNET


def main(bundles: Sequence[str]) -> int:
    """Counts on each processor; returns the exit status."""
    data = Path(os.environ.get("SOUNDPOST_DATA", ROOT.parent / "shared" / "data"))
    yamnet = (data / "yamnet" / "yamnet.tflite").resolve()
    reason = missing() if yamnet.is_file() else f"no {yamnet}: set SOUNDPOST_DATA"
    if reason:
        print(f"instructions are not counted: {reason}")
        return 0
    held = [count(processor, bundle, yamnet) for bundle in bundles for processor in PARTS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["everyday"]))
