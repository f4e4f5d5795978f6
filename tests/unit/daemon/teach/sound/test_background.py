"""Background is read in bounded memory; files that cannot be used are left out."""

from pathlib import Path

import pytest
from made_clips import quiet_background, write_clips
from streaming_bundle import streaming_bundle

from soundpost.teach.sound import background as module
from soundpost.teach.sound.background import Background, read_background
from soundpost.teach.sound.embed import Embedder

EMBEDDER = Embedder(streaming_bundle())


def read(paths: list[Path]) -> Background:
    """Reads files of background."""
    return read_background(paths, EMBEDDER, lambda *_: None)


def test_each_file_is_a_stretch_and_pieces_of_all_are_kept(tmp_path: Path) -> None:
    """A file that is shorter than a window, or is no sound, is left out."""
    long, other, short = write_clips(
        tmp_path, [quiet_background(20.0, 1), quiet_background(14.0, 2), quiet_background(1.0, 3)]
    )
    corrupt = tmp_path / "x.wav"
    corrupt.write_bytes(b"no sound")
    background = read([long, corrupt, other, short])
    assert [stretch.name for stretch in background.stretches] == ["00.wav", "01.wav"]
    assert background.seconds == pytest.approx(34.0, abs=5.0)
    assert len(background.pieces) == 5
    assert [each.path.name for each in background.left_out] == ["x.wav", "02.wav"]


def test_pieces_are_thinned_out_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the background is, their number is bounded."""
    monkeypatch.setattr(module, "MOST_PIECES", 4)
    (path,) = write_clips(tmp_path, [quiet_background(70.0)])
    pieces = read([path]).pieces
    assert 2 <= len(pieces) <= 4
    assert len({piece.tobytes() for piece in pieces}) == len(pieces)


def test_more_than_enough_background_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of a file, and the files after it."""
    monkeypatch.setattr(module, "MOST_SECONDS", 10.0)
    paths = write_clips(tmp_path, [quiet_background(20.0), quiet_background(20.0)])
    background = read(paths)
    assert background.seconds <= 10.0
    background = read([*paths, *paths])
    assert sum(stretch.seconds for stretch in background.stretches) <= 12.0
