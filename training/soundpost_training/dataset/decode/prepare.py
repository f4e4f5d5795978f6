"""The features of a data set: computed once, then loaded from the cache."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from soundpost.features import FeatureSpec
from soundpost.recording.decoders.ffmpeg_process import is_installed
from soundpost.system.printable import printable
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.copies import unite_decoded_copies
from soundpost_training.dataset.decode import reverb
from soundpost_training.dataset.decode.cache import HINT, Arrays, load_arrays, save_arrays
from soundpost_training.dataset.decode.clipping import clipping_notes
from soundpost_training.dataset.decode.log_mel import extract_log_mel
from soundpost_training.dataset.features import Features, content_hash, fingerprint
from soundpost_training.dataset.folds import refuse_leaks, usable_folds
from soundpost_training.dataset.paths import data_folder, text_of
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import ReverbConfig
from soundpost_training.files import explain_write_errors
from soundpost_training.progress import console

REASONS_SHOWN = 20
"""Recordings of a kind on the screen, about a screenful; a file beside the cache has all."""

NOTES_SHOWN = 10
"""Remarks on recordings that are used; more of them are mostly alike."""


def prepare(
    dataset: Dataset, spec: FeatureSpec, cache: Path, reverb_config: ReverbConfig | None = None
) -> tuple[Dataset, Features]:
    """Returns the readable recordings of a data set and their features, which it caches.

    Unreadable recordings are left out, damaged ones are used, with a warning each time; both are
    tried again once ffmpeg has been installed. The features are those of the clips, then of the
    background, then of `reverb_copies` reverberated copies of each clip, clip after clip.

    Raises:
        DatasetError: A clip of a published data set cannot be read, the readable recordings are
            not a data set, one of them has two labels, no impulse response can be used, or the
            cache cannot be written.
    """
    path = cache / f"{_cache_name(dataset)}-{fingerprint(dataset, spec)}.npz"
    arrays = load_arrays(path)
    if arrays is None or _is_worth_another_try(arrays):
        arrays = _make(path, lambda parts: extract_log_mel(dataset, spec, parts))
    features = Features(spec, arrays["log_mel"], arrays["starts"], arrays["frames"])
    reasons = [*map(printable, dataset.left_out), *map(str, arrays["reasons"])]
    _report("left out", reasons, path.with_suffix(".left-out.txt"))
    _report("damaged, used", list(map(str, arrays["warnings"])), path.with_suffix(".damaged.txt"))
    clips = len(dataset.clips)
    readable = replace(
        dataset,
        clips=tuple(dataset.clips[at] for at in arrays["clips"] if at < clips),
        background=tuple(dataset.background[at - clips] for at in arrays["clips"] if at >= clips),
    )
    if readable.may_have_copies:
        readable = replace(readable, notes=readable.notes + clipping_notes(dataset, arrays))
        readable = unite_decoded_copies(readable, features)
    readable = usable_folds(readable)
    _print_notes(readable.notes)
    refuse_leaks(readable)
    if reverb_config is None:
        return readable, features
    return replace(readable, reverb_copies=reverb_config.copies), _with_copies(
        readable, features, reverb_config, path
    )


def _with_copies(dataset: Dataset, dry: Features, config: ReverbConfig, path: Path) -> Features:
    files = reverb.find_responses(data_folder(config.folder))
    # Background has no copies, nor have recordings that need an ffmpeg that is not installed, so
    # the clips are part of the fingerprint.
    clips = [path.stem, *(text_of(Path(*clip.path.parts[-2:])) for clip in dataset.clips)]
    name = reverb.fingerprint(config, clips, [content_hash(file) for file in files])
    copies_path = path.with_name(f"{path.stem}-rooms-{name}.npz")
    copies = load_arrays(copies_path)
    if copies is None:
        copies = _make(
            copies_path,
            lambda parts: reverb.extract_copies(dataset, dry.spec, config, files, parts),
        )
    unused = list(map(str, copies["reasons"]))
    _report("left out", unused, copies_path.with_suffix(".left-out.txt"))
    return Features(
        dry.spec,
        np.concatenate((dry.log_mel, copies["log_mel"])),
        np.concatenate((dry.starts, copies["starts"] + len(dry.log_mel))),
        np.concatenate((dry.frames, copies["frames"])),
    )


def _make(path: Path, extract: Callable[[Path], Arrays]) -> Arrays:
    """Returns extracted arrays and stores them in a file, in place of the parts they came from."""
    parts = path.with_suffix(".parts")
    arrays = extract(parts)
    save_arrays(path, arrays)
    shutil.rmtree(parts, ignore_errors=True)
    return arrays


def _cache_name(dataset: Dataset) -> str:
    """Returns the readable part of the cache's name; features do not depend on folds."""
    return dataset.name.partition(" (")[0].lower()


def _report(kind: str, reasons: list[str], path: Path) -> None:
    """Prints recordings with the reasons; if they are many, a file has the rest."""
    for reason in reasons[:REASONS_SHOWN]:
        console.print(f"{kind}: {reason}", style="yellow", markup=False, soft_wrap=True)
    if len(reasons) > REASONS_SHOWN:
        with explain_write_errors(path, HINT, DatasetError):
            path.write_text("\n".join(reasons) + "\n", encoding="utf-8")
        more = len(reasons) - REASONS_SHOWN
        console.print(f"… and {more} more, all in {path}", style="yellow", soft_wrap=True)


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes[:NOTES_SHOWN]:
        console.print(f"note: {printable(note)}", style="yellow", markup=False, soft_wrap=True)
    if len(notes) > NOTES_SHOWN:
        console.print(f"… and {len(notes) - NOTES_SHOWN} more like these", style="yellow")


def _is_worth_another_try(arrays: Arrays) -> bool:
    """Returns whether ffmpeg was installed after recordings could not be read, or not whole."""
    with_ffmpeg = "ffmpeg" in arrays and bool(arrays["ffmpeg"])
    has_problems = len(arrays["reasons"]) > 0 or len(arrays["warnings"]) > 0
    return has_problems and not with_ffmpeg and is_installed()
