"""The verdicts that the page sends to a node with a command."""

from pathlib import Path

import pytest
from review_events import event_id, review_event

from soundpost.messages.command import (
    LARGEST_COMMAND_BYTES,
    MOST_REVIEWED_CLIPS,
    MOST_TAUGHT_CLIPS,
)
from soundpost.review import Decision, Place, Verdict, open_store
from soundpost.review.event import OriginKind
from soundpost_web.review.verdicts_for_node import SentVerdicts, VerdictsForNode
from soundpost_web.server.commands.sender import new_command

NODE = "north-gate"
COMMAND: dict[str, object] = {"label": "bell", "clips": [], "not": [], "again": True}


def clip(number: int, label: str = "bell") -> str:
    """Returns the name of the clip of an event."""
    return f"20261120T073100Z-{label}-6da2{number:04d}.flac"


def stored(path: Path, events: int, label: str = "bell") -> VerdictsForNode:
    """Returns the verdicts of a store in which every third event is wrong."""
    with open_store(path) as store:
        folder = store.add_origin(OriginKind.CLIPS, path.parent, path.parent)
        found = [
            review_event(number, "bell", node=NODE, place=Place(clip(number, label), 1.0, 2.0))
            for number in range(events)
        ]
        store.add_events(folder, found)
        verdicts = [Verdict.RIGHT if number % 3 else Verdict.WRONG for number in range(events)]
        store.record([Decision(event_id(n), verdict) for n, verdict in enumerate(verdicts)])
    return VerdictsForNode(path)


def test_a_command_has_the_verdicts_of_its_node(tmp_path: Path) -> None:
    """But those on clips that it names; without any it stays as earlier nodes take it."""
    verdicts = stored(tmp_path / "review.db", 5)
    named = COMMAND | {"clips": [clip(0)], "not": [clip(1)]}
    sent = verdicts.fitting(NODE, named)
    assert sent == SentVerdicts([clip(2), clip(4)], [clip(3)])
    assert sent.fields == {"right": [clip(2), clip(4)], "wrong": [clip(3)]}
    assert sent.counts == (2, 1, 0)
    assert verdicts.fitting("barn", COMMAND).fields == {}


def test_without_a_store_there_is_no_verdict_and_no_file(tmp_path: Path) -> None:
    """A page on which no review has begun leaves nothing behind."""
    path = tmp_path / "review.db"
    assert VerdictsForNode(path).fitting(NODE, COMMAND) == SentVerdicts([], [])
    assert not path.exists()


@pytest.mark.parametrize("label", ["bell", "x" * 64])
@pytest.mark.parametrize("chosen", [0, MOST_TAUGHT_CLIPS])
def test_any_number_of_verdicts_fits(tmp_path: Path, label: str, chosen: int) -> None:
    """Those that have no room are counted."""
    clips = [clip(5_000 + number, "y" * 60) for number in range(2 * chosen)]
    command = COMMAND | {"clips": clips[:chosen], "not": clips[chosen:]}
    sent = stored(tmp_path / "review.db", 1_000, label).fitting(NODE, command)
    payload = new_command("teach", command | sent.fields).payload
    assert len(payload) <= LARGEST_COMMAND_BYTES
    assert len(payload) > LARGEST_COMMAND_BYTES - 512
    assert len(sent.right) + len(sent.wrong) + sent.left_out == 1_000
    assert max(len(sent.right), len(sent.wrong)) <= MOST_REVIEWED_CLIPS
