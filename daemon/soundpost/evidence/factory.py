"""Builds what stores clips, as the configuration says."""

from pathlib import Path

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
from soundpost.health import Health
from soundpost.manifest import Manifest
from soundpost.system.units import BYTES_PER_MEGABYTE

MOST_MEMORY_BYTES = 200_000_000
"""Of buffered sound, 100 minutes at 16 kHz: the service may use 512 MB (MemoryMax=)."""

DAY_NS = 24 * 3600 * NANOSECONDS


def build_recorder(
    config: EvidenceConfig, manifest: Manifest, memory_windows: int, health: Health
) -> Evidence:
    """Builds the recorder of clips; it stores nothing unless a folder is configured.

    Args:
        config: The `[evidence]` table.
        manifest: Of the model.
        memory_windows: Most windows between the last one that holds and the end of an event.
        health: Counts clips.

    Raises:
        ConfigError: At the model's rate voices cannot be found, or FLAC cannot be written; or more
            sound would have to be in memory than a small board has.
    """
    if config.folder is None:
        return NoEvidence()
    model_input, spec = manifest.input, manifest.input.spectrogram
    rate_hz = model_input.sample_rate_hz
    if rate_hz > HIGHEST_RATE_HZ:
        raise ConfigError(
            f"clips are FLAC, which goes up to {HIGHEST_RATE_HZ} Hz; the model needs {rate_hz}",
            hint="remove evidence.folder",
        )
    load_encoder()
    lengths = ClipLengths(
        pre_roll_samples=round(config.pre_roll_seconds * rate_hz),
        post_roll_samples=round(config.post_roll_seconds * rate_hz),
        longest_samples=round(config.clip_seconds * rate_hz),
        # An event ends once moving mean and vote no longer contain the last window above the
        # threshold, which began at most a window's length before the offset.
        delay_samples=model_input.window_samples + memory_windows * model_input.stride_samples,
    )
    if lengths.memory_samples * np.dtype(np.int16).itemsize > MOST_MEMORY_BYTES:
        raise ConfigError(
            f"clips would need {lengths.memory_samples / rate_hz:.0f} s of sound in memory: the "
            f"longest clip, and {memory_windows} windows until the end of an event is decided",
            hint="lower smoothing_windows and of_windows, or evidence.clip_seconds",
        )
    privacy = Privacy(config.privacy, speech_scores(manifest.labels), rate_hz)
    folder = Path(config.folder)
    retention = RetentionPolicy(
        folder,
        budget_bytes=config.budget_megabytes * BYTES_PER_MEGABYTE,
        keep_ns=round(config.keep_days * DAY_NS),
    )
    upkeep = FolderUpkeep(folder, retention, config.keep_free_megabytes * BYTES_PER_MEGABYTE)
    clip_store = ClipStore(folder, spec, upkeep, health)
    return ClipRecorder(lengths, spec, privacy, clip_store, health)
