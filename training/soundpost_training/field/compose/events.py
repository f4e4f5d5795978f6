"""Composes the annotated recordings: one sound each, within real ambience."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from soundpost.audio import Pcm
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.dataset.clip import Clip
from soundpost_training.field.compose.pieces import Slice, rng_of
from soundpost_training.field.compose.plan import LASTING_LABELS, URBAN_EVENTS
from soundpost_training.field.compose.writer import event_recording, write_flac
from soundpost_training.sources.decode import RATE_HZ

SHARED = "urbansound8k-in-esc50"
"""Folder of slices whose recording is in ESC-50 as well."""

EVENTS = "events"
"""Folder of the annotated recordings."""

ANNOTATION_COLUMNS = ("file", "label", "onset", "offset", "salience")


class EventPlan(NamedTuple):
    """An annotated recording to be composed.

    Attributes:
        name: Its path in the field folder.
        clip: The clip that it holds.
        label: The label of the clip's sound.
        is_background: Whether the sound is in the background of others, where its energy does not
            show when it is active: it is annotated over the whole clip.
    """

    name: str
    clip: Clip
    label: str
    is_background: bool


def plan_events(
    clips: list[Clip], slices: list[Slice], label_map: LabelMap, *, with_shared: bool
) -> Iterator[EventPlan]:
    """Yields the annotated recordings.

    Args:
        clips: Clips of ESC-50.
        slices: Slices of UrbanSound8K.
        label_map: Labels of their categories.
        with_shared: Whether slices of recordings that are in ESC-50 as well are used.
    """
    for clip in clips:
        label = label_map.esc50.get(clip.label)
        if label is not None and label not in LASTING_LABELS:
            yield EventPlan(
                f"{EVENTS}/esc50/{label}-{clip.path.stem}.flac", clip, label, is_background=False
            )
    for each in slices:
        clip = each.clip
        if clip.label in URBAN_EVENTS and (with_shared or not each.is_in_esc50):
            label = label_map.urbansound8k[clip.label]
            folder = SHARED if each.is_in_esc50 else "urbansound8k"
            name = f"{EVENTS}/{folder}/{label}-{clip.path.stem}.flac"
            yield EventPlan(name, clip, label, not each.is_foreground)


def write_event(folder: Path, plan: EventPlan, clip: Pcm, ambience: Pcm) -> tuple[str, ...] | None:
    """Writes an annotated recording, and returns its row, as `ANNOTATION_COLUMNS`.

    Args:
        folder: The field folder.
        plan: The recording.
        clip: int16[n], the sound.
        ambience: int16[m], around it.

    Returns:
        None for a clip of digital silence, of which nothing is written.
    """
    composed = event_recording(rng_of(plan.name), clip, ambience, RATE_HZ, whole=plan.is_background)
    if composed is None:
        return None
    pcm, (onset, offset) = composed
    write_flac(folder / plan.name, pcm, RATE_HZ)
    salience = "background" if plan.is_background else "foreground"
    return plan.name, plan.label, f"{onset:.3f}", f"{offset:.3f}", salience
