"""The cost of an imported model in the pipeline, relative to its bare interpreter.

`python tests/bench/foreign_model.py ./models/birdnet`. Both score the same windows of noise in
turn, each in a process of its own, by processor time. Exit status 1 when a limit is exceeded.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

# The number of threads is set before numpy is imported.
import numpy as np

from soundpost.audio import Pcm
from soundpost.capture import ArraySource
from soundpost.classify import find_bundle, load_bundle
from soundpost.classify.interpreter import Interpreter
from soundpost.classify.model import load_model
from soundpost.config import ClassifyConfig, Config
from soundpost.health import Health
from soundpost.manifest import ModelInput
from soundpost.pipeline import build_pipeline

WINDOWS = 60
PAIRS = 7
MOST_OVERHEAD = 0.10
MOST_RSS_MB = 260.0
LEVEL = 300.0
"""RMS of the noise, in steps of int16."""


def noise(known: ModelInput) -> Pcm:
    """Returns the sound of all windows."""
    rng = np.random.default_rng(0)
    strides = -(-known.window_samples // known.stride_samples) + WINDOWS - 1
    parts = [rng.normal(0.0, LEVEL, known.stride_samples).astype(np.int16) for _ in range(strides)]
    return np.concatenate(parts)


def bare(bundle: str) -> Callable[[], int]:
    """Returns a run of the bare interpreter over all windows."""
    loaded = load_bundle(find_bundle(bundle))
    known = loaded.manifest.input
    sound = noise(known)
    runtime = Interpreter(loaded.model, 1, known.tensor.shape)
    runtime.invoke(np.zeros(known.tensor.shape, np.float32))

    def run() -> int:
        for start in range(0, WINDOWS * known.stride_samples, known.stride_samples):
            window = sound[start : start + known.window_samples].astype(np.float32) / 32_768
            runtime.invoke(window.reshape(known.tensor.shape), loaded.manifest.output.position)
        return WINDOWS

    return run


def pipeline(bundle: str) -> Callable[[], int]:
    """Returns a run of the whole pipeline over the same windows."""
    config = Config(classify=ClassifyConfig(bundle=bundle))
    model = load_model(config.classify)
    health = Health()
    source = ArraySource(noise(model.bundle.manifest.input), model.sample_rate_hz)
    built = build_pipeline(config, model, source, health)

    def run() -> int:
        for _ in built.run():
            pass
        return health.windows

    return run


def measure(kind: str, bundle: str) -> None:
    """Prints the processor milliseconds of a window and the peak memory of this process."""
    run = {"bare": bare, "pipeline": pipeline}[kind](bundle)
    begun = time.process_time()
    windows = run()
    cost_ms = 1000 * (time.process_time() - begun) / windows
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"windows": windows, "cost_ms": cost_ms, "peak_mb": peak_mb}))


def main(bundle: str) -> int:
    """Prints the ratios of all pairs; returns 0 when both limits hold."""
    ratios, peaks = [], []
    for pair in range(PAIRS):
        costs = {}
        for kind in ("bare", "pipeline") if pair % 2 else ("pipeline", "bare"):
            done = subprocess.run(
                [sys.executable, __file__, kind, bundle], capture_output=True, check=True
            )
            costs[kind] = json.loads(done.stdout)
        ratios.append(costs["pipeline"]["cost_ms"] / costs["bare"]["cost_ms"])
        peaks.append(costs["pipeline"]["peak_mb"])
        print(
            f"bare {costs['bare']['cost_ms']:.2f} ms a window, pipeline "
            f"{costs['pipeline']['cost_ms']:.2f} ms: {ratios[-1]:.3f}; {peaks[-1]:.0f} MB "
            f"(bare {costs['bare']['peak_mb']:.0f} MB)"
        )
    overhead, peak = median(ratios) - 1, max(peaks)
    print(f"overhead {100 * overhead:.1f} %, at most {100 * MOST_OVERHEAD:g} % expected")
    print(f"memory {peak:.0f} MB, at most {MOST_RSS_MB:g} MB expected")
    return 0 if overhead <= MOST_OVERHEAD and peak <= MOST_RSS_MB else 1


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], sys.argv[2])
    else:
        sys.exit(main(sys.argv[1]))
