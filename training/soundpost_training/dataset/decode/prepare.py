"""Listening once for ever: features from the cache, or made and put there."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from soundpost.features import FeatureSpec
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode import reverb as rooms
from soundpost_training.dataset.decode.cache import Arrays, keep, kept, told_when_full
from soundpost_training.dataset.decode.ffmpeg import is_installed
from soundpost_training.dataset.decode.log_mel import listen
from soundpost_training.dataset.features import Features, content_of, fingerprint
from soundpost_training.dataset.folds import refuse_leaks
from soundpost_training.dataset.paths import data_folder
from soundpost_training.experiment.data import ReverbConfig
from soundpost_training.progress import console

NAMED = 20
"""How many that were left out are named on the screen; a file beside the cache names all."""


def prepare(
    dataset: Dataset, spec: FeatureSpec, cache: Path, in_rooms: ReverbConfig | None = None
) -> tuple[Dataset, Features]:
    """The readable recordings of a data set and their features, from the cache or put there.

    Recordings that cannot be read are told with the reason and left out, each time; they are
    tried again when ffmpeg has been installed since. The features are those of the clips, then
    of the background, then of `wet_copies` copies of each clip, clip after clip.

    Raises:
        DatasetError: A clip of a published data set cannot be read, what is left is no data set,
            no impulse response can be used, or the cache cannot be written.
    """
    path = cache / f"{_cache_name(dataset)}-{fingerprint(dataset, spec)}.npz"
    arrays = kept(path)
    if arrays is None or _worth_another_try(arrays):
        arrays = _kept_now(path, lambda parts: listen(dataset, spec, parts))
    features = Features(spec, arrays["log_mel"], arrays["starts"], arrays["frames"])
    reasons = [*dataset.left_out, *map(str, arrays["reasons"])]
    _tell_left_out(reasons, path.with_suffix(".left-out.txt"))
    clips = len(dataset.clips)
    readable = replace(
        dataset,
        clips=tuple(dataset.clips[at] for at in arrays["clips"] if at < clips),
        background=tuple(dataset.background[at - clips] for at in arrays["clips"] if at >= clips),
    )
    refuse_leaks(readable)
    if in_rooms is None:
        return readable, features
    return replace(readable, wet_copies=in_rooms.copies), _with_copies(
        readable, features, in_rooms, path
    )


def _with_copies(dataset: Dataset, dry: Features, config: ReverbConfig, path: Path) -> Features:
    files = rooms.response_files(data_folder(config.folder))
    # Background is in no room, nor is what ffmpeg was not there to read: it is said who is.
    clips = [path.stem, *(f"{clip.path.parent.name}/{clip.path.name}" for clip in dataset.clips)]
    name = rooms.fingerprint(config, clips, [content_of(file) for file in files])
    wet_path = path.with_name(f"{path.stem}-rooms-{name}.npz")
    wet = kept(wet_path)
    if wet is None:
        wet = _kept_now(
            wet_path,
            lambda parts: rooms.listen_in_rooms(dataset, dry.spec, config, files, parts),
        )
    _tell_left_out(list(map(str, wet["reasons"])), wet_path.with_suffix(".left-out.txt"))
    return Features(
        dry.spec,
        np.concatenate((dry.log_mel, wet["log_mel"])),
        np.concatenate((dry.starts, wet["starts"] + len(dry.log_mel))),
        np.concatenate((dry.frames, wet["frames"])),
    )


def _kept_now(path: Path, made: Callable[[Path], Arrays]) -> Arrays:
    """What is made, kept whole; the parts that it was made of go then."""
    parts = path.with_suffix(".parts")
    arrays = made(parts)
    keep(path, arrays)
    shutil.rmtree(parts, ignore_errors=True)
    return arrays


def _cache_name(dataset: Dataset) -> str:
    """The part of the cache's name that is for people; how folds are dealt is none of it."""
    return dataset.name.partition(" (")[0].lower()


def _tell_left_out(reasons: list[str], path: Path) -> None:
    """Says what was left out and why; when it is much, the rest in a file."""
    for reason in reasons[:NAMED]:
        console.print(f"left out: {reason}", style="yellow", markup=False, soft_wrap=True)
    if len(reasons) > NAMED:
        with told_when_full(path):
            path.write_text("\n".join(reasons) + "\n", encoding="utf-8")
        console.print(
            f"… and {len(reasons) - NAMED} more, all in {path}", style="yellow", soft_wrap=True
        )


def _worth_another_try(arrays: Arrays) -> bool:
    """Whether some recording could not be read for want of ffmpeg, which is there now."""
    with_ffmpeg = "ffmpeg" in arrays and bool(arrays["ffmpeg"])
    return len(arrays["reasons"]) > 0 and not with_ffmpeg and is_installed()
