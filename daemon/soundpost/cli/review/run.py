"""Runs `soundpost review` with its flags."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from soundpost.classify.find import find_bundle
from soundpost.cli.options import read_config
from soundpost.cli.review.actions import export, print_queue, set_all, undo
from soundpost.cli.review.interactive.review import review_on_terminal
from soundpost.cli.review.interactive.session import ReviewSession
from soundpost.cli.review.summary import write_summary
from soundpost.errors import BundleError, ReviewError
from soundpost.manifest import read_manifest
from soundpost.review import ReviewedEvent, ReviewStore, Selection, default_store_path, open_store
from soundpost.review.label_keys import LabelSuggestions
from soundpost.review.origins.import_events import Imported, import_events
from soundpost.review.queue import in_order
from soundpost.review.store.selection import VerdictChoice
from soundpost.review.suggest import suggest


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    folder = read_config(options).evidence.folder
    paths = options.paths or ([Path(folder)] if folder else [])
    with open_store(options.store or default_store_path()) as store:
        origins = None
        if paths:
            imported = [import_events(store, path, options.recordings) for path in paths]
            _report(imported, sys.stderr)
            origins = sorted({each.origin.number for each in imported})
        _act(store, options, origins, sys.stdout)
    return 0


def _act(
    store: ReviewStore, options: argparse.Namespace, origins: Sequence[int] | None, out: TextIO
) -> None:
    """Does what the flags name, or shows the queue on the terminal."""
    if options.is_undo:
        undo(store, options.reviewer, out)
    elif options.is_summary or options.export is not None:
        events = store.events(_selection(options, origins, options.verdict or "any"))
        if options.is_summary:
            write_summary(events, out, is_json=options.json)
        else:
            export(events, store.events(Selection()), options.export, out)
    else:
        _act_on_queue(store, options, origins, out)


def _act_on_queue(
    store: ReviewStore, options: argparse.Namespace, origins: Sequence[int] | None, out: TextIO
) -> None:
    known = store.events(_selection(options, origins, "any"))
    if not known and not store.events(Selection()):
        raise ReviewError(
            "no event was imported yet",
            hint="name a folder of clips, or the folder of `soundpost analyze --out`",
        )
    queue = _queue(store, options, origins, known)
    if options.set_all is not None:
        set_all(store, queue, options.set_all, options.reviewer, out)
    elif options.is_list:
        print_queue(queue, out, is_json=options.json)
    elif not queue:
        out.write("no event is to be reviewed\n")
    else:
        session = ReviewSession(store, queue, known, options.reviewer)
        labels = LabelSuggestions.of_events(store.events(Selection()), _labels_of_bundles(known))
        review_on_terminal(session, labels, out)
        out.write(f"{session.given} of {len(queue)} events reviewed\n")


def _queue(
    store: ReviewStore,
    options: argparse.Namespace,
    origins: Sequence[int] | None,
    known: Sequence[ReviewedEvent],
) -> list[ReviewedEvent]:
    if options.suggest is not None:
        return suggest(known, options.suggest)
    wanted = store.events(_selection(options, origins, options.verdict or "none"))
    return in_order(wanted, options.order, options.seed)


def _selection(
    options: argparse.Namespace, origins: Sequence[int] | None, verdict: VerdictChoice
) -> Selection:
    return Selection(origins, options.labels, options.min_score, verdict)


def _labels_of_bundles(events: Iterable[ReviewedEvent]) -> list[str]:
    """Returns all labels of the bundles that detected the events, as far as they are installed."""
    labels: list[str] = []
    for name in sorted({event.event.model_id for event in events}):
        try:
            labels += read_manifest(find_bundle(name)).label_names
        except BundleError:  # not installed here; the labels of the events are known
            continue
    return labels


def _report(imported: Iterable[Imported], out: TextIO) -> None:
    for each in imported:
        left_out = each.damaged + each.withdrawn
        more = f", {left_out} left out" if left_out else ""
        noun = "event" if each.new == 1 else "events"
        out.write(f"{each.origin.folder}: {each.new} new {noun}{more}\n")
