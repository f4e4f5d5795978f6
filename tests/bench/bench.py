"""`make bench`: the cost of Soundpost relative to YAMNet, in one process on one core.

Machines are noisy, so each cost is a ratio of two medians of processor time, measured in turn.
Exit status 1 when a limit is exceeded. Needs YAMNet under $SOUNDPOST_DATA; see README.
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
import time
from dataclasses import dataclass
from statistics import median

import numpy as np
from clip_folder import longest_gap_seconds, start_with_clips
from daemon_costs import delays_ms, peak_rss_mb, start_ratios

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.model import load_model
from soundpost.cli.bench import measure
from soundpost.cli.processor import Processor
from soundpost.config import Config

YAMNET_SAMPLES = 15_600
"""0.975 s at 16 kHz, the input of the network."""

ROUNDS = 5
"""Of which the median counts, so that one slow round does not matter."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured value and its limit."""

    name: str
    value: float
    limit: float
    unit: str

    def __str__(self) -> str:
        verdict = "ok  " if self.value <= self.limit else "MISS"
        return f"{verdict}  {self.name:58} {self.value:8.3f} {self.unit:4} at most {self.limit:g}"


def main() -> int:
    """Prints all measurements; returns 0 when every limit holds."""
    data = Path(os.environ.get("SOUNDPOST_DATA", ROOT.parent / "shared" / "data"))
    yamnet = data / "yamnet" / "yamnet.tflite"
    if not yamnet.is_file():
        sys.exit(f"no {yamnet}: set SOUNDPOST_DATA to the folder that has yamnet/yamnet.tflite")
    # The first two limits hold with int8 dot products only.
    print(f"on {Processor.read()}, load {os.getloadavg()[0]:.1f}")
    measurements = _compute_ratios(yamnet)
    with tempfile.TemporaryDirectory(prefix="soundpost-bench-") as folder:
        delays = delays_ms(Path(folder))
        score_ratio, daemon_ratio = start_ratios()
        measurements += [
            Measurement("peak memory of a running daemon", peak_rss_mb(Path(folder)), 100.0, "MB"),
            Measurement("start to first score / import of numpy and LiteRT", score_ratio, 1.5, ""),
            Measurement(
                f"detected after its window's end, worst of {len(delays)}", max(delays), 300.0, "ms"
            ),
            *_measure_clip_folder(Path(folder)),
        ]
    print(*measurements, sep="\n")
    print(f"      start of the whole daemon, by the same measure: {daemon_ratio:.2f}")
    return 0 if all(measurement.value <= measurement.limit for measurement in measurements) else 1


def _measure_clip_folder(folder: Path) -> list[Measurement]:
    """Measures the daemon on a folder of many clips."""
    gap_seconds = longest_gap_seconds(folder / "cut", 40_000)
    ready_seconds, peak_mb = start_with_clips(folder / "many", 100_000)
    return [
        Measurement("40,000 clips, a tenth of the budget: longest gap", gap_seconds, 2.0, "s"),
        Measurement("start to ready with 100,000 clips", ready_seconds, 5.0, "s"),
        Measurement("peak memory with 100,000 clips", peak_mb, 80.0, "MB"),
    ]


def _compute_ratios(yamnet: Path) -> list[Measurement]:
    """Measures the model and the whole pipeline against YAMNet at the same stride."""
    config = Config()
    model = load_model(config.classify)
    model_input = model.bundle.manifest.input
    stride_seconds = model_input.stride_samples / model.sample_rate_hz
    interpreter = Interpreter(yamnet.read_bytes(), 1)
    pairs = []
    for _ in range(ROUNDS):  # in turn, so that a slow phase of the machine affects both
        yamnet_ms = _yamnet_ms(interpreter) / stride_seconds
        costs = measure(config, model)
        pairs.append((costs, yamnet_ms))
        print(
            f"a second of sound, a window every {stride_seconds:g} s: YAMNet {yamnet_ms:.3f} ms; "
            f"features {costs.features_ms:.3f}, classify {costs.classify_ms:.3f}, "
            f"decide {costs.decide_ms:.3f}, pipeline {costs.pipeline_ms:.3f}"
        )
    model_ratio = median(costs.classify_ms / yamnet_ms for costs, yamnet_ms in pairs)
    pipeline_ratio = median(costs.pipeline_ms / yamnet_ms for costs, yamnet_ms in pairs)
    return [
        Measurement("our model / YAMNet, same stride", model_ratio, 0.2, ""),
        Measurement("our whole pipeline / YAMNet's model, same stride", pipeline_ratio, 0.5, ""),
    ]


def _yamnet_ms(interpreter: Interpreter) -> float:
    """Returns the median processor time of one of YAMNet's windows in milliseconds."""
    waveform = np.random.default_rng(0).uniform(-0.3, 0.3, YAMNET_SAMPLES).astype(np.float32)
    runs = []
    for _ in range(100):
        begun = time.process_time()
        interpreter.invoke(waveform.reshape(interpreter.input.shape))
        runs.append(time.process_time() - begun)
    return 1000 * median(runs)


if __name__ == "__main__":
    sys.exit(main())
