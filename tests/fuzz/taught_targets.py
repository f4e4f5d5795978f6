"""The targets `head` and `minute`: files of taught sounds, as a power cut or a copy leaves them."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from heads import label, store_head

from soundpost.classify import Classifier, load_bundle
from soundpost.config import HeadsConfig
from soundpost.errors import TeachError
from soundpost.heads import version_folder
from soundpost.heads.attach import read_heads
from soundpost.heads.background import BackgroundMinute, read_background
from soundpost.heads.background.minute import MINUTE_NS, encode_minute, file_name
from soundpost.heads.schema import HEAD_FILE, WEIGHTS_FILE
from soundpost.heads.store import CURRENT_FILE
from soundpost.teach.examples import Recording, Stretch
from soundpost.teach.kept import (
    EMBEDDINGS_FILE,
    EXAMPLES_FILE,
    KeptClip,
    attachments,
    read_kept,
    read_recordings,
)
from soundpost.teach.stored_background import stretches

BUNDLE = load_bundle(Path(__file__).resolve().parents[1] / "golden" / "tiny-two-outputs")
LABEL = "gate_bell"
VERSION = version_folder(Path(LABEL), 1)
WEIGHTS = VERSION / WEIGHTS_FILE
EXAMPLES = (VERSION / EXAMPLES_FILE, VERSION / EMBEDDINGS_FILE)
FILES = (VERSION / HEAD_FILE, WEIGHTS, Path(LABEL, CURRENT_FILE), *EXAMPLES)
SIZE = Classifier(BUNDLE).embedding_size
STRIDE_SECONDS = 0.24


def head(data: bytes, folder: Path) -> None:
    """Reads the heads of a node with one replaced file: the label stays, and has a score or none.

    What is damaged is set aside, so the heads are read twice, as at two starts.
    """
    damaged, content = (FILES[data[0] % len(FILES)], data[1:]) if data else (FILES[0], b"")
    heads = folder / "heads"
    (heads / VERSION).mkdir(parents=True)
    for path, whole in _files_of_head().items():
        (heads / path).write_bytes(whole)
    (heads / damaged).write_bytes(content)
    if damaged == WEIGHTS:  # else no content but the right one would be decoded
        _describe_weights(heads / VERSION, content)
    for _ in range(2):
        found = read_heads(HeadsConfig(folder=str(heads)), [BUNDLE.manifest], sets_aside=True)
        (installed,) = found.installed
        assert found.manifests[0].labels == [*BUNDLE.manifest.labels, installed.label]
        assert installed.label.name == LABEL
        if installed.running is not None:
            (score,) = installed.running.scores(np.ones((1, SIZE), np.float32))
            assert 0.0 <= score <= 1.0
    if damaged in EXAMPLES:
        with suppress(TeachError):
            kept = read_kept(heads / VERSION)
            assert kept is not None
            assert len(read_recordings(heads / VERSION, kept, SIZE)) == len(kept.clips)


@cache
def _files_of_head() -> dict[Path, bytes]:
    """Returns the files of a head and of its examples."""
    with tempfile.TemporaryDirectory() as name:
        store_head(Path(name), BUNDLE, label(LABEL))
        own = {path: Path(name, path).read_bytes() for path in FILES if path not in EXAMPLES}
    rows = np.ones((3, SIZE), np.float32)
    clips = [KeptClip(digit * 64, f"/srv/{digit}.wav", "label") for digit in "12"]
    recordings = [
        Recording(clip.key, Stretch(clip.path, rows, STRIDE_SECONDS), rows[:2]) for clip in clips
    ]
    kept = attachments(clips, recordings, ["/srv/night.flac"])
    return own | {VERSION / name: content for name, content in kept.items()}


def _describe_weights(version: Path, content: bytes) -> None:
    """Puts the hash of other weights into the description of a head."""
    path = version / HEAD_FILE
    described = msgspec.json.decode(path.read_bytes())
    sha256 = hashlib.sha256(content).hexdigest()
    path.write_bytes(
        msgspec.json.encode({**described, "weights": {"bytes": len(content), "sha256": sha256}})
    )


def minute(data: bytes, folder: Path) -> None:
    """Reads a minute of background, or leaves it out."""
    (folder / file_name("tiny", MINUTE_NS)).write_bytes(data)
    for each in read_background(folder, "0" * 64, SIZE):
        assert (each.utc_ns // MINUTE_NS == 1).all()
        for stretch in stretches([each], STRIDE_SECONDS, []):
            assert np.isfinite(stretch.embeddings).all()


def head_seeds() -> Iterator[bytes]:
    """Yields the files of a head, each behind its number."""
    for number, path in enumerate(FILES):
        yield bytes([number]) + _files_of_head()[path]


def minute_seeds() -> Iterator[bytes]:
    """Yields the file of a minute."""
    found = BackgroundMinute(
        MINUTE_NS + 240_000_000 * np.arange(3, dtype=np.int64),
        np.ones((3, SIZE), np.float32),
        np.array([2, 0, 1], np.int16),
        np.array([0.25, 0.5, 1.0], np.float32),
    )
    yield encode_minute(found, "0" * 64)
