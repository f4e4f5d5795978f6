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


class EventPlan(NamedTuple):
    """An annotated recording to be composed.

    Attributes:
        name: Its path in the field folder.
        clip: The clip that it holds.
        label: The label of the clip's sound.
        whole: Whether the sound lasts the whole clip: in the background of other sounds its energy
            does not show when it is active.
    """

    name: str
    clip: Clip
    label: str
    whole: bool


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
            yield EventPlan(f"events/esc50/{label}-{clip.path.stem}.flac", clip, label, whole=False)
    for each in slices:
        clip = each.clip
        if clip.label in URBAN_EVENTS and (with_shared or not each.is_in_esc50):
            label = label_map.urbansound8k[clip.label]
            folder = SHARED if each.is_in_esc50 else "urbansound8k"
            name = f"events/{folder}/{label}-{clip.path.stem}.flac"
            yield EventPlan(name, clip, label, whole=not each.is_foreground)


def write_event(
    folder: Path, plan: EventPlan, clip: Pcm, ambience: Pcm
) -> tuple[str, str, str, str] | None:
    """Writes an annotated recording, and returns its row of the annotations.

    Args:
        folder: The field folder.
        plan: The recording.
        clip: int16[n], the sound.
        ambience: int16[m], around it.

    Returns:
        None for a clip of digital silence, of which nothing is written.
    """
    composed = event_recording(rng_of(plan.name), clip, ambience, RATE_HZ, whole=plan.whole)
    if composed is None:
        return None
    pcm, (onset, offset) = composed
    write_flac(folder / plan.name, pcm, RATE_HZ)
    return plan.name, plan.label, f"{onset:.3f}", f"{offset:.3f}"
