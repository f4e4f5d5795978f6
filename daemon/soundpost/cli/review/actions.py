"""The parts of `soundpost review` without keys: list, bulk verdicts, undo, export."""

import logging
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import msgspec

from soundpost.errors import ReviewError, did_you_mean
from soundpost.review import Decision, ReviewedEvent, ReviewStore, Selection, Verdict
from soundpost.review.export.choose import choose
from soundpost.review.export.experiment import EXPERIMENT_FILE, FEWEST_FOLDS
from soundpost.review.export.folder import export_folder
from soundpost.review.export.labels import BACKGROUND
from soundpost.system.printable import printable

MOST_SHOWN = 64
"""Characters of a label or a file, which is as long as a bundle or a recorder makes it."""
_log = logging.getLogger("soundpost.review")
_PLAIN_VERDICTS = (Verdict.RIGHT, Verdict.WRONG, Verdict.UNSURE)
_LEAST_LIKE = 0.8
"""Of a word of five letters with two swapped, by `difflib`; one letter less gives 0.89."""


def print_queue(queue: Sequence[ReviewedEvent], out: TextIO, *, is_json: bool) -> None:
    """Prints a line for each event of the queue, in its order."""
    out.writelines(_json(reviewed) if is_json else _line(reviewed) for reviewed in queue)


def set_all(
    store: ReviewStore, queue: Sequence[ReviewedEvent], text: str, reviewer: str, out: TextIO
) -> None:
    """Gives all events of the queue one verdict, as one action.

    Args:
        store: The store.
        queue: The events.
        text: `right`, `wrong`, `unsure`, or the right label.
        reviewer: The person; may be empty.
        out: Receives the number of events.

    Raises:
        ReviewError: It cannot be stored, or the text is a misspelt verdict.
    """
    if not queue:
        out.write("no event is to be reviewed\n")
        return
    _refuse_misspelt(store, text)
    decisions = [_decision(reviewed, text) for reviewed in queue]
    store.record(decisions, reviewer)
    noun = "1 event is" if len(decisions) == 1 else f"{len(decisions)} events are"
    out.write(f"{noun} {printable(text)}; --undo takes it back\n")


def _refuse_misspelt(store: ReviewStore, text: str) -> None:
    """Raises ReviewError for what is neither a verdict nor a label, such as `rigth`."""
    if text in _PLAIN_VERDICTS:
        return
    is_none = not text.strip() or text in {"none", "any", Verdict.RELABELLED}
    if is_none or (_is_like_verdict(text) and not _is_label(store, text)):
        raise ReviewError(
            f"expected right, wrong, unsure or a label, got {text!r}",
            hint=did_you_mean(text, _PLAIN_VERDICTS),
        )


def _is_like_verdict(text: str) -> bool:
    """Returns whether a text is a verdict with a slip: not `frog` or `night`, which are labels."""
    word = text.casefold()
    verdicts = [verdict for verdict in _PLAIN_VERDICTS if verdict[:1] == word[:1]]
    return bool(get_close_matches(word, verdicts, cutoff=_LEAST_LIKE))


def _is_label(store: ReviewStore, text: str) -> bool:
    events = store.events(Selection())
    return any(text in {reviewed.event.label, reviewed.true_label} for reviewed in events)


def _decision(reviewed: ReviewedEvent, text: str) -> Decision:
    event = reviewed.event
    if text in _PLAIN_VERDICTS:
        return Decision(event.id, Verdict(text))
    if text == event.label:
        return Decision(event.id, Verdict.RIGHT)
    return Decision(event.id, Verdict.RELABELLED, text)


def undo(store: ReviewStore, reviewer: str, out: TextIO) -> None:
    """Takes the last action of a person back."""
    action = store.last_action(reviewer)
    if action is None:
        out.write("there is no verdict to take back\n")
        return
    events = store.undo(action)
    noun = "1 verdict was" if len(events) == 1 else f"{len(events)} verdicts were"
    out.write(f"{noun} taken back\n")


def export(
    events: Sequence[ReviewedEvent],
    all_events: Sequence[ReviewedEvent],
    folder: Path,
    out: TextIO,
) -> None:
    """Writes a training folder, and prints what is in it and what is not.

    Raises:
        ReviewError: As `export_folder`.
    """
    choice = choose(events, all_events)
    exported = export_folder(choice.chosen, folder)
    for label, count in sorted(exported.labels.items()):
        groups = exported.groups[label]
        out.write(f"{label}  {count} sounds of {groups} recordings\n")
        if groups < FEWEST_FOLDS and label != BACKGROUND:
            _log.warning("%s: training needs sounds of %d recordings at least", label, FEWEST_FOLDS)
    left_out = {
        "without a verdict, or unsure": choice.undecided,
        "another sound in it": choice.mixed,
        "the sound cannot be read": exported.unreadable,
        "digital silence": exported.silent,
        "the same sound under another label": exported.copies,
    }
    out.writelines(f"left out: {count}, {why}\n" for why, count in left_out.items() if count)
    out.write(f"soundpost-train prepare --config {folder / EXPERIMENT_FILE}\n")


def _line(reviewed: ReviewedEvent) -> str:
    event = reviewed.event
    place = event.place
    file = printable(place.file, MOST_SHOWN)
    verdict = f"  {reviewed.decision.verdict}" if reviewed.decision else ""
    label = printable(event.label, MOST_SHOWN)
    return f"{event.score:.2f}  {label}  {file}  {place.begin_seconds:.1f} s{verdict}\n"


def _json(reviewed: ReviewedEvent) -> str:
    event, decision = reviewed.event, reviewed.decision
    line = {
        "id": event.id,
        "label": event.label,
        "score": event.score,
        "threshold": event.threshold,
        "file": event.place.file,
        "begin_seconds": event.place.begin_seconds,
        "end_seconds": event.place.end_seconds,
        "node": event.node,
        "model": event.model_id,
        "verdict": decision.verdict if decision else None,
        "true_label": reviewed.true_label,
        "reviewer": reviewed.reviewer or None,
    }
    return msgspec.json.encode(line).decode() + "\n"
