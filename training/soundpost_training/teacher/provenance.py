"""Records which teachers made soft labels, so that a retrained teacher is noticed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import UnsetType

from soundpost.manifest import MODEL_FILE as BUNDLE_MODEL_FILE
from soundpost_training.dataset.paths import data_folder
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.runs.run_folder import HEADS_FILE, MODEL_FILE
from soundpost_training.teacher.student import Student


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A teacher or its examples by name, and the SHA-256 of its file; empty if it is gone."""

    name: str
    sha256: str


def teacher_sources(config: TeacherConfig, student: Student, pool: str) -> list[Source]:
    """Returns all that soft labels depend on, besides the settings that a run is tied to.

    Args:
        config: The teachers.
        student: The network that they teach.
        pool: The fingerprint of the examples.
    """
    files = [Source(name=name, sha256=_sha256(path)) for name, path in _files(config, student)]
    return [Source(name="the examples", sha256=pool), *files]


def changed(before: list[Source], now: list[Source]) -> list[str]:
    """Returns the names of sources that have changed; a missing file counts as unchanged.

    Args:
        before: What the soft labels were made from.
        now: What they would be made from.
    """
    known = {source.name: source.sha256 for source in before}
    return [
        source.name
        for source in now
        if source.sha256 and known.get(source.name, source.sha256) != source.sha256
    ]


def _files(config: TeacherConfig, student: Student) -> Iterator[tuple[str, Path]]:
    for name in config.runs:
        yield f"the run {name}", student.run(name) / MODEL_FILE
    for name in config.heads_of:
        yield f"the heads of {name}", student.run(name) / HEADS_FILE
    if config.weights is not None:
        yield config.weights, data_folder(config.weights)
    if not isinstance(config.waveform, UnsetType):
        yield config.waveform, data_folder(config.waveform)
    if config.bundle is not None:
        yield f"the bundle {config.bundle}", Path(config.bundle) / BUNDLE_MODEL_FILE


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
