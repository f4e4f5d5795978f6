"""Measures the processor time of deciding and evidence relative to classifying a recording.

python tests/bench/stage_costs.py RECORDING [BUNDLE]
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.app import build_evidence, build_message_builder
from soundpost.audio import Chunk
from soundpost.capture import FileSource
from soundpost.classify.model import load_model
from soundpost.config import ClassifyConfig, Config, EvidenceConfig
from soundpost.decide import Mutes, Tracker, build_rules
from soundpost.events import AnyWindow
from soundpost.health import Health

spent_ns: Counter[str] = Counter()


@contextmanager
def measured(stage: str) -> Iterator[None]:
    """Adds the processor time of the block to that of a stage."""
    started = time.process_time_ns()
    yield
    spent_ns[stage] += time.process_time_ns() - started


def main(recording: Path, bundle: str, folder: str) -> None:
    """Prints milliseconds for a second of sound, stage by stage."""
    config = Config(classify=ClassifyConfig(bundle=bundle), evidence=EvidenceConfig(folder=folder))
    model, health = load_model(config.classify), Health()
    model_input, rate_hz = model.bundle.manifest.input, model.sample_rate_hz
    evidence = build_evidence(config, [model.bundle.manifest], health)
    builder = build_message_builder(config, [model.bundle.manifest], lambda: "file")
    windower = model_input.windower()

    def cut(chunk: Chunk) -> list[AnyWindow]:
        return list(windower.window(chunk))

    rules = build_rules(model.bundle.manifest.labels, config.decide, rate_hz)
    mutes = Mutes(model.bundle.manifest.label_names)
    tracker = Tracker(rules, model_input.spectrogram, mutes, health)
    source = FileSource(recording, rate_hz, pace="fast", starts_at_ns=0, health=health)
    with source:
        for chunk in filter(None, source.chunks()):
            with measured("evidence"):
                evidence.on_chunk(chunk)
            with measured("features"):
                windows = cut(chunk)
            for window in windows:
                with measured("classify"):
                    scores = model.classifier.classify(window)
                with measured("evidence"):
                    evidence.on_scores(scores)
                with measured("decide"):
                    detections = list(tracker.update(scores))
                for detection in detections:
                    message = builder.detection(detection)
                    with measured("evidence"):
                        evidence.attach_clip(detection, message)
    seconds = health.samples / rate_hz
    clips = len(list(Path(folder).rglob("*.flac")))
    print(f"{seconds:.0f} s of sound, {clips} clips; milliseconds for a second of sound")
    for stage, nanoseconds in spent_ns.items():
        print(f"  {stage:9} {nanoseconds / 1e6 / seconds:.3f}")
    share = (spent_ns["decide"] + spent_ns["evidence"]) / spent_ns["classify"]
    print(f"  decide and evidence together: {share:.2f} of classify")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as clips_folder:
        main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "esc50", clips_folder)
