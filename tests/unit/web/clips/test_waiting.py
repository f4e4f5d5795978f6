"""Clips that a person requests are fetched before those ahead of a review."""

from soundpost_web.clips.waiting import MOST_WAITING, WaitingClips

NODE = "north-gate"


def test_a_person_comes_before_a_review() -> None:
    """Also for a clip that waits for the review already."""
    waiting = WaitingClips()
    for name in "ab":
        assert waiting.add((NODE, name), is_ahead=True)
    for name in "cb":
        assert waiting.add((NODE, name), is_ahead=False)
    assert waiting.add((NODE, "c"), is_ahead=True)  # it keeps its place
    assert (NODE, "a") in waiting
    assert [waiting.pop() for _ in range(4)] == [(NODE, "c"), (NODE, "b"), (NODE, "a"), None]


def test_each_kind_has_its_bound() -> None:
    """A review never takes the place of a person's clip."""
    waiting = WaitingClips()
    for number in range(MOST_WAITING):
        assert waiting.add((NODE, str(number)), is_ahead=True)
    assert not waiting.add((NODE, "more"), is_ahead=True)
    assert waiting.add((NODE, "more"), is_ahead=False)
    waiting.clear()
    assert waiting.pop() is None
