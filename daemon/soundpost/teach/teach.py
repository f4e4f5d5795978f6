"""Teaches a label: from clips to a stored head, or to the reason for which there is none."""

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from soundpost import __version__
from soundpost.errors import TeachError
from soundpost.heads import HeadFacts, MadeFrom, Teaching, install_head
from soundpost.system.printable import printable
from soundpost.teach.card import head_card, head_metrics
from soundpost.teach.examples import Examples, Recording
from soundpost.teach.kept import attachments, require_keepable
from soundpost.teach.label_name import require_new_name
from soundpost.teach.learn.events import taught_label
from soundpost.teach.learn.learn import Learned, learn
from soundpost.teach.lesson import Lesson, Progress
from soundpost.teach.result import LeftOutClip, ShortenedClip, TeachResult
from soundpost.teach.sound.background import MOST_SECONDS, read_background
from soundpost.teach.sound.clip_sound import LONGEST_SECONDS
from soundpost.teach.sound.clips import LeftOut, Side
from soundpost.teach.sound.embed import Embedder
from soundpost.teach.sound.general import read_general
from soundpost.teach.sound.kept_sounds import keep_sounds
from soundpost.teach.sound.recordings import RecordingMaker, mixing_pieces
from soundpost.teach.stored_background import latest_stretches

LEAST_RECORDINGS = 3
"""With two, each is measured by a head that was fitted on one alone."""
MINIMUM_DAEMON = "0.3.0"
LICENCE = "as the clips that it was taught on"
_SECONDS_PER_HOUR = 3_600


def teach(lesson: Lesson, embedder: Embedder, heads: Path, progress: Progress) -> TeachResult:
    """Teaches a label, and stores its head unless it is refused or only tried.

    Args:
        lesson: The label, its clips and its negatives.
        embedder: Computes embeddings by the backbone.
        heads: The folder of heads.
        progress: Is called as the work goes on.

    Raises:
        TeachError: The label may not be taught, too few clips are left, or a file is damaged.
        HeadError: The head cannot be stored.
    """
    begun = time.monotonic()
    require_new_name(lesson.label, embedder.bundle.manifest)
    _require_enough(lesson)
    examples, left_out = _examples(lesson, embedder, progress)
    lesson = lesson.with_read(examples, left_out)
    _require_enough(lesson)
    if not (examples.negatives or len(examples.general)):
        raise TeachError(
            f"there is no other sound than {lesson.label} to compare with",
            hint="give clips of other sounds with --not, or recordings of the place to "
            "`soundpost teach --background`",
        )
    require_keepable([*examples.label, *examples.others])
    learned = learn(examples, lesson.budget, lambda done, total: progress("fit", done, total, ""))
    result = TeachResult(
        label=lesson.label,
        backbone=embedder.backbone.id,
        figures=learned.figures,
        refusal=learned.refusal,
        left_out=[LeftOutClip(printable(str(each.path)), each.reason) for each in lesson.left_out],
        shortened=[
            ShortenedClip(printable(str(clip.path)), round(clip.begin_seconds, 1), LONGEST_SECONDS)
            for clip in (*lesson.clips, *lesson.others)
            if clip.begin_seconds is not None
        ],
        unreviewed_events=lesson.unreviewed_events,
    )
    if learned.refusal is None and not lesson.is_trial:
        result = _store(result, lesson, learned, examples, (embedder, heads))
    return msgspec.structs.replace(result, seconds=round(time.monotonic() - begun, 1))


def _examples(
    lesson: Lesson, embedder: Embedder, progress: Progress
) -> tuple[Examples, list[LeftOut]]:
    """Returns the examples, and what cannot be used; all sound is released before the fit."""
    background = read_background(lesson.background_files, embedder, partial(progress, "background"))
    pieces = [*background.pieces, *mixing_pieces(lesson.others, embedder.rate_hz)]
    maker = RecordingMaker(embedder, pieces)
    label = maker.make(lesson.clips, partial(progress, "clips"))
    others = maker.make(lesson.others, partial(progress, "other sounds"))
    examples = Examples(
        label=[*_known(lesson, "label"), *label],
        others=[*_known(lesson, "other"), *others],
        background=[
            # What was given by hand comes first: it is known to be without the sound.
            *latest_stretches(lesson.background, MOST_SECONDS - background.seconds),
            *background.stretches,
        ],
        general=read_general(embedder.bundle.folder, embedder.backbone, embedder.input),
    )
    return examples, [*lesson.left_out, *background.left_out, *maker.left_out]


def _require_enough(lesson: Lesson) -> None:
    recordings = len(lesson.clips) + sum(each.clip.side == "label" for each in lesson.known)
    if recordings >= LEAST_RECORDINGS:
        return
    reasons = [f"{each.path.name} {each.reason}" for each in lesson.left_out[:5]]
    why = f" ({'; '.join(map(printable, reasons))})" if reasons else ""
    raise TeachError(
        f"expected at least {LEAST_RECORDINGS} different clips of {lesson.label}, got "
        f"{recordings}{why}",
        hint="record it on other occasions; ten clips are a good beginning",
    )


def _known(lesson: Lesson, side: Side) -> list[Recording]:
    return [each.recording for each in lesson.known if each.clip.side == side]


def _store(
    result: TeachResult,
    lesson: Lesson,
    learned: Learned,
    examples: Examples,
    place: tuple[Embedder, Path],
) -> TeachResult:
    """Stores a head, and returns the result with its version.

    Args:
        result: Of teaching.
        lesson: What was taught.
        learned: The head.
        examples: What it was fitted on.
        place: The embedder of its backbone, and the folder of heads.
    """
    embedder, heads = place
    folder = heads / lesson.label
    if lesson.keeps_sounds:
        new = [*lesson.clips, *lesson.others]
        keep_sounds(folder, {clip.key: clip.read for clip in new}, embedder.rate_hz)
    facts = HeadFacts(
        id=lesson.label.replace("_", "-").strip("-"),
        minimum_daemon=MINIMUM_DAEMON,
        backbone=embedder.backbone,
        embedding=embedder.input,
        label=taught_label(lesson.label, embedder.rate_hz, lesson.budget, learned.figures.recall),
        metrics=head_metrics(learned.figures, lesson.command),
        teaching=Teaching(
            taught=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            recordings=len(examples.label),
            windows=learned.rows,
            other_recordings=len(examples.others),
            other_windows=learned.other_rows,
            background_seconds=round(learned.figures.background_hours * _SECONDS_PER_HOUR, 1),
            command=printable(lesson.command, 2_000),
            daemon=__version__,
        ),
        licence=LICENCE,
    )
    examples_kept = attachments(
        [*lesson.kept_clips("label"), *lesson.kept_clips("other")],
        [*examples.label, *examples.others],
        [str(path.absolute()) for path in lesson.background_files],
    )
    head = install_head(
        *(folder, facts, learned.weights, learned.golden, head_card(facts, learned.figures)),
        MadeFrom(examples_kept, lesson.replaces),
    )
    return msgspec.structs.replace(result, version=head.description.version, folder=str(folder))
