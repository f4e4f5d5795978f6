"""General sounds: a small file of embeddings beside a model, for heads on it.

Ten clips and the background of one place say little of all the other sounds that there are. The
file has embeddings of many, from sources with free licences: statistics, of which no sound can be
made again. `soundpost-train negatives` writes it.
"""

import hashlib
from pathlib import Path

import numpy as np

from soundpost.classify.arrays import UNREADABLE, ArrayMismatchError, arrays_archive, open_arrays
from soundpost.errors import TeachError
from soundpost.heads import Backbone, EmbeddingInput
from soundpost.system.regular_file import read_regular
from soundpost.teach.examples import Embeddings

NEGATIVES_FILE = "negatives.npz"
"""In the folder of a bundle. It is no part of the bundle: the daemon never reads it."""
LARGEST_BYTES = 2_000_000
"""That of `everyday` has 412 kB."""
_HIGHEST = 255
_HASH_BYTES = 32


def read_general(bundle_folder: Path, backbone: Backbone, embedding: EmbeddingInput) -> Embeddings:
    """Returns the general sounds of a bundle, float32[n, size]; none if it has no such file.

    Args:
        bundle_folder: The folder.
        backbone: The model that they must be of.
        embedding: The embedding that they must be of.

    Raises:
        TeachError: The file is damaged, or of another model.
    """
    path = bundle_folder / NEGATIVES_FILE
    hint = "copy the bundle again, or remove this file: heads are fitted without it too, and worse"
    try:
        content = read_regular(path, LARGEST_BYTES)
    except FileNotFoundError:
        return np.empty((0, embedding.size), np.float32)
    except OSError as error:
        raise TeachError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    try:
        with open_arrays(content) as arrays:
            of = arrays.read("embedding_sha256", np.uint8, (_HASH_BYTES,)).tobytes()
            values = arrays.read("values", np.uint8, (None, None))
            lowest = arrays.read("lowest", np.float32, (values.shape[1],))
            step = arrays.read("step", np.float32, (values.shape[1],))
    except (ArrayMismatchError, *UNREADABLE) as error:
        raise TeachError(f"{path} cannot be read: {error}", hint=hint) from error
    if of != _hash_of(backbone, embedding) or values.shape[1] != embedding.size:
        raise TeachError(f"{path} is of another model than {backbone.id}", hint=hint)
    general: Embeddings = lowest + step * values.astype(np.float32)
    if not np.isfinite(general).all():
        raise TeachError(f"{path} has values that are not finite", hint=hint)
    return general


def encode_general(embeddings: Embeddings, backbone: Backbone, embedding: EmbeddingInput) -> bytes:
    """Returns the content of the file: each value in one byte, by the range of its column.

    Args:
        embeddings: float32[n, size].
        backbone: The model.
        embedding: Its embedding.
    """
    lowest = embeddings.min(axis=0)
    step = (embeddings.max(axis=0) - lowest) / _HIGHEST
    divisor = np.where(step > 0.0, step, 1.0)
    values = np.rint((embeddings - lowest) / divisor).astype(np.uint8)
    return arrays_archive(
        {
            "embedding_sha256": np.frombuffer(_hash_of(backbone, embedding), np.uint8),
            "values": values,
            "lowest": lowest.astype(np.float32),
            "step": step.astype(np.float32),
        }
    )


def _hash_of(backbone: Backbone, embedding: EmbeddingInput) -> bytes:
    """Returns the hash that names a model's embedding, whatever its bundle is called."""
    return hashlib.sha256(f"{backbone.sha256} {embedding.definition}".encode()).digest()
