"""Do deciding and keeping evidence cost less than classifying? On a recording, in one process.

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
from soundpost.capture import FileSource
from soundpost.classify.model import load_model
from soundpost.config import ClassifyConfig, Config, EvidenceConfig
from soundpost.decide import Mutes, Tracker, build_rules
from soundpost.features import Windower
from soundpost.health import Health

spent: Counter[str] = Counter()


@contextmanager
def counted(room: str) -> Iterator[None]:
    """Adds the processor time of what is done within to a room's."""
    begun = time.process_time_ns()
    yield
    spent[room] += time.process_time_ns() - begun


def main(recording: Path, bundle: str, folder: str) -> None:
    """Prints milliseconds for a second of sound, room by room."""
    config = Config(classify=ClassifyConfig(bundle=bundle), evidence=EvidenceConfig(folder=folder))
    model, health = load_model(config.classify), Health()
    heard, rate_hz = model.bundle.manifest.input, model.sample_rate_hz
    evidence = build_evidence(config, model.bundle.manifest, health)
    builder = build_message_builder(config, model, lambda: "file")
    windower = Windower(heard.features, heard.window_frames, heard.stride_frames)
    rules = build_rules(model.bundle.manifest.labels, config.decide, rate_hz)
    tracker = Tracker(rules, heard.features, Mutes(model.bundle.manifest.label_names), health)
    source = FileSource(recording, rate_hz, pace="fast", starts_at_ns=0, health=health)
    with source:
        for chunk in source.chunks():
            with counted("evidence"):
                evidence.on_chunk(chunk)
            with counted("features"):
                windows = list(windower.window(chunk))
            for window in windows:
                with counted("classify"):
                    scores = model.classifier.classify(window)
                with counted("evidence"):
                    evidence.on_scores(scores)
                with counted("decide"):
                    detections = list(tracker.update(scores))
                for detection in detections:
                    message = builder.detection(detection)
                    with counted("evidence"):
                        evidence.attach_clip(detection, message)
    seconds = health.samples / rate_hz
    clips = len(list(Path(folder).rglob("*.flac")))
    print(f"{seconds:.0f} s of sound, {clips} clips; milliseconds for a second of sound")
    for room, nanoseconds in spent.items():
        print(f"  {room:9} {nanoseconds / 1e6 / seconds:.3f}")
    share = (spent["decide"] + spent["evidence"]) / spent["classify"]
    print(f"  decide and evidence together: {share:.2f} of classify")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as kept:
        main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "esc50", kept)
