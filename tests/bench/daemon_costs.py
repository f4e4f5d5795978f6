"""Measures the running daemon: memory, time to start, time to publish a detection."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import numpy as np
from mosquitto import Broker
from mqtt_subscriber import Subscriber

from soundpost.capture import FileSource
from soundpost.classify.model import load_model
from soundpost.config import Config, DecideConfig, MqttConfig
from soundpost.events import State
from soundpost.health import Health
from soundpost.messages import MessageBuilder, NodeName, Origin
from soundpost.messages.payload import ModelIdentity
from soundpost.pipeline import build_pipeline
from soundpost.publish.publisher import MqttPublisher, NodeDescription
from soundpost.system.clock import clock_state

RATE_HZ = 16_000
STARTS = 7
"""Of which the median counts."""

IMPORTS_ONLY = "import numpy, ai_edge_litert.interpreter"
FIRST_SCORE = """
import numpy
from soundpost.classify import Classifier, find_bundle, load_bundle
model_input = (bundle := load_bundle(find_bundle("everyday"))).manifest.input
shape = model_input.window_frames, model_input.features.mel_bands
Classifier(bundle).scores(numpy.zeros(shape, "float32"))
"""
WHOLE_DAEMON = """
import soundpost.app
from soundpost.classify.model import load_model
from soundpost.config import Config
load_model(Config().classify)
"""


def peak_rss_mb(folder: Path) -> float:
    """Returns the peak resident memory of `soundpost run`, on ten minutes of sound, in MB."""
    sound = _write_noise(folder / "long.wav", 600.0)
    broker = Broker(_make_folder(folder / "rss")).start()
    try:
        with Subscriber(broker.port) as subscriber:
            command = [str(Path(sys.executable).parent / "soundpost"), "run", "--pace", "fast"]
            command += ["--node", "bench", "--source", f"wav:{sound}", "--broker", broker.url]
            daemon = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            peak_kb = 0
            while daemon.poll() is None:
                status = Path(f"/proc/{daemon.pid}/status").read_text(encoding="ascii")
                found = re.search(r"VmHWM:\s+(\d+) kB", status)
                peak_kb = int(found[1]) if found else peak_kb
                time.sleep(0.05)
            subscriber.wait_for(lambda seen: any(m.payload == b"offline" for m in seen))
    finally:
        broker.kill()
    return peak_kb * 1024 / 1e6


def start_ratios() -> tuple[float, float]:
    """Returns the processor time of a start, relative to importing numpy and LiteRT alone.

    First from Python's start to the first score of a verified model; then to a daemon with all
    its packages imported and its golden vectors replayed. Modules are compiled before, as in an
    installation.
    """
    with tempfile.TemporaryDirectory(prefix="soundpost-compiled-") as compiled:
        programs = (FIRST_SCORE, WHOLE_DAEMON, IMPORTS_ONLY)
        for program in programs:
            _cpu_seconds(program, compiled)
        rounds = [[_cpu_seconds(program, compiled) for program in programs] for _ in range(STARTS)]
    score, daemon, imports_only = (median(runs) for runs in zip(*rounds, strict=True))
    return score / imports_only, daemon / imports_only


def delays_ms(folder: Path) -> list[float]:
    """Returns milliseconds from the end of each deciding window to its arrival at a subscriber.

    Alternately loud and quiet noise is played at the pace of a microphone, with thresholds so low
    that every change starts events.
    """
    model, health = load_model(Config().classify), Health()
    config = Config(
        decide=DecideConfig(on_threshold=0.05, smoothing_windows=1, refractory_seconds=0.0)
    )
    origin = Origin(NodeName("bench"), [ModelIdentity.of(model.bundle.manifest)])
    builder = MessageBuilder(origin, sample_rate_hz=RATE_HZ, clock=clock_state)
    sound = _write_noise(folder / "short.wav", 20.0)
    source = FileSource(sound, RATE_HZ, pace="real", starts_at_ns=time.time_ns(), health=health)
    due_seconds: dict[int, float] = {}
    with ExitStack() as stack:
        broker = Broker(_make_folder(folder / "delay")).start()
        stack.callback(broker.kill)
        subscriber = stack.enter_context(Subscriber(broker.port))
        mqtt = MqttConfig(broker=broker.url)
        publisher = stack.enter_context(MqttPublisher(mqtt, NodeDescription("bench"), health))
        stack.enter_context(source)
        started_seconds = time.monotonic()
        for detections in build_pipeline(config, model, source, health).run():
            for detection in detections:
                message = builder.detection(detection)
                if detection.state is State.STARTED:
                    due_seconds[message.seq] = started_seconds + detection.decided_sample / RATE_HZ
                publisher.publish(message)
        topic = "soundpost/bench/detections"
        subscriber.wait_for(lambda seen: sum(m.topic == topic for m in seen) == health.detections)
        timestamps = {json.loads(m.payload)["seq"]: m.at_seconds for m in subscriber.on(topic)}
    return [1000 * (timestamps[seq] - due) for seq, due in due_seconds.items()]


def _cpu_seconds(program: str, compiled: str) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = compiled
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"expected the program to succeed, got {process.returncode}: {program}")
    return usage.ru_utime + usage.ru_stime


def _write_noise(path: Path, seconds: float) -> Path:
    """Writes white noise, in turn quiet and loud for a second each."""
    samples = round(seconds * RATE_HZ)
    noise = np.random.default_rng(0).normal(0.0, 3000.0, samples)
    noise[np.arange(samples) // RATE_HZ % 2 == 0] *= 0.01
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(noise.clip(-32768, 32767).astype("<i2").tobytes())
    return path


def _make_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder
