"""Teaches a label again: with its earlier examples, new clips and reviewed events."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soundpost.audio.resample import resample_whole
from soundpost.errors import TeachError
from soundpost.evidence.store.clip_file import is_clip_file
from soundpost.heads import current_version, load_head, version_folder
from soundpost.recording import RecordingError, problem_of
from soundpost.review import ReviewedEvent, Verdict
from soundpost.review.sound import read_sound
from soundpost.teach.kept import (
    KeptClip,
    KeptExamples,
    Side,
    read_kept,
    read_recordings,
    sound_path,
)
from soundpost.teach.lesson import Known, Lesson
from soundpost.teach.sound.clip_sound import read_clip_sound
from soundpost.teach.sound.clips import Clip, LeftOut, fault_of
from soundpost.teach.sound.embed import Embedder


@dataclass(frozen=True, slots=True)
class Earlier:
    """The examples of the version that is in use.

    Attributes:
        known: Recordings whose embeddings can be used.
        clips: Clips of the label whose sound was read again, because the model is another one.
        others: Clips of other sounds, likewise.
        left_out: Clips whose sound is gone.
        background: The files of background that are still there.
    """

    known: Sequence[Known] = ()
    clips: Sequence[Clip] = ()
    others: Sequence[Clip] = ()
    left_out: Sequence[LeftOut] = ()
    background: Sequence[Path] = ()


def with_earlier(lesson: Lesson, embedder: Embedder, heads: Path) -> Lesson:
    """Returns a lesson with the examples of the head that is in use.

    Embeddings of the same model are used as they are. Those of another model, or of another
    definition, mean nothing to this one: the clips are read again, from where the head keeps their
    sound or from their own files.

    Args:
        lesson: With new clips.
        embedder: Computes embeddings by the backbone.
        heads: The folder of heads.

    Raises:
        TeachError: The label was never taught here, or its examples are damaged.
        HeadError: Its head is damaged.
    """
    folder = heads / lesson.label
    if not folder.is_dir():
        raise TeachError(
            f"no head {lesson.label} in {heads}",
            hint="`soundpost teach --list` has the heads; a new one needs clips, without --again",
        )
    earlier = _read_earlier(folder, embedder)
    new = identities((*lesson.clips, *lesson.others))
    files = dict.fromkeys((*lesson.background_files, *earlier.background))
    return replace(
        lesson,
        # A clip that is given again may have changed sides.
        known=[each for each in earlier.known if not _is_among(each.clip, new)],
        clips=[*(clip for clip in earlier.clips if not _is_among(clip, new)), *lesson.clips],
        others=[*(clip for clip in earlier.others if not _is_among(clip, new)), *lesson.others],
        left_out=[*lesson.left_out, *earlier.left_out],
        background_files=list(files),
    )


def _read_earlier(folder: Path, embedder: Embedder) -> Earlier:
    version = version_folder(folder, current_version(folder))
    kept = read_kept(version)
    if kept is None:
        return Earlier()
    background = [Path(path) for path in kept.background if Path(path).is_file()]
    description = load_head(version).description
    is_of_model = description.backbone.sha256 == embedder.backbone.sha256
    if is_of_model and description.embedding == embedder.input:
        recordings = read_recordings(version, kept, embedder.input.size)
        known = [
            Known(clip, recording) for clip, recording in zip(kept.clips, recordings, strict=True)
        ]
        return Earlier(known=known, background=background)
    return replace(_read_sounds(folder, kept, embedder.rate_hz), background=background)


def _read_sounds(folder: Path, kept: KeptExamples, rate_hz: int) -> Earlier:
    clips: dict[Side, list[Clip]] = {"label": [], "other": []}
    left_out = []
    for each in kept.clips:
        own, given = sound_path(folder, each.key), Path(each.path)
        try:
            sound = read_clip_sound(own if own.is_file() else given, rate_hz)
        except RecordingError as error:
            left_out.append(LeftOut(given, problem_of(given, error)))
            continue
        clips[each.side].append(Clip(given, sound.samples, each.key, sound.begin_seconds))
    return Earlier(clips=clips["label"], others=clips["other"], left_out=left_out)


def with_reviewed(lesson: Lesson, events: Iterable[ReviewedEvent], rate_hz: int) -> Lesson:
    """Returns a lesson with the sounds of reviewed events, but those that it has already.

    A clip that the user names counts on the side that the user gives, whatever its verdict.

    Args:
        lesson: With the clips that the user names.
        events: Of the store of verdicts.
        rate_hz: The sample rate of the model.
    """
    right, wrong, gone = reviewed_clips(lesson.label, events, rate_hz)
    named = identities((*lesson.clips, *lesson.others))
    return replace(
        lesson,
        clips=[*(clip for clip in right if not _is_among(clip, named)), *lesson.clips],
        others=[*(clip for clip in wrong if not _is_among(clip, named)), *lesson.others],
        left_out=[*lesson.left_out, *gone],
    )


def identities(clips: Iterable[Clip | KeptClip]) -> set[str]:
    """Returns what clips are recognised by: their sound, and the names of clips of a node.

    Of a clip of a node a review reads the event and a second around it, and `read_clips` reads all
    of it: other samples of one recording. As two recordings it would be held out from a head that
    was fitted on it. A file of another name may hold many events.
    """
    keys, names = set(), set()
    for clip in clips:
        keys.add(clip.key)
        name = Path(clip.path).name
        if is_clip_file(name):
            names.add(name)
    return keys | names


def _is_among(clip: Clip | KeptClip, known: set[str]) -> bool:
    return not known.isdisjoint(identities([clip]))


def reviewed_clips(
    label: str, events: Iterable[ReviewedEvent], rate_hz: int
) -> tuple[list[Clip], list[Clip], list[LeftOut]]:
    """Returns the sounds of reviewed events: of the label, of others, and those that are gone.

    An event that is right, or was relabelled to the label, is of the label. One of the label that
    is wrong, or was relabelled to another, is another sound, and the most useful one: a head took
    it for the label.

    Args:
        label: The label.
        events: Of the store of verdicts.
        rate_hz: The sample rate of the model.
    """
    sounds: dict[Side, dict[str, Clip]] = {"label": {}, "other": {}}
    left_out = []
    for event in events:
        side = _side_of(label, event)
        if side is None:
            continue
        try:
            sound = read_sound(event)
        except RecordingError as error:
            left_out.append(LeftOut(event.sound_file, problem_of(event.sound_file, error)))
            continue
        samples = resample_whole(sound.samples, sound.rate_hz, rate_hz)
        if reason := fault_of(samples, rate_hz):
            left_out.append(LeftOut(event.sound_file, reason))
            continue
        key = hashlib.sha256(samples.tobytes()).hexdigest()
        sounds[side][key] = Clip(event.sound_file, samples, key)
    of_label = sounds["label"]
    # A sound with two events, one of them right, is of the label.
    others = [clip for clip in sounds["other"].values() if clip.key not in of_label]
    return list(of_label.values()), others, left_out


def _side_of(label: str, event: ReviewedEvent) -> Side | None:
    """Returns the side that an event is on by its verdict; None if it says nothing of the label."""
    if event.true_label == label:
        return "label"
    is_decided = event.decision is not None and event.decision.verdict is not Verdict.UNSURE
    return "other" if is_decided and event.event.label == label else None
