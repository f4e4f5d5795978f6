"""Clips that are requested from nodes, also from hostile and from silent ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from web_fetch import NODE, FakeNode

from soundpost.evidence.store.files import SUFFIXES
from soundpost.messages.clip_piece import BUSY
from soundpost_web.clips.fetch_state import Fetch, FetchStatus
from soundpost_web.clips.waiting import MOST_WAITING
from soundpost_web.nodes.limits import UnreadableError
from soundpost_web.nodes.reports import NodeResult


@pytest.fixture
def node(tmp_path: Path) -> FakeNode:
    """Provides a node, and a page that fetches from it."""
    return FakeNode(tmp_path)


def test_a_clip_arrives_with_its_files_the_sound_last(node: FakeNode) -> None:
    """So a clip that has its sound is complete."""
    stem = node.add_clip(0)
    assert node.fetcher.request(NODE, stem)
    assert node.fetcher.request(NODE, stem)  # as by a person who presses twice
    for suffix in SUFFIXES:
        assert node.commands[-1]["file"] == f"{stem}{suffix}"
        state = node.fetcher.state(NODE, stem)
        assert state is not None
        assert state.status is FetchStatus.RECEIVING
        node.answer()
    assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.DONE)
    folder = node.cache.folder_of(NODE)
    for suffix in SUFFIXES:
        name = f"{stem}{suffix}"
        assert (folder / name).read_bytes() == (node.own / name).read_bytes()
    assert len(node.commands) == 3


def test_clips_are_fetched_one_at_a_time(node: FakeNode) -> None:
    """A bounded number waits."""
    stems = [node.add_clip(number) for number in range(MOST_WAITING + 2)]
    taken = [node.fetcher.request(NODE, stem) for stem in stems]
    assert taken == [True] * (MOST_WAITING + 1) + [False]
    state = node.fetcher.state(NODE, stems[1])
    assert state is not None
    assert state.status is FetchStatus.WAITING
    for stem in stems[:-1]:
        for _ in SUFFIXES:
            node.answer()
        assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.DONE)


def test_a_lost_transfer_goes_on_where_it_stands(node: FakeNode) -> None:
    """As after the broker or the node was away; pieces of both commands count."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    node.answer()
    node.answer()
    pieces = node.pieces()
    for piece in pieces[:3]:
        node.fetcher.on_piece(NODE, piece)
    node.wait(20)
    assert node.commands[-1]["offset"] == 24_000
    node.fetcher.on_piece(NODE, pieces[3])  # late, of the first command
    for piece in node.pieces():
        node.fetcher.on_piece(NODE, piece)
    assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.DONE)


def test_a_piece_that_the_broker_lost_is_requested_again(node: FakeNode) -> None:
    """Once the node, which does not know of it, has sent the others."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    node.answer()
    node.answer()
    pieces = node.pieces()
    for piece in (*pieces[:2], *pieces[3:]):
        node.fetcher.on_piece(NODE, piece)
    node.wait(20)
    assert node.commands[-1]["offset"] == 16_000
    for _ in range(6):
        node.refuse(BUSY)
        node.wait(16)
    node.answer()
    assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.DONE)


def test_a_silent_node_is_given_up(node: FakeNode) -> None:
    """After some requests; the next clip has its turn."""
    stems = [node.add_clip(0), node.add_clip(1)]
    for stem in stems:
        node.fetcher.request(NODE, stem)
    node.wait(70)
    state = node.fetcher.state(NODE, stems[0])
    assert state is not None
    assert (state.status, "does not answer" in state.message) == (FetchStatus.FAILED, True)
    assert node.commands[-1]["file"].startswith(stems[1])


def test_a_broker_that_is_back_in_time_costs_nothing(node: FakeNode) -> None:
    """The page asks again."""
    stem = node.add_clip(0)
    node.is_connected = False
    node.fetcher.request(NODE, stem)
    node.wait(20)
    node.is_connected = True
    node.wait(20)
    for _ in SUFFIXES:
        node.answer()
    assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.DONE)


def test_a_refusal_of_the_node_is_shown(node: FakeNode) -> None:
    """But not that of a node that sends another clip: that is asked again."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    node.refuse(BUSY)
    node.wait(20)
    node.answer()
    node.refuse("it was removed")
    assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.FAILED, message="it was removed")
    other = NodeResult(id="c1", command="clip", status="done", message="")
    assert not node.fetcher.on_result(NODE, other)


def test_pieces_that_were_not_requested_are_left_out(node: FakeNode) -> None:
    """Those of another node, of another page, and all of them while nothing is requested."""
    stem = node.add_clip(0)
    content = (node.own / f"{stem}.json").read_bytes()
    node.fetcher.on_piece(NODE, node.piece("web-1", f"{stem}.json", content, 0, 9_999))
    node.fetcher.request(NODE, stem)
    node.fetcher.on_piece(NODE, node.piece("web-1", f"{stem}.json", content, 0, 9_999))
    (own,) = node.pieces()
    with pytest.raises(UnreadableError, match="not that of the topic"):
        node.fetcher.on_piece("barn", own)
    node.fetcher.on_piece("barn", own.replace(b"north-gate", b"barn"))
    assert node.commands[-1]["file"] == f"{stem}.json"
    assert not list(node.cache.folders)


@pytest.mark.parametrize(
    "change",
    [
        lambda piece: piece[:-1],
        lambda _piece: b"[]",
        lambda _piece: b"x" * 200_000,
        lambda piece: piece.replace(b'"schema": 1', b'"schema": 2'),
        lambda piece: piece.replace(b'"offset": 0', b'"offset": -1'),
        lambda piece: piece.replace(b".json", b".exe"),
        lambda piece: piece.replace(b'"file": "', b'"file": "../'),
        lambda piece: piece.replace(b'"data": "', b'"data": "%%'),
    ],
)
def test_garbage_is_no_piece(node: FakeNode, change: Any) -> None:  # noqa: ANN401 - a function of bytes
    """It is counted by the caller, and the transfer goes on."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    (piece,) = node.pieces(30_000)
    with pytest.raises(UnreadableError):
        node.fetcher.on_piece(NODE, change(piece))
    for _ in SUFFIXES:
        node.answer()
    assert node.fetcher.state(NODE, stem) == Fetch(FetchStatus.DONE)


def test_a_node_that_sends_without_end_is_given_up(node: FakeNode) -> None:
    """One byte at a time, each within the time-out of a piece."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    node.answer()
    node.answer()
    command = node.commands[-1]
    content = (node.own / command["file"]).read_bytes()
    for offset in range(4, 2_000):
        begin = 0 if offset == 4 else offset
        size = 5 if offset == 4 else 1
        node.fetcher.on_piece(
            NODE, node.piece(command["id"], command["file"], content, begin, size)
        )
        node.wait(1)
        state = node.fetcher.state(NODE, stem)
        if state is not None and state.status is FetchStatus.FAILED:
            break
    assert state == Fetch(FetchStatus.FAILED, message="it takes too long")
    assert not list(node.cache.folder_of(NODE).glob("*.flac"))
    assert not list(node.cache.folder_of(NODE).glob(".*"))


def test_a_wrong_hash_leaves_no_file(node: FakeNode) -> None:
    """Nor a piece that is missing."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    piece = json.loads(node.pieces()[0]) | {"sha256": "0" * 64}
    node.fetcher.on_piece(NODE, json.dumps(piece).encode())
    state = node.fetcher.state(NODE, stem)
    assert state is not None
    assert "hash" in state.message
    assert not list(node.cache.folder_of(NODE).iterdir())


def test_a_page_that_ends_leaves_no_part_of_a_file(node: FakeNode) -> None:
    """The request is forgotten."""
    stem = node.add_clip(0)
    node.fetcher.request(NODE, stem)
    node.answer()
    node.answer()
    node.fetcher.on_piece(NODE, node.pieces()[0])
    node.fetcher.close()
    assert not list(node.cache.folder_of(NODE).glob(".*"))
