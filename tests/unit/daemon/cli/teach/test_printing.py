"""The result of teaching is printed in plain words."""

import io
import json

import msgspec

from soundpost.cli.teach.printing import print_result
from soundpost.teach.result import (
    FalseEvent,
    Figures,
    LeftOutClip,
    Refusal,
    ShortenedClip,
    TeachResult,
)

FIGURES = Figures(
    recordings=10,
    detected=9,
    missed=["night.wav"],
    separation=0.99,
    other_recordings=2,
    background_hours=1.0,
    negative_hours=2.0,
    events=[FalseEvent("this node", 812.4, 0.61, "2026-11-30T02:13:32.400Z")],
    events_per_hour=0.5,
    budget=0.5,
    has_general=True,
)
RESULT = TeachResult("gate_bell", "everyday", FIGURES, version=3, folder="/heads/gate_bell")


def printed(result: TeachResult) -> str:
    """Returns what is printed for a result."""
    out = io.StringIO()
    print_result(result, is_json=False, out=out)
    return out.getvalue()


def test_a_head_is_printed_with_its_figures_and_the_next_step() -> None:
    """Missed recordings and false events are named."""
    text = printed(RESULT)
    assert "detected: 9 of 10 recordings" in text
    assert "missed: night.wav" in text
    assert "detected 1 time in 2.0 h" in text
    assert "this node at 2026-11-30T02:13:32.400Z, score 0.61" in text
    assert "advice" not in text
    assert text.endswith("files: /heads/gate_bell\n")


def test_clips_of_which_only_a_part_is_used_are_named() -> None:
    """With the part: another one may be meant."""
    clips = [ShortenedClip(f"{number}.wav", 182.0, 60.0) for number in range(7)]
    text = printed(msgspec.structs.replace(RESULT, shortened=clips))
    assert "shortened: 4.wav: only its loudest 60 s are used, from 0:03:02 on\n" in text
    assert "shortened: 2 more (--json lists them)" in text
    assert "5.wav" not in text


def test_events_that_were_left_out_of_the_background_are_counted() -> None:
    """The next step is their review."""
    text = printed(msgspec.structs.replace(RESULT, unreviewed_events=1))
    assert "left out: the background at 1 event of gate_bell that no review found wrong" in text
    assert "(soundpost review --label gate_bell)" in text
    assert "2 events" in printed(msgspec.structs.replace(RESULT, unreviewed_events=2))
    assert "left out" not in printed(RESULT)


def test_advice_says_what_would_make_it_surer() -> None:
    """More recordings, background, other sounds."""
    few = msgspec.structs.replace(
        FIGURES,
        recordings=4,
        background_hours=0.0,
        events=[],
        events_per_hour=None,
        has_general=False,
    )
    text = printed(msgspec.structs.replace(RESULT, figures=few))
    assert "4 recordings are few" in text
    assert "let the service run for an hour" in text
    assert "no general sounds" in text
    assert "false events: not known" in text


def test_a_refusal_is_printed_with_the_sounds_in_the_way() -> None:
    """And with the remedy; clips that were left out come first, the rest is counted."""
    refusal = Refusal("it rings", "listen", 14.0, list(FIGURES.events))
    left_out = [LeftOutClip(f"{number}.wav", "is silent") for number in range(7)]
    text = printed(
        msgspec.structs.replace(RESULT, version=None, refusal=refusal, left_out=left_out)
    )
    assert text.startswith("left out: 0.wav: is silent\n")
    assert "left out: 2 more" in text
    assert "gate_bell is not taught: it rings" in text
    assert "2026-11-30T02:13:32.400Z" in text
    assert "hint: listen" in text


def test_json_has_all_of_it_in_one_line() -> None:
    """For other programs."""
    out = io.StringIO()
    print_result(RESULT, is_json=True, out=out)
    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue())["figures"]["detected"] == 9
