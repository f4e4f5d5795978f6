"""What the running daemon costs: memory, time to start, time to tell."""

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
from soundpost.messages.builder import MessageBuilder
from soundpost.messages.payload import ModelIdentity
from soundpost.pipeline import build_pipeline
from soundpost.publish.publisher import MqttPublisher, NodeDescription
from soundpost.system.clock import clock_state

RATE_HZ = 16_000
STARTS = 7
FLOOR = "import numpy, ai_edge_litert.interpreter"
FIRST_SCORE = """
import numpy
from soundpost.classify import Classifier, find_bundle, load_bundle
heard = (bundle := load_bundle(find_bundle("esc50"))).manifest.input
Classifier(bundle).scores(numpy.zeros((heard.window_frames, heard.features.mel_bands), "float32"))
"""
WHOLE_DAEMON = """
from soundpost.app import load_model
from soundpost.config import Config
load_model(Config().classify)
"""


def peak_rss_mb(folder: Path) -> float:
    """The peak resident memory of `soundpost run` over ten minutes of sound and a real broker."""
    sound = _write_noise(folder / "long.wav", 600.0)
    broker = Broker(_new(folder / "rss")).start()
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
    """What a start costs, over Python's own and the import of numpy and LiteRT alone.

    First from Python's start to the first score of a verified model; then to a daemon with all
    its rooms imported and its golden vectors replayed. Processor time; modules come compiled, as
    an installation leaves them.
    """
    with tempfile.TemporaryDirectory(prefix="soundpost-compiled-") as compiled:
        programs = (FIRST_SCORE, WHOLE_DAEMON, FLOOR)
        for program in programs:
            _cpu_seconds(program, compiled)
        rounds = [[_cpu_seconds(program, compiled) for program in programs] for _ in range(STARTS)]
    score, daemon, floor = (median(runs) for runs in zip(*rounds, strict=True))
    return score / floor, daemon / floor


def delays_ms(folder: Path) -> list[float]:
    """Milliseconds from the end of each deciding window to the arrival at a subscriber.

    Noise that comes and goes is played at the pace of a microphone, with thresholds so low that
    every change of it starts events.
    """
    model, health = load_model(Config().classify), Health()
    config = Config(
        decide=DecideConfig(on_threshold=0.05, smoothing_windows=1, refractory_seconds=0.0)
    )
    identity = ModelIdentity.of(model.bundle.manifest)
    builder = MessageBuilder("bench", identity, sample_rate_hz=RATE_HZ, clock=clock_state)
    sound = _write_noise(folder / "short.wav", 20.0)
    source = FileSource(sound, RATE_HZ, pace="real", starts_at_ns=time.time_ns(), health=health)
    due_seconds: dict[int, float] = {}
    with ExitStack() as stack:
        broker = Broker(_new(folder / "delay")).start()
        stack.callback(broker.kill)
        subscriber = stack.enter_context(Subscriber(broker.port))
        mqtt = MqttConfig(broker=broker.url)
        publisher = stack.enter_context(MqttPublisher(mqtt, NodeDescription("bench"), health))
        stack.enter_context(source)
        begun_seconds = time.monotonic()
        for detections in build_pipeline(config, model, source, health).run():
            for detection in detections:
                message = builder.detection(detection)
                if detection.state is State.STARTED:
                    due_seconds[message.seq] = begun_seconds + detection.decided_sample / RATE_HZ
                publisher.publish(message)
        told = "soundpost/bench/detections"
        subscriber.wait_for(lambda seen: sum(m.topic == told for m in seen) == health.detections)
        timestamps = {json.loads(m.payload)["seq"]: m.at_seconds for m in subscriber.on(told)}
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
        raise RuntimeError(f"a program of the bench failed: {program}")
    return usage.ru_utime + usage.ru_stime


def _write_noise(path: Path, seconds: float) -> Path:
    """White noise, loud and quiet by turns of a second."""
    samples = round(seconds * RATE_HZ)
    noise = np.random.default_rng(0).normal(0.0, 3000.0, samples)
    noise[np.arange(samples) // RATE_HZ % 2 == 0] *= 0.01
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(noise.clip(-32768, 32767).astype("<i2").tobytes())
    return path


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
