"""Analyzes one file: its hash, its time, and its events as the pipeline detects them."""

import hashlib
import math
import os
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from soundpost.archive.acoustics import RecordingAcoustics
from soundpost.archive.files import ArchiveFile
from soundpost.archive.part import Part
from soundpost.archive.row import Row
from soundpost.archive.settings import AnalysisSettings
from soundpost.archive.times import RecordingTime, recording_time
from soundpost.audio import samples_to_ns
from soundpost.capture import FileSource, JoinedSource
from soundpost.classify.model import Model, load_models_at_place
from soundpost.classify.range import recording_filter, recording_weeks
from soundpost.errors import CaptureError
from soundpost.events import Detection, State
from soundpost.heads.attach import read_heads
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.messages.builder import LEVEL_DECIMALS, SCORE_DECIMALS
from soundpost.messages.origin import Origin
from soundpost.pipeline import build_pipeline, capture_rate_hz
from soundpost.system.regular_file import refuse_irregular

ROW_IDS = uuid.UUID("5f0e2f3c-6a3f-5d3e-9f57-0d1c7c5b6a10")
"""The namespace of the ids of rows (RFC 9562, section 5.5); another one would change every id."""

_HASHED_BYTES = 1 << 20
"""Read at once: large enough for the disk, small enough to report the position."""

OnPosition = Callable[[float, float], None]
"""Called with the seconds of sound of the present file until now, and their share of it, which is
0 if its length is not known before its end."""


class Analyzer:
    """Runs the pipeline over files, one after the other.

    Args:
        settings: The models, their rules and the time zone.

    Raises:
        BundleError, ConfigError: As `load_models_at_place`.
    """

    def __init__(self, settings: AnalysisSettings) -> None:
        self._settings = settings
        models = load_models_at_place(settings.config, lambda: "untrusted")
        heads = read_heads(settings.config.heads, [model.manifest for model in models])
        self._models = heads.attach(models)
        self._rate_hz = capture_rate_hz(settings.config.capture, self.manifests)
        self._origin = Origin.of(settings.config.node, self.manifests)

    @property
    def manifests(self) -> list[Manifest]:
        """The manifests of the models, in the order of the configuration."""
        return [model.manifest for model in self._models]

    def analyze(self, file: ArchiveFile, on_position: OnPosition) -> Part:
        """Returns the part of a file.

        Raises:
            CaptureError: It cannot be read, is not sound, or was changed meanwhile.
        """
        try:
            refuse_irregular(file.path)
            before = file.path.stat()
            sha256 = _sha256(file.path, before.st_size, on_position)
            time = recording_time(file.path, self._settings.zone)
        except OSError as error:
            raise CaptureError(
                f"cannot be read: {error.strerror}", hint="check its owner and its mode"
            ) from error
        config, health = self._settings.config, Health()
        source = FileSource(
            file.path,
            self._rate_hz,
            pace="fast",
            starts_at_ns=0,
            health=health,
            channel=config.capture.channel,
        )
        acoustics = RecordingAcoustics(self._rate_hz, is_on=self._settings.has_acoustics)
        models = [_at_time(model, time) for model in self._models]
        in_stretches = JoinedSource(source, self._rate_hz)
        pipeline = build_pipeline(config, models, in_stretches, health, acoustics.observers)
        pipeline.set_rules(self._settings.rules)
        ended: list[Detection] = []
        with source:
            for detections in pipeline.run():
                ended += (event for event in detections if event.state is State.ENDED)
                seconds = health.samples / self._rate_hz
                on_position(seconds, min(1.0, seconds / (source.stated_seconds or math.inf)))
        if _has_changed(file.path, before):
            raise CaptureError(
                "was changed while it was read", hint="analyze it again once it is complete"
            )
        rows = [self._row(file, sha256, detection, time) for detection in ended]
        return Part(
            file=file.name,
            sha256=sha256,
            seconds=health.samples / self._rate_hz,
            rate_hz=source.recorded_rate_hz,
            utc_ns=time.utc_ns,
            time_source=time.source,
            time_flags=time.flags,
            damage=source.warning,
            rows=tuple(sorted(rows, key=_order)),
            acoustics=acoustics.finish(source.recorded_rate_hz),
            range_weeks=self._weeks(time, health.samples / self._rate_hz),
        )

    def _weeks(self, time: RecordingTime, seconds: float) -> str:
        """Returns the weeks by which labels were held back; empty without a range model."""
        if all(model.range_filter is None for model in self._models):
            return ""
        return recording_weeks(time.trusted_utc_ns, seconds)

    def _row(
        self, file: ArchiveFile, sha256: str, detection: Detection, time: RecordingTime
    ) -> Row:
        model = self._origin.models[detection.model]
        named = self._origin.named_labels.get(detection.label)
        onset, offset = detection.onset_sample, detection.offset_sample
        onset_ns = samples_to_ns(onset, self._rate_hz)
        # With the id, because two bundles may have the same network.
        identity = f"{model.id}/{model.version}/{model.sha256}"
        content = f"{sha256}/{identity}/{detection.label}/{onset_ns}"
        return Row(
            id=str(uuid.uuid5(ROW_IDS, content)),
            file=file.name,
            begin_seconds=onset / self._rate_hz,
            end_seconds=(onset if offset is None else offset) / self._rate_hz,
            label=detection.label,
            common_name=named.common_name if named else None,
            scientific_name=named.scientific_name if named else None,
            score=round(float(detection.score), SCORE_DECIMALS),
            threshold=round(float(detection.threshold), SCORE_DECIMALS),
            level_dbfs=round(float(detection.level_dbfs), LEVEL_DECIMALS) + 0.0,
            model_id=model.id,
            model_version=model.version,
            onset_utc_ns=None if time.utc_ns is None else time.utc_ns + onset_ns,
            time_flags=time.flags,
        )


def _at_time(model: Model, time: RecordingTime) -> Model:
    """Returns a model whose labels follow the season of a recording instead of the clock."""
    if model.range_filter is None:
        return model
    label_range = model.range_filter.label_range
    return replace(model, range_filter=recording_filter(label_range, time.trusted_utc_ns))


def _order(row: Row) -> tuple[float, float, str, str]:
    return row.begin_seconds, row.end_seconds, row.model_id, row.label


def _has_changed(path: Path, before: os.stat_result) -> bool:
    try:
        now = path.stat()
    except OSError:
        return True
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _sha256(path: Path, size_bytes: int, on_position: OnPosition) -> str:
    """Returns the hash of the first bytes of a file: one that grows would have no end."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while content := file.read(min(_HASHED_BYTES, size_bytes)):
            size_bytes -= len(content)
            digest.update(content)
            on_position(0.0, 0.0)
    return digest.hexdigest()
