"""The examples of a head are kept with it, and read back."""

from pathlib import Path

import numpy as np
import pytest
from taught_examples import SIZE, recording

from soundpost.classify.arrays import LARGEST_ARRAY_BYTES
from soundpost.errors import TeachError
from soundpost.teach.examples import Recording, Stretch
from soundpost.teach.kept import (
    EMBEDDINGS_FILE,
    EXAMPLES_FILE,
    KeptClip,
    attachments,
    read_kept,
    read_recordings,
    require_keepable,
)

RECORDINGS = [recording(1), recording(2, windows=3), recording(3)]
CLIPS = [
    KeptClip(RECORDINGS[0].key, "/srv/bell/1.wav", "label"),
    KeptClip(RECORDINGS[1].key, "/srv/bell/2.wav", "label"),
    KeptClip(RECORDINGS[2].key, "/srv/cat.wav", "other"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a folder with the files of some examples."""
    for name, content in attachments(CLIPS, RECORDINGS, ["/srv/night.flac"]).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_recordings_are_read_as_they_were(folder: Path) -> None:
    """Their embeddings rounded to float16."""
    kept = read_kept(folder)
    assert kept is not None
    assert kept.clips == CLIPS
    assert kept.background == ["/srv/night.flac"]
    for read, expected in zip(read_recordings(folder, kept, SIZE), RECORDINGS, strict=True):
        assert read.key == expected.key
        assert np.allclose(read.rows, expected.rows, atol=0.01)
        assert np.allclose(read.stretch.embeddings, expected.stretch.embeddings, atol=0.01)
        assert read.stretch.stride_seconds == expected.stretch.stride_seconds
    assert read_recordings(folder, kept, SIZE)[2].stretch.name == "cat.wav"


def test_a_head_without_examples_has_none(tmp_path: Path) -> None:
    """Such as one that was copied without them."""
    assert read_kept(tmp_path) is None


@pytest.mark.parametrize("name", [EXAMPLES_FILE, EMBEDDINGS_FILE])
def test_damaged_files_are_an_error_that_names_them(folder: Path, name: str) -> None:
    """A head is not fitted on what is left."""
    kept = read_kept(folder)
    assert kept is not None
    (folder / name).write_bytes((folder / name).read_bytes()[:40])

    def read() -> None:
        read_kept(folder)
        read_recordings(folder, kept, SIZE)

    with pytest.raises(TeachError, match=name):
        read()


def test_embeddings_of_another_size_are_an_error(folder: Path) -> None:
    """They are of another model."""
    kept = read_kept(folder)
    assert kept is not None
    with pytest.raises(TeachError, match=EMBEDDINGS_FILE):
        read_recordings(folder, kept, SIZE + 1)


def long_recording(rows: int, windows: int) -> Recording:
    """Returns a recording whose embeddings take no memory."""
    zeros = [np.broadcast_to(np.float32(0.0), (count, SIZE)) for count in (rows, windows)]
    return Recording("ab" * 32, Stretch("long.wav", zeros[1], 0.24), zeros[0])


@pytest.mark.parametrize("share", [(1.0, 0.48), (0.48, 1.0)])
def test_as_many_recordings_as_may_be_kept_are_read(
    share: tuple[float, float], tmp_path: Path
) -> None:
    """One more is refused, of the rows as of the windows."""
    rows, windows = (int(each * LARGEST_ARRAY_BYTES) // (2 * SIZE) for each in share)
    recordings = [long_recording(rows, windows)]
    require_keepable(recordings)
    clips = [KeptClip(recordings[0].key, "/srv/long.wav", "label")]
    for name, content in attachments(clips, recordings, []).items():
        (tmp_path / name).write_bytes(content)
    kept = read_kept(tmp_path)
    assert kept is not None
    (read,) = read_recordings(tmp_path, kept, SIZE)
    assert (len(read.rows), len(read.stretch.embeddings)) == (rows, windows)
    with pytest.raises(TeachError, match=r"too long: 1\.0 times what a head can keep"):
        require_keepable([*recordings, RECORDINGS[0]])


def test_rows_and_windows_together_fit_into_a_file() -> None:
    """Each alone is an array that can be read."""
    most = LARGEST_ARRAY_BYTES // (2 * SIZE)
    with pytest.raises(TeachError, match="what a head can keep"):
        require_keepable([long_recording(most, most // 2)])
