"""Runs `soundpost teach` with its flags."""

import argparse
import logging
import os
import shlex
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from soundpost.cli.options import read_config
from soundpost.cli.teach.manage import list_heads, remove_head, undo_head
from soundpost.cli.teach.printing import print_failure, print_result
from soundpost.cli.teach.progress import StepProgress
from soundpost.cli.teach.suggestions import suggest_events
from soundpost.config import Config
from soundpost.errors import SoundpostError, TeachError
from soundpost.heads.location import heads_folder
from soundpost.heads.store import version_in_use
from soundpost.review import Selection, default_store_path, open_store
from soundpost.system.process.parent import end_with_parent
from soundpost.teach.again import with_earlier, with_reviewed
from soundpost.teach.export import export_clips
from soundpost.teach.label_name import require_new_name
from soundpost.teach.learn.own_events import without_own_events
from soundpost.teach.lesson import DEFAULT_BUDGET, Lesson
from soundpost.teach.owner import give_to_owner
from soundpost.teach.sound.clips import Clip, LeftOut, find_clips, read_clips
from soundpost.teach.sound.embed import Embedder, open_embedder
from soundpost.teach.stored_background import stored_background
from soundpost.teach.teach import teach

_log = logging.getLogger("soundpost.teach")

NICENESS = 10
"""The service, which listens meanwhile, goes first."""


def run(options: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    end_with_parent()  # the daemon that has started it for a command
    try:
        return _run(options)
    except SoundpostError as error:
        if options.json:
            print_failure(error, sys.stdout)
        raise


def _run(options: argparse.Namespace) -> int:
    config = read_config(options)
    heads = heads_folder(config.heads)
    if heads is None:
        raise TeachError(
            "no folder for heads",
            hint="name the configuration of the node with --config; without a service it has to "
            "set heads.folder",
        )
    if options.is_list:
        list_heads(heads, [model.bundle for model in config.all_models], options.json, sys.stdout)
        return 0
    if options.again and options.label is None:  # `--again LABEL` reads as well
        options.label = options.again.pop(0)
    if options.label is None:
        raise TeachError("no label is named", hint="`soundpost teach --help` has examples")
    if options.is_undo:
        undo_head(heads, options.label, sys.stdout, is_json=options.json)
    elif options.is_remove:
        remove_head(heads, options.label, sys.stdout, is_json=options.json)
    elif options.suggest is not None:
        store = options.store or default_store_path()
        suggest_events(config, store, options.label, options.suggest, sys.stdout)
    elif options.export is not None:
        export_clips(heads, options.label, options.export)
        sys.stdout.write(
            f"soundpost-train quick {shlex.quote(str(options.export / 'sounds'))} "
            f"--background {shlex.quote(str(options.export / 'background'))} --out "
            f"models/{options.label}\n"
        )
    else:
        return _teach(options, config, heads)
    give_to_owner(heads)
    return 0


def _teach(options: argparse.Namespace, config: Config, heads: Path) -> int:
    replaces = version_in_use(heads / options.label)
    with suppress(PermissionError):  # a filter of system calls; it takes less, but is as right
        os.nice(NICENESS)
    embedder = open_embedder(config.all_models[0].bundle)
    require_new_name(options.label, embedder.bundle.manifest)
    with StepProgress(sys.stderr) as progress:
        lesson = _lesson(options, embedder, progress)
        if options.again is not None:
            lesson = with_earlier(lesson, embedder, heads)
        background = stored_background(config, embedder, lesson.files_of_label)
        lesson = replace(lesson, background=background, replaces=replaces)
        if options.again is not None:
            lesson = without_own_events(lesson, embedder, heads)
        result = teach(lesson, embedder, heads, progress.show)
    give_to_owner(heads)
    print_result(result, options.json, sys.stdout)
    return 0 if result.refusal is None else 1


def _lesson(options: argparse.Namespace, embedder: Embedder, progress: StepProgress) -> Lesson:
    """Returns the lesson of a command line, without what the service has stored."""

    def read(paths: list[Path], step: str) -> tuple[list[Clip], list[LeftOut]]:
        return read_clips(
            find_clips(paths),
            embedder.rate_hz,
            lambda done, total, name: progress.show(step, done, total, name),
        )

    named = [*options.clips, *map(Path, options.again or ())]
    clips, left_out = read(named, "reading")
    others, other_left_out = read(options.others, "reading")
    twice = {clip.key for clip in clips} & {clip.key for clip in others}
    if twice:
        name = next(clip.path.name for clip in others if clip.key in twice)
        raise TeachError(
            f"{name} is given as the sound and as another one",
            hint="name each clip once: as the sound, or with --not",
        )
    lesson = Lesson(
        label=options.label,
        clips=clips,
        others=others,
        left_out=[*left_out, *other_left_out],
        background_files=find_clips(options.background) if options.background else [],
        budget=options.budget or DEFAULT_BUDGET,
        keeps_sounds=options.keep_sounds,
        is_trial=options.dry_run,
        command=f"soundpost {shlex.join(sys.argv[1:])}",
    )
    if options.again is None:
        return lesson
    return _reviewed(lesson, options.store or default_store_path(), embedder.rate_hz)


def _reviewed(lesson: Lesson, path: Path, rate_hz: int) -> Lesson:
    """Returns a lesson with the clips of reviewed events, and logs their number and the store.

    Each user has a store, and so has the page: a person must see that the verdicts lie elsewhere.
    """
    with open_store(path) as store:
        reviewed = with_reviewed(lesson, store.events(Selection(verdict="any")), rate_hz)
    sides = ("clips", "others", "left_out")
    counts = [len(getattr(reviewed, side)) - len(getattr(lesson, side)) for side in sides]
    if any(counts):
        text = "by the verdicts in %s: clips of %s: %d, of other sounds: %d, left out: %d"
        _log.info(text, path, lesson.label, *counts)
    else:
        _log.info(
            "no further clip of %s by the verdicts in %s; --store names another file",
            lesson.label,
            path,
        )
    return reviewed
