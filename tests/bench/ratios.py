"""Costs of the model and of the pipeline relative to YAMNet's, by the kind of processor.

A processor can be several kinds: instructions are hidden from the libraries by making CPUID fault
(hidden_instructions.c), so they choose the code for a processor without them. Each kind is measured
in a process of its own, which runs the three in turn on one core.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

# Before numpy and the interpreter are imported: one core, one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

# ruff: noqa: E402 - see above
import numpy as np
from measurement import Measurement

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.model import load_model
from soundpost.cli.bench import measure
from soundpost.config import ClassifyConfig, Config

YAMNET_SAMPLES = 15_600
"""0.975 s at 16 kHz, the input of the network."""
YAMNET_STRIDE_SECONDS = 0.5
"""The stride at which YAMNet is usually run."""
ROUNDS = 5
"""Of which the median counts, so that one slow round does not matter."""
YAMNET_RUNS = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of processor.

    Attributes:
        name: Its name.
        hidden: What is hidden to be of this kind, see hidden_instructions.c; None for nothing.
        has_dot_products: True if it sums int8 products in one instruction.
    """

    name: str
    hidden: str | None
    has_dot_products: bool

    @property
    def limits(self) -> tuple[float, float, float]:
        """Limits of the ratios, in the order of `Ratios.measurements`."""
        return (0.10, 0.13, 0.30) if self.has_dot_products else (0.15, 0.20, 0.40)


@dataclass(frozen=True, slots=True)
class Ratios:
    """Costs of one kind, milliseconds of a core, and ratios: medians of paired rounds.

    Attributes:
        stride_seconds: From one window of ours to the next.
        yamnet_ms: A window of YAMNet.
        features_ms, classify_ms, decide_ms, pipeline_ms: A second of sound.
        model: Our model to YAMNet's at the same stride.
        pipeline: Our whole pipeline to YAMNet's model at the same stride.
    """

    stride_seconds: float
    yamnet_ms: float
    features_ms: float
    classify_ms: float
    decide_ms: float
    pipeline_ms: float
    model: float
    pipeline: float

    def describe(self, bundle: str) -> str:
        """Returns the costs in a line."""
        return (
            f"      {bundle}, a window every {self.stride_seconds:g} s; ms for a second of sound: "
            f"features {self.features_ms:.3f}, classify {self.classify_ms:.3f}, decide "
            f"{self.decide_ms:.3f}, pipeline {self.pipeline_ms:.3f}; YAMNet {self.yamnet_ms:.3f} "
            "ms a window"
        )

    def measurements(self, kind: Kind) -> list[Measurement]:
        """Returns the ratios with the limits of a kind."""
        same, usual, pipeline = kind.limits
        of_usual = self.model * YAMNET_STRIDE_SECONDS / self.stride_seconds
        return [
            Measurement(f"{kind.name}: model / YAMNet, same stride", self.model, same, ""),
            Measurement(f"{kind.name}: model / YAMNet every 0.5 s", of_usual, usual, ""),
            Measurement(
                f"{kind.name}: pipeline / YAMNet, same stride", self.pipeline, pipeline, ""
            ),
        ]


def kinds() -> tuple[list[Kind], str]:
    """Returns the kinds that this processor can be, and why no others, in words."""
    flags = set(_cpuinfo_flags())
    has_vnni = bool(flags & {"avx512_vnni", "avx_vnni", "asimddp"})
    has_amx = "amx_int8" in flags
    found = [Kind("VNNI and AMX" if has_amx else "VNNI", None, has_dot_products=True)]
    if not has_vnni:
        return [Kind("no dot products", None, has_dot_products=False)], "it has no VNNI to hide"
    if "cpuid_fault" not in flags or not shutil.which("cc"):
        return found, "hiding instructions needs cpuid_fault in /proc/cpuinfo, and a C compiler"
    if has_amx:
        found.append(Kind("VNNI (AMX hidden)", "amx", has_dot_products=True))
    if "avx512f" in flags:
        found.append(Kind("AVX-512 (VNNI hidden)", "vnni", has_dot_products=False))
    found.append(Kind("AVX2 (the rest hidden)", "avx512", has_dot_products=False))
    return found, ""


def measure_kind(kind: Kind, bundle: str, yamnet: Path) -> Ratios:
    """Measures a kind in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="soundpost-bench-") as folder:
        environment = dict(os.environ)
        if kind.hidden:
            library = Path(folder) / "hidden_instructions.so"
            source = Path(__file__).with_name("hidden_instructions.c")
            build = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source)]
            subprocess.run(build, check=True)
            environment |= {"LD_PRELOAD": str(library), "HIDDEN_INSTRUCTIONS": kind.hidden}
        done = subprocess.run(
            [sys.executable, __file__, bundle, str(yamnet)],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    return Ratios(**json.loads(done.stdout))


def _cpuinfo_flags() -> list[str]:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            return value.split()
    return []


def _measure_here(bundle: str, yamnet: Path) -> Ratios:
    """Measures the model and the whole pipeline against YAMNet."""
    config = Config(classify=ClassifyConfig(bundle=bundle))
    model = load_model(config.classify)
    stride_seconds = model.bundle.manifest.input.stride_samples / model.sample_rate_hz
    interpreter = Interpreter(yamnet.read_bytes(), 1)
    # In turn, so that a slow phase of the machine affects both.
    pairs = [(measure(config, model), _yamnet_ms(interpreter)) for _ in range(ROUNDS)]
    costs = [ours for ours, _ in pairs]
    return Ratios(
        stride_seconds=stride_seconds,
        yamnet_ms=median(theirs for _, theirs in pairs),
        features_ms=median(each.features_ms for each in costs),
        classify_ms=median(each.classify_ms for each in costs),
        decide_ms=median(each.decide_ms for each in costs),
        pipeline_ms=median(each.pipeline_ms for each in costs),
        model=median(ours.classify_ms * stride_seconds / theirs for ours, theirs in pairs),
        pipeline=median(ours.pipeline_ms * stride_seconds / theirs for ours, theirs in pairs),
    )


def _yamnet_ms(interpreter: Interpreter) -> float:
    """Returns the median processor time of one of YAMNet's windows in milliseconds."""
    waveform = np.random.default_rng(0).uniform(-0.3, 0.3, YAMNET_SAMPLES).astype(np.float32)
    runs = []
    for _ in range(YAMNET_RUNS):
        begun = time.process_time()
        interpreter.invoke(waveform.reshape(interpreter.input.shape))
        runs.append(time.process_time() - begun)
    return 1000 * median(runs)


if __name__ == "__main__":
    print(json.dumps(asdict(_measure_here(sys.argv[1], Path(sys.argv[2])))))
