"""`make bench`: what Soundpost costs beside YAMNet, in one process on one core.

Machines are noisy, so each cost is a ratio of two medians of processor time, measured in turn.
Exit status 1 when a bar is missed. YAMNet lies in the shared data (SOUNDPOST_DATA); see README.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Before numpy and the interpreter are imported: one core, one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

# ruff: noqa: E402 - see above
import tempfile
import time
from dataclasses import dataclass
from statistics import median

import numpy as np
from daemon_costs import delays_ms, peak_rss_mb, start_ratios

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.model import load_model
from soundpost.cli.bench import measure
from soundpost.config import Config

YAMNET_SAMPLES = 15_600
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A measured figure and what it must not exceed."""

    name: str
    got: float
    limit: float
    unit: str

    def __str__(self) -> str:
        verdict = "ok  " if self.got <= self.limit else "MISS"
        return f"{verdict}  {self.name:58} {self.got:8.3f} {self.unit:4} at most {self.limit:g}"


def main() -> int:
    """0 when every bar holds."""
    data = Path(os.environ.get("SOUNDPOST_DATA", ROOT.parent / "shared" / "data"))
    yamnet = data / "yamnet" / "yamnet.tflite"
    if not yamnet.is_file():
        sys.exit(f"no {yamnet}: set SOUNDPOST_DATA to the folder that has yamnet/yamnet.tflite")
    bars = _compute_bars(yamnet)
    with tempfile.TemporaryDirectory(prefix="soundpost-bench-") as folder:
        late = delays_ms(Path(folder))
        score_ratio, daemon_ratio = start_ratios()
        bars += [
            Bar("peak memory of a running daemon", peak_rss_mb(Path(folder)), 100.0, "MB"),
            Bar("start to first score / import of numpy and LiteRT", score_ratio, 1.5, ""),
            Bar(f"started after its window's end, worst of {len(late)}", max(late), 300.0, "ms"),
        ]
    print(*bars, sep="\n")
    print(f"      start of the whole daemon, by the same measure: {daemon_ratio:.2f}")
    return 0 if all(bar.got <= bar.limit for bar in bars) else 1


def _compute_bars(yamnet: Path) -> list[Bar]:
    """The model and the whole pipeline against YAMNet at the same stride."""
    config = Config()
    model = load_model(config.classify)
    heard = model.bundle.manifest.input
    stride_seconds = heard.stride_frames * heard.features.hop_samples / model.sample_rate_hz
    peer = Interpreter(yamnet.read_bytes(), 1)
    pairs = []
    for _ in range(ROUNDS):  # in turn, so that a slow moment of the machine meets both
        peer_ms = _yamnet_ms(peer) / stride_seconds
        costs = measure(config, model)
        pairs.append((costs, peer_ms))
        print(
            f"a second of sound, a window every {stride_seconds:g} s: YAMNet {peer_ms:.3f} ms; "
            f"features {costs.features_ms:.3f}, classify {costs.classify_ms:.3f}, "
            f"decide {costs.decide_ms:.3f}, pipeline {costs.pipeline_ms:.3f}"
        )
    model_ratio = median(costs.classify_ms / peer_ms for costs, peer_ms in pairs)
    pipeline_ratio = median(costs.pipeline_ms / peer_ms for costs, peer_ms in pairs)
    return [
        Bar("our model / YAMNet, same stride", model_ratio, 0.2, ""),
        Bar("our whole pipeline / YAMNet's model, same stride", pipeline_ratio, 0.5, ""),
    ]


def _yamnet_ms(peer: Interpreter) -> float:
    """Milliseconds for one of YAMNet's windows, the median of many."""
    wave = np.random.default_rng(0).uniform(-0.3, 0.3, YAMNET_SAMPLES).astype(np.float32)
    runs = []
    for _ in range(100):
        begun = time.process_time()
        peer.invoke(wave.reshape(peer.input.shape))
        runs.append(time.process_time() - begun)
    return 1000 * median(runs)


if __name__ == "__main__":
    sys.exit(main())
