"""The background that the service has stored as embeddings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from soundpost.config import Config
from soundpost.evidence.store.files import SIDECAR, SIDECAR_ERRORS
from soundpost.evidence.store.read_clip import decode_sidecar, read_small_file
from soundpost.heads.background import BackgroundMinute, read_background
from soundpost.heads.location import background_folder
from soundpost.teach.examples import KeptEmbeddings, Stretch
from soundpost.teach.sound.embed import Embedder

MARGIN_SECONDS = 3.0
"""Around a clip of this node: windows with a part of it are no background of it."""
NAME = "this node"
MOST_MINUTES = 60
"""Of stored background that are used, the latest ones: see `sound.background.MOST_SECONDS`. A node
may keep a week, 3 GB of `everyday`."""
_NANOSECONDS = 1_000_000_000
_GAP = 1.5
"""Strides between two windows, from which on there is a gap: the times of windows jitter."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in nanoseconds since 1970 UTC."""

    start_ns: int
    end_ns: int


def stored_background(config: Config, embedder: Embedder, clips: Iterable[Path]) -> list[Stretch]:
    """Returns the stretches of the latest hours; none without a service that stores them.

    Args:
        config: Says where.
        embedder: Of the model.
        clips: Of the label, some of which this node may have recorded: their time is left out.
    """
    folder = background_folder(config.heads, config.node.source)
    if folder is None:
        return []
    spans = [span for clip in clips if (span := span_of(clip))]
    minutes = read_background(
        folder, embedder.backbone.sha256, embedder.input.size, most=MOST_MINUTES
    )
    return list(stretches(minutes, embedder.stride_seconds, spans))


def latest_stretches(known: Sequence[Stretch], seconds: float) -> list[Stretch]:
    """Returns the latest part of stretches, at most so many seconds of it.

    Args:
        known: Oldest first.
        seconds: The most; may be below 0.
    """
    kept: list[Stretch] = []
    for stretch in reversed(known):
        left_out = max(0, len(stretch.embeddings) - int(seconds / stretch.stride_seconds))
        if left_out >= len(stretch.embeddings):
            break
        ahead_seconds = left_out * stretch.stride_seconds
        start = stretch.start_utc_ns
        kept.insert(
            0,
            replace(
                stretch,
                embeddings=stretch.embeddings[left_out:],
                start_utc_ns=None if start is None else start + round(ahead_seconds * _NANOSECONDS),
                begin_seconds=stretch.begin_seconds + ahead_seconds,
            ),
        )
        seconds -= kept[0].seconds
    return kept


def span_of(clip: Path) -> Span | None:
    """Returns the time of a clip that a node recorded; None of any other file."""
    path = clip.with_suffix(SIDECAR)
    if not path.is_file():
        return None
    try:
        sidecar = decode_sidecar(read_small_file(path))
        start = round(datetime.fromisoformat(sidecar.start).timestamp() * 1_000) * 1_000_000
    except (OSError, *SIDECAR_ERRORS):
        return None
    margin = round(MARGIN_SECONDS * _NANOSECONDS)
    return Span(start - margin, start + round(sidecar.seconds * _NANOSECONDS) + margin)


def stretches(
    minutes: Iterable[BackgroundMinute], stride_seconds: float, left_out: Sequence[Span]
) -> Iterator[Stretch]:
    """Yields the unbroken stretches of minutes.

    Args:
        minutes: Oldest first.
        stride_seconds: From window to window.
        left_out: Times whose windows are left out.
    """
    parts: list[KeptEmbeddings] = []
    start = previous = 0
    longest = round(_GAP * stride_seconds * _NANOSECONDS)
    for minute in minutes:
        # An imported model may give values that are not finite: nothing can be learned from them.
        used = np.isfinite(minute.embeddings).all(axis=1)
        for span in left_out:
            used &= (minute.utc_ns < span.start_ns) | (minute.utc_ns > span.end_ns)
        times, embeddings = minute.utc_ns[used], minute.embeddings[used]
        if not len(times):
            continue
        steps = np.diff(times)
        breaks = np.flatnonzero((steps > longest) | (steps <= 0)) + 1  # or a clock that was set
        edges = [0, *breaks.tolist(), len(times)]
        for first, last in pairwise(edges):
            if parts and not 0 < times[first] - previous <= longest:
                yield Stretch(NAME, np.concatenate(parts), stride_seconds, start)
                parts = []
            if not parts:
                start = int(times[first])
            parts.append(embeddings[first:last])
            previous = int(times[last - 1])
    if parts:
        yield Stretch(NAME, np.concatenate(parts), stride_seconds, start)
