"""Builds the live view, as the configuration says."""

import base64
from collections.abc import Callable, Collection, Sequence

from msgspec import UNSET

from soundpost.audio.vad import RATES_HZ
from soundpost.config import Config
from soundpost.errors import ConfigError
from soundpost.evidence import picture_spec
from soundpost.live_view.columns import ColumnEncoder
from soundpost.live_view.scored_windows import ScoredWindows
from soundpost.live_view.view import LiveColumns, LiveView, SoundParts
from soundpost.live_view.voices import VoiceFinder
from soundpost.manifest import Manifest
from soundpost.messages import NodeName, encode
from soundpost.messages.live_view import LiveViewMessage
from soundpost.system.clock import ClockState, rfc3339

_SLACK_SECONDS = 0.25
"""A resampler is some 40 ms behind, and windows of other models wait for it; with a reserve."""


def build_live_view(
    config: Config,
    manifests: Sequence[Manifest],
    labels: Collection[str],
    rate_hz: int,
    clock: Callable[[], ClockState],
    send: Callable[[bytes], None],
) -> LiveView:
    """Builds the live view.

    Args:
        config: The configuration.
        manifests: Of the models, in the order of the configuration.
        labels: The labels that the node detects.
        rate_hz: The rate of capture.
        clock: Returns the state of the wall clock.
        send: Sends an encoded message, or drops it.

    Raises:
        ConfigError: Voices cannot be found at the rate.
    """
    if rate_hz not in RATES_HZ:
        raise ConfigError(
            f"mqtt.live_view needs capture at {', '.join(map(str, RATES_HZ))} Hz, to find voices; "
            f"sound is captured at {rate_hz} Hz",
            hint="set capture.rate_hz, or mqtt.live_view to false",
        )
    spec = picture_spec(manifests, rate_hz)
    name = NodeName.of(config.node)
    encoder = ColumnEncoder(spec)

    def send_columns(found: LiveColumns) -> None:
        message = LiveViewMessage(
            node=name.node,
            source=name.source or UNSET,
            end=rfc3339(found.end_utc_ns),
            clock=clock(),
            delay_seconds=round(view.delay_seconds, 2),
            first=found.first,
            column_seconds=encoder.column_samples / rate_hz,
            bands=encoder.bands,
            low_hz=spec.low_hz,
            high_hz=spec.high_hz,
            columns=base64.b64encode(found.columns.tobytes()).decode(),
            scores=found.scores,
        )
        send(encode(message))

    parts = SoundParts(
        encoder,
        VoiceFinder(rate_hz),
        ScoredWindows(manifests, labels),
        max(_latest_score_samples(manifest, rate_hz) for manifest in manifests),
        rate_hz,
    )
    view = LiveView(parts, send_columns)
    return view


def _latest_score_samples(manifest: Manifest, rate_hz: int) -> int:
    """Returns the time after which all windows with a sample are scored, at the rate of capture."""
    model_input = manifest.input
    samples = model_input.window_samples + model_input.stride_samples
    return -(-samples * rate_hz // model_input.sample_rate_hz) + round(_SLACK_SECONDS * rate_hz)
