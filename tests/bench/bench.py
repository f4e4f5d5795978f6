"""`make bench`: the cost of Soundpost relative to YAMNet, in one process on one core.

Machines are noisy, so each cost is a ratio of two medians of processor time, measured in turn.
Exit status 1 when a limit is exceeded. Needs YAMNet under $SOUNDPOST_DATA; see docs/PERFORMANCE.md.
Arguments name the bundles whose ratios are measured, by default `everyday`.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Before numpy and the interpreter are imported: one core, one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
sys.path.insert(0, str(ROOT / "tests" / "support"))

# ruff: noqa: E402 - see above
import tempfile

from clip_folder import longest_gap_seconds, start_with_clips
from daemon_costs import delays_ms, peak_rss_mb, start_ratios
from measurement import Measurement
from ratios import kinds, measure_kind

from soundpost.cli.processor import Processor


def main(bundles: list[str]) -> int:
    """Prints all measurements; returns 0 when every limit holds."""
    data = Path(os.environ.get("SOUNDPOST_DATA", ROOT.parent / "shared" / "data"))
    yamnet = data / "yamnet" / "yamnet.tflite"
    if not yamnet.is_file():
        sys.exit(f"no {yamnet}: set SOUNDPOST_DATA to the folder that has yamnet/yamnet.tflite")
    print(f"on {Processor.read()}, load {os.getloadavg()[0]:.1f}")
    measurements = _compute_ratios(bundles or ["everyday"], yamnet)
    with tempfile.TemporaryDirectory(prefix="soundpost-bench-") as folder:
        delays = delays_ms(Path(folder))
        score_ratio, daemon_ratio = start_ratios()
        measurements += [
            Measurement("peak memory of a running daemon", peak_rss_mb(Path(folder)), 60.0, "MB"),
            Measurement("start to first score / import of numpy and LiteRT", score_ratio, 1.3, ""),
            Measurement(
                f"detected after its window's end, worst of {len(delays)}", max(delays), 300.0, "ms"
            ),
            *_measure_clip_folder(Path(folder)),
        ]
    print(*measurements, sep="\n")
    print(f"      start of the whole daemon, by the same measure: {daemon_ratio:.2f}")
    return 0 if all(measurement.holds for measurement in measurements) else 1


def _measure_clip_folder(folder: Path) -> list[Measurement]:
    """Measures the daemon on a folder of many clips."""
    gap_seconds = longest_gap_seconds(folder / "cut", 40_000)
    ready_seconds, peak_mb = start_with_clips(folder / "many", 100_000)
    return [
        Measurement("40,000 clips, a tenth of the budget: longest gap", gap_seconds, 2.0, "s"),
        Measurement("start to ready with 100,000 clips", ready_seconds, 5.0, "s"),
        Measurement("peak memory with 100,000 clips", peak_mb, 80.0, "MB"),
    ]


def _compute_ratios(bundles: list[str], yamnet: Path) -> list[Measurement]:
    """Measures models and pipelines against YAMNet, on each kind that this processor can be."""
    measurements = []
    found, reason = kinds()
    for kind in found:
        for bundle in bundles:
            ratios = measure_kind(kind, bundle, yamnet)
            print(f"{kind.name}\n{ratios.describe(bundle)}", flush=True)
            measurements += ratios.measurements(kind)
    if reason:
        print(f"other kinds are not measured: {reason}")
    return measurements


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
