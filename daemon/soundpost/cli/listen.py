"""`soundpost listen`: prints the detections of files as JSON lines, without a broker."""

import logging
from pathlib import Path
from typing import TextIO

import msgspec

from soundpost.app import build_message_builder
from soundpost.capture import FileSource
from soundpost.classify.model import load_model
from soundpost.config import Config
from soundpost.errors import SoundpostError
from soundpost.health import Health
from soundpost.messages.payload import encode
from soundpost.monitor import MicrophoneMonitor
from soundpost.pipeline import build_pipeline

_log = logging.getLogger("soundpost")


def listen(config: Config, files: list[Path], out: TextIO) -> int:
    """Prints the detections of files; returns the number of files that failed.

    Each detection is one line of JSON as it would be published, except that its times count from
    the start of the file (1970-01-01T00:00:00Z), `clock` is `file`, and `clip` is the file's path.

    Raises:
        BundleError, ConfigError: As `load_model` and `build_pipeline`.
    """
    model = load_model(config.classify)
    builder = build_message_builder(config, model, lambda: "file")
    failures = 0
    for path in files:
        health = Health()
        source = FileSource(
            path,
            model.sample_rate_hz,
            pace="fast",
            starts_at_ns=0,
            health=health,
            channel=config.capture.channel,
        )
        monitor = MicrophoneMonitor(model.sample_rate_hz, wall_ns=lambda: 0)  # no file is late
        pipeline = build_pipeline(config, model, source, health, [monitor])
        try:
            with source:
                for detections in pipeline.run():
                    for detection in detections:
                        message = msgspec.structs.replace(
                            builder.detection(detection), clip=str(path)
                        )
                        out.write(encode(message).decode() + "\n")
        except SoundpostError as error:
            failures += 1
            _log.error("%s\n  hint: %s", error, error.hint)
    return failures
