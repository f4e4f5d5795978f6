"""Reads the events of a node's folder of clips, from the sidecars."""

from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.evidence.store.read_clip import FoundClip
from soundpost.evidence.store.scan import read_folder
from soundpost.review.event import Place, ReviewEvent
from soundpost.review.origins.skipped import Skipped
from soundpost.system.units import EPOCH

Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class Model(msgspec.Struct, frozen=True):
    """The fields of a model's identity that are read."""

    id: str = ""
    version: str = ""


class _Message(msgspec.Struct, frozen=True):
    """The fields of the message in a sidecar that a review needs besides the label and score."""

    node: str = ""
    source: str = ""
    state: Literal["started", "confirmed", "ended", "retracted"] | None = None
    threshold: Share | None = None
    model: Model = Model()
    test: bool = False


def read_clips(folder: Path, skipped: Skipped, known: Container[str] = ()) -> Iterator[ReviewEvent]:
    """Yields the events whose clips lie in a folder.

    Events that were retracted, self-tests and clips of a command have no label that was
    published, so there is nothing to review.

    Args:
        folder: The folder.
        skipped: Counts the clips that are left out.
        known: Names without suffix of clips that are left out.

    Raises:
        OSError: The folder cannot be read.
    """
    for clip in read_folder(folder, known):
        try:
            message = msgspec.json.decode(clip.sidecar.detection, type=_Message)
            start_utc_ms = utc_ms(clip.sidecar.start)
        except (msgspec.DecodeError, ValueError) as error:
            skipped.add(f"{folder / clip.sidecar.clip}: its sidecar is damaged: {error}")
            continue
        if message.state in {None, "retracted"} or message.test:
            skipped.withdrawn += 1
            continue
        yield _event(clip, message, start_utc_ms)


def utc_ms(text: str) -> int:
    """Returns a time in RFC 3339 as milliseconds since 1970 UTC.

    Raises:
        ValueError: It is not a time with a time zone.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"expected a time with its zone, got {text}")
    return (time - EPOCH) // timedelta(milliseconds=1)


def _event(clip: FoundClip, message: _Message, start_utc_ms: int) -> ReviewEvent:
    sidecar, detection = clip.sidecar, clip.detection
    end = sidecar.seconds if sidecar.offset_seconds is None else sidecar.offset_seconds
    return ReviewEvent(
        id=detection.id,
        label=detection.label,
        common_name=detection.common_name,
        score=detection.score,
        threshold=message.threshold,
        onset_utc_ms=utc_ms(detection.onset),
        node="/".join(filter(None, (message.node, message.source))),
        model_id=message.model.id,
        model_version=message.model.version,
        place=Place(
            file=sidecar.clip,
            begin_seconds=sidecar.onset_seconds,
            end_seconds=max(sidecar.onset_seconds, end),
            start_utc_ms=start_utc_ms,
            seconds=sidecar.seconds,
        ),
    )
