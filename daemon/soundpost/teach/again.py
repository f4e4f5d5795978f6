"""Teaches a label again: with its earlier examples, new clips and reviewed events."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soundpost.errors import TeachError
from soundpost.evidence.store.clip_file import is_clip_file
from soundpost.heads import current_version, load_head, version_folder
from soundpost.recording import RecordingError, problem_of
from soundpost.review import ReviewedEvent
from soundpost.teach.kept import (
    KeptClip,
    KeptExamples,
    read_kept,
    read_recordings,
)
from soundpost.teach.lesson import Known, Lesson
from soundpost.teach.sound.clip_sound import read_clip_sound
from soundpost.teach.sound.clips import Clip, LeftOut, Side, key_of
from soundpost.teach.sound.embed import Embedder
from soundpost.teach.sound.kept_sounds import sound_path
from soundpost.teach.sound.reviewed import reviewed_clips


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
    clips = _without_known(lesson, "label", earlier.known)
    others = _without_known(lesson, "other", earlier.known)
    new = identities((*clips, *others))
    files = dict.fromkeys((*lesson.background_files, *earlier.background))
    # A clip that is given again may have changed sides.
    known = [each for each in earlier.known if not _is_among(each.clip, new)]
    names = {Path(each.clip.path).name for each in known}
    return replace(
        lesson,
        known=known,
        clips=[*(clip for clip in earlier.clips if not _is_among(clip, new)), *clips],
        others=[*(clip for clip in earlier.others if not _is_among(clip, new)), *others],
        left_out=[
            # The clip of an event may be gone since it was taught: its embeddings are used.
            *(each for each in lesson.left_out if not _is_known_clip(each.path, names)),
            *earlier.left_out,
        ],
        background_files=list(files),
    )


def _without_known(lesson: Lesson, side: Side, known: Sequence[Known]) -> list[Clip]:
    """Returns the new clips of a side without those that it has embeddings of already.

    A review names the same clips each time; to compute them again would change nothing.
    """
    given = list(lesson.clips if side == "label" else lesson.others)
    if lesson.keeps_sounds:
        return given
    keys = {each.clip.key for each in known if each.clip.side == side}
    return [clip for clip in given if clip.key not in keys]


def _is_known_clip(path: Path, names: Collection[str]) -> bool:
    return is_clip_file(path.name) and path.name in names


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
        key = key_of(sound.samples)  # another one than before on a model of another rate
        clips[each.side].append(Clip(given, sound.part.read, key, sound.begin_seconds))
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
