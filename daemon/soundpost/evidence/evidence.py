"""Evidence: what is kept of what was heard, if anything."""

from pathlib import Path
from typing import Protocol

from soundpost.audio import NANOSECONDS, Chunk
from soundpost.config import EvidenceConfig
from soundpost.errors import ConfigError, EvidenceError
from soundpost.events import Detection, Scores
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.encode.flac import HIGHEST_RATE_HZ
from soundpost.evidence.on_demand import NoClipReason, Request
from soundpost.evidence.privacy import Privacy
from soundpost.evidence.recorder import ClipRecorder
from soundpost.evidence.store.clip_store import ClipStore, Message
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.health import Health
from soundpost.manifest import Manifest

MEGABYTE = 1_000_000
DAY_NS = 24 * 3600 * NANOSECONDS


class Evidence(Protocol):
    """Keeps the sound of what was detected; never raises, whatever the disk does."""

    def on_chunk(self, chunk: Chunk) -> None:
        """Remember a chunk for as long as an event may need it."""

    def on_scores(self, scores: Scores) -> None:
        """Take note of a window's scores, in the order of the windows."""

    def keep(self, detection: Detection, event_id: str, message: Message) -> str | None:
        """The name of the clip that the detection's message may tell: one that is on the disk."""
        ...

    def request_clip(self, request: Request) -> None:
        """Begin a clip of what is heard now; EvidenceError if it cannot be had."""

    def requested_clip(self, *, is_over: bool = False) -> str | NoClipReason | None:
        """The name of the clip that was asked for, or why there is none; None while it is kept."""
        ...


class NoEvidence:
    """Keeps nothing; nothing is ever written."""

    def on_chunk(self, chunk: Chunk) -> None:
        """Let it pass."""

    def on_scores(self, scores: Scores) -> None:
        """Let them pass."""

    def keep(
        self,
        detection: Detection,  # noqa: ARG002 - as the protocol says
        event_id: str,  # noqa: ARG002 - as the protocol says
        message: Message,  # noqa: ARG002 - as the protocol says
    ) -> str | None:
        """None: there is no clip."""
        return None

    def request_clip(self, request: Request) -> None:
        """Refuse it.

        Raises:
            EvidenceError: Always.
        """
        raise EvidenceError(
            f"no clip of {request.seconds:g} s can be kept: this node keeps no evidence",
            hint="set evidence.folder",
        )

    def requested_clip(self, *, is_over: bool = False) -> str | NoClipReason | None:  # noqa: ARG002 - as above
        """None: nothing was asked for."""
        return None


def build_evidence(
    config: EvidenceConfig, manifest: Manifest, smoothing_windows: int, health: Health
) -> Evidence:
    """What keeps evidence as the configuration says; nothing does unless it names a folder.

    Args:
        config: The configuration.
        manifest: Of the model that listens.
        smoothing_windows: Most windows in the moving mean of a label's score.
        health: Where clips are counted.

    Raises:
        ConfigError: Voices cannot be found, or FLAC cannot be written, at the model's rate.
    """
    if config.folder is None:
        return NoEvidence()
    heard, spec = manifest.input, manifest.input.features
    rate_hz = spec.sample_rate_hz
    if rate_hz > HIGHEST_RATE_HZ:
        raise ConfigError(
            f"clips are FLAC, which goes up to {HIGHEST_RATE_HZ} Hz; the model hears at {rate_hz}",
            hint="leave evidence.folder away",
        )
    lengths = ClipLengths(
        pre_roll_samples=round(config.pre_roll_seconds * rate_hz),
        post_roll_samples=round(config.post_roll_seconds * rate_hz),
        longest_samples=round(config.clip_seconds * rate_hz),
        # An event ends once its mean has forgotten the last window that held, which began at
        # most a window's length before the offset.
        delay_samples=spec.sample_count(heard.window_frames)
        + smoothing_windows * heard.stride_frames * spec.hop_samples,
    )
    privacy = Privacy(config.privacy, manifest.label_names, rate_hz)
    folder = Path(config.folder)
    retention = RetentionPolicy(
        folder,
        budget_bytes=config.budget_megabytes * MEGABYTE,
        keep_ns=round(config.keep_days * DAY_NS),
    )
    clip_store = ClipStore(folder, spec, retention, config.keep_free_megabytes * MEGABYTE, health)
    return ClipRecorder(lengths, spec, privacy, clip_store, health)
