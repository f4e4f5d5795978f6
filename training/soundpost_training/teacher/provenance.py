"""Who told lessons, so that they are not taken for those of teachers that were trained anew."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from soundpost.manifest import MODEL_FILE as BUNDLE_MODEL_FILE
from soundpost_training.dataset import data_folder
from soundpost_training.experiment.experiment import TeacherConfig
from soundpost_training.runs.run_folder import MODEL_FILE
from soundpost_training.teacher.heads import HEADS_FILE
from soundpost_training.teacher.student import Student


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A teacher or its examples, by name, and the SHA-256 of its file; empty where it is gone."""

    name: str
    sha256: str


def sources(config: TeacherConfig, student: Student, pool: str) -> list[Source]:
    """All that lessons follow from, besides the settings that a run is tied to.

    Args:
        config: Who teaches.
        student: Whom.
        pool: The name of exactly these examples.
    """
    files = [Source(name=name, sha256=_sha256(path)) for name, path in _files(config, student)]
    return [Source(name="the examples", sha256=pool), *files]


def changed(told: list[Source], now: list[Source]) -> list[str]:
    """The names of what is another than it was; what is gone has not changed.

    Args:
        told: What lessons followed from.
        now: What they would follow from.
    """
    before = {one.name: one.sha256 for one in told}
    return [
        one.name for one in now if one.sha256 and before.get(one.name, one.sha256) != one.sha256
    ]


def _files(config: TeacherConfig, student: Student) -> Iterator[tuple[str, Path]]:
    for name in config.runs:
        yield f"the run {name}", student.run(name) / MODEL_FILE
    for name in config.heads_of:
        yield f"the heads of {name}", student.run(name) / HEADS_FILE
    if config.weights is not None:
        yield config.weights, data_folder(config.weights)
    if config.bundle is not None:
        yield f"the bundle {config.bundle}", Path(config.bundle) / BUNDLE_MODEL_FILE


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
