"""A head: its description, its weights and its golden vectors, read and verified."""

import errno
import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost import __version__
from soundpost.errors import HeadError
from soundpost.heads.schema import (
    HEAD_FILE,
    LARGEST_HEAD_BYTES,
    WEIGHTS_FILE,
    HeadDescription,
)
from soundpost.heads.weights import GoldenEmbeddings, HeadWeights, decode_weights
from soundpost.manifest.label import version_numbers
from soundpost.system.regular_file import read_regular

_HINT = "teach the label again, or copy the whole head again"

_DAMAGE = (errno.ENOENT, errno.EISDIR, errno.EINVAL, errno.EFBIG, errno.ELOOP)
"""Another kind of error, such as a refused access, may pass with the files as they are."""


class DamagedHeadError(HeadError):
    """The content of a file of a head is damaged, or the file is missing."""


@dataclass(frozen=True, slots=True)
class Head:
    """A verified head.

    Attributes:
        folder: Of its files.
        description: Its `head.json`.
        weights: Its weights.
        golden: Its golden vectors.
    """

    folder: Path
    description: HeadDescription
    weights: HeadWeights
    golden: GoldenEmbeddings

    @property
    def label(self) -> str:
        """The label that it scores."""
        return self.description.label.name

    def scores(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Returns the scores of embeddings, float32[n, 1].

        Args:
            embeddings: float[n, size], or of a larger size that begins with its own values.
        """
        return self.weights.scores(embeddings)[:, None]


def load_head(folder: Path) -> Head:
    """Reads a head, and verifies its hashes, shapes, values and golden vectors.

    Args:
        folder: With `head.json` and `head.npz`.

    Raises:
        DamagedHeadError: A file is missing, or its content is damaged.
        HeadError: It cannot be read, needs a newer daemon, or scores differently on this machine.
    """
    description = read_description(folder)
    content = _read(folder / WEIGHTS_FILE)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != description.weights.sha256 or len(content) != description.weights.bytes:
        raise DamagedHeadError(
            f"{folder / WEIGHTS_FILE} is damaged or another file: expected "
            f"{description.weights.bytes} bytes with sha256 {description.weights.sha256}, got "
            f"{len(content)} with {sha256}",
            hint=_HINT,
        )
    try:
        weights, golden = decode_weights(content, description.embedding.size)
    except HeadError as error:
        raise DamagedHeadError(f"{folder / WEIGHTS_FILE}: {error}", hint=error.hint) from error
    golden.require_same_scores(weights)
    return Head(folder, description, weights, golden)


def read_description(folder: Path) -> HeadDescription:
    """Reads the description of a head.

    Raises:
        DamagedHeadError: It is missing or damaged.
        HeadError: It cannot be read, or the head needs a newer daemon.
    """
    path = folder / HEAD_FILE
    try:
        description = msgspec.json.decode(_read(path), type=HeadDescription)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedHeadError(f"{path} is not a head of schema 1: {error}", hint=_HINT) from error
    if version_numbers(description.minimum_daemon) > version_numbers(__version__):
        raise HeadError(
            f"head {description.id} {description.version} needs soundpost "
            f"{description.minimum_daemon} or newer, this is {__version__}",
            hint="upgrade the daemon",
        )
    return description


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, LARGEST_HEAD_BYTES)
    except OSError as error:
        kind = DamagedHeadError if error.errno in _DAMAGE else HeadError
        raise kind(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error
