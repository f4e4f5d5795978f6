"""The features of a data set, computed once and kept under a fingerprint."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.features import FeatureSpec
from soundpost_training.dataset.cache import keep
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.ffmpeg import is_installed
from soundpost_training.dataset.folds import refuse_leaks
from soundpost_training.dataset.listen import end_to_end, listen
from soundpost_training.progress import console

FORMAT = 2
"""Of the cache's file; one of another format is not found, and made anew."""

NAMED = 20
"""How many that were left out are named on the screen; a file beside the cache names all."""


@dataclass(frozen=True, slots=True)
class Features:
    """The log-mel of all recordings, end to end.

    Attributes:
        spec: How they were made.
        log_mel: float32[all frames, mel_bands].
        starts: int64[recordings], where each begins.
        frames: int64[recordings], how long each is.
    """

    spec: FeatureSpec
    log_mel: NDArray[np.float32]
    starts: NDArray[np.int64]
    frames: NDArray[np.int64]

    def clip(self, index: int) -> NDArray[np.float32]:
        """The features of one recording, float32[frames, mel_bands]."""
        start = self.starts[index]
        return self.log_mel[start : start + self.frames[index]]

    @classmethod
    def joined(cls, spec: FeatureSpec, clips: list[NDArray[np.float32]]) -> "Features":
        """Features from recording after recording, each float32[frames, mel_bands]."""
        return cls(spec, **end_to_end(clips))


def fingerprint(dataset: Dataset, spec: FeatureSpec) -> str:
    """A name for exactly these recordings heard in exactly this way, 16 hexadecimal digits."""
    digest = hashlib.sha256(msgspec.json.encode((FORMAT, spec), order="deterministic"))
    for clip in dataset.recordings:
        digest.update(content_of(clip.path))
    return digest.hexdigest()[:16]


def content_of(path: Path) -> bytes:
    """The SHA-256 of a file's content; nothing of a file that cannot be read."""
    try:
        with path.open("rb") as audio:
            return hashlib.file_digest(audio, "sha256").digest()
    except OSError:
        return b""  # listening to it will say why


def prepare(dataset: Dataset, spec: FeatureSpec, cache: Path) -> tuple[Dataset, Features]:
    """The readable recordings of a data set and their features, from the cache or put there.

    Recordings that cannot be read are told with the reason and left out, each time; they are
    tried again when ffmpeg has been installed since.

    Raises:
        DatasetError: A clip of a published data set cannot be read, what is left is no data set,
            or the cache cannot be written.
    """
    path = cache / f"{cache_name(dataset)}-{fingerprint(dataset, spec)}.npz"
    if not path.is_file() or _worth_another_try(path):
        keep(path, listen(dataset, spec))
    with np.load(path) as kept:
        heard, reasons = kept["clips"], kept["reasons"]
        features = Features(spec, kept["log_mel"], kept["starts"], kept["frames"])
    tell_left_out([*dataset.left_out, *map(str, reasons)], path.with_suffix(".left-out.txt"))
    clips = len(dataset.clips)
    readable = replace(
        dataset,
        clips=tuple(dataset.clips[at] for at in heard if at < clips),
        background=tuple(dataset.background[at - clips] for at in heard if at >= clips),
    )
    return refuse_leaks(readable), features


def cache_name(dataset: Dataset) -> str:
    """The part of the cache's name that is for people; how folds are dealt is none of it."""
    return dataset.name.partition(" (")[0].lower()


def tell_left_out(reasons: list[str], path: Path) -> None:
    """Says what was left out and why; when it is much, the rest in a file."""
    for reason in reasons[:NAMED]:
        console.print(f"left out: {reason}", style="yellow", markup=False, highlight=False)
    if len(reasons) > NAMED:
        path.write_text("\n".join(reasons) + "\n", encoding="utf-8")
        console.print(f"… and {len(reasons) - NAMED} more, all in {path}", style="yellow")


def _worth_another_try(path: Path) -> bool:
    """Whether some recording could not be read for want of ffmpeg, which is there now."""
    with np.load(path) as kept:
        with_ffmpeg = "ffmpeg" in kept and bool(kept["ffmpeg"])
        return len(kept["reasons"]) > 0 and not with_ffmpeg and is_installed()
