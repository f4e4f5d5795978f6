"""Builds what stores clips, as the configuration says."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from soundpost.audio import NANOSECONDS
from soundpost.config import EvidenceConfig
from soundpost.errors import ConfigError
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.encode.flac import HIGHEST_RATE_HZ, load_encoder
from soundpost.evidence.evidence import Evidence, NoEvidence
from soundpost.evidence.privacy import Privacy, speech_scores
from soundpost.evidence.recorder import ClipRecorder
from soundpost.evidence.store.clip_store import ClipStore
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.evidence.store.upkeep import FolderUpkeep
from soundpost.features import FeatureSpec
from soundpost.health import Health
from soundpost.manifest import LogMelInput, Manifest
from soundpost.system.units import BYTES_PER_MEGABYTE

MOST_MEMORY_BYTES = 200_000_000
"""Of buffered sound, 100 minutes at 16 kHz: a small board has 512 MB."""

DAY_NS = 24 * 3600 * NANOSECONDS


class RecordedModel(msgspec.Struct, frozen=True):
    """A model whose events have clips.

    Attributes:
        manifest: Its manifest.
        memory_windows: Most windows between the last one that holds and the end of an event.
    """

    manifest: Manifest
    memory_windows: int

    def delay_samples(self, rate_hz: int) -> int:
        """Returns the longest time from an offset to the window that decides it.

        An event ends once moving mean and vote no longer contain the last window above the
        threshold, which began at most a window's length before the offset.

        Args:
            rate_hz: The rate of the samples that the result counts.
        """
        model_input = self.manifest.input
        delay = model_input.window_samples + self.memory_windows * model_input.stride_samples
        return -(-delay * rate_hz // model_input.sample_rate_hz)


def build_recorder(
    config: EvidenceConfig, models: Sequence[RecordedModel], rate_hz: int, health: Health
) -> Evidence:
    """Builds the recorder of clips; it stores nothing unless a folder is configured.

    Args:
        config: The `[evidence]` table.
        models: The models of the source, in the order of the configuration.
        rate_hz: The rate of capture, which clips have.
        health: Counts clips.

    Raises:
        ConfigError: At the rate voices cannot be found, or FLAC cannot be written; or more
            sound would have to be in memory than a small board has.
    """
    if config.folder is None:
        return NoEvidence()
    if rate_hz > HIGHEST_RATE_HZ:
        raise ConfigError(
            f"clips are FLAC, which goes up to {HIGHEST_RATE_HZ} Hz; capture is at {rate_hz} Hz",
            hint="remove evidence.folder, or set capture.rate_hz",
        )
    load_encoder()
    lengths = ClipLengths(
        pre_roll_samples=round(config.pre_roll_seconds * rate_hz),
        post_roll_samples=round(config.post_roll_seconds * rate_hz),
        longest_samples=round(config.clip_seconds * rate_hz),
        delay_samples=max(model.delay_samples(rate_hz) for model in models),
    )
    if lengths.memory_samples * np.dtype(np.int16).itemsize > MOST_MEMORY_BYTES:
        windows = max(model.memory_windows for model in models)
        raise ConfigError(
            f"clips would need {lengths.memory_samples / rate_hz:.0f} s of sound in memory: the "
            f"longest clip, and {windows} windows until the end of an event is decided",
            hint="lower smoothing_windows and of_windows, or evidence.clip_seconds",
        )
    speech = [speech_scores(model.manifest.labels) for model in models]
    privacy = Privacy(config.privacy, speech, rate_hz)
    folder = Path(config.folder)
    retention = RetentionPolicy(
        folder,
        budget_bytes=config.budget_megabytes * BYTES_PER_MEGABYTE,
        keep_ns=round(config.keep_days * DAY_NS),
    )
    upkeep = FolderUpkeep(folder, retention, config.keep_free_megabytes * BYTES_PER_MEGABYTE)
    manifests = [model.manifest for model in models]
    shown, spec = _shown_model(manifests, rate_hz), picture_spec(manifests, rate_hz)
    clip_store = ClipStore(folder, spec, upkeep, health)
    return ClipRecorder(lengths, spec, privacy, clip_store, health, shown)


def picture_spec(manifests: Sequence[Manifest], rate_hz: int) -> FeatureSpec:
    """Returns how the log-mel of pictures is made: as for a model, or as for its rate.

    Args:
        manifests: Of the models, in the order of the configuration.
        rate_hz: The rate of capture.
    """
    shown = _shown_model(manifests, rate_hz)
    return FeatureSpec.at_rate(rate_hz) if shown is None else manifests[shown].input.spectrogram


def _shown_model(manifests: Sequence[Manifest], rate_hz: int) -> int | None:
    """Returns the position of the first model whose windows are log-mel at the rate of capture."""
    for number, manifest in enumerate(manifests):
        model_input = manifest.input
        if isinstance(model_input, LogMelInput) and model_input.sample_rate_hz == rate_hz:
            return number
    return None
