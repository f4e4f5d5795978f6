"""The clips of reviewed events: their sides, and those that are gone."""

from pathlib import Path

from made_clips import RATE_HZ, doorbell, other_sound, write_clips

from soundpost.review import Decision, Place, ReviewedEvent, ReviewEvent, Verdict
from soundpost.review.event import Origin, OriginKind
from soundpost.teach.sound.reviewed import reviewed_clips

LABEL = "gate_bell"


def event(folder: Path, number: int, label: str, decision: Decision | None) -> ReviewedEvent:
    """Returns an event whose clip is a file of a folder."""
    return ReviewedEvent(
        ReviewEvent(str(number), label, 0.9, Place(f"{number:02}.wav", 0.2, 1.8)),
        Origin(1, OriginKind.CLIPS, folder, folder),
        decision,
    )


def test_verdicts_say_which_side_an_event_is_on(tmp_path: Path) -> None:
    """Unsure ones, and those of other labels, are on neither."""
    write_clips(tmp_path, [doorbell(0), other_sound(1), doorbell(2), other_sound(3), doorbell(4)])

    def decided(verdict: Verdict, label: str | None = None) -> Decision:
        return Decision("0", verdict, label)

    events = [
        event(tmp_path, 0, LABEL, decided(Verdict.RIGHT)),
        event(tmp_path, 1, LABEL, decided(Verdict.WRONG)),
        event(tmp_path, 2, "telephone", decided(Verdict.RELABELLED, LABEL)),
        event(tmp_path, 3, LABEL, decided(Verdict.RELABELLED, "telephone")),
        event(tmp_path, 4, LABEL, decided(Verdict.UNSURE)),
        event(tmp_path, 4, LABEL, None),
        event(tmp_path, 4, "dog", decided(Verdict.RIGHT)),
        event(tmp_path, 9, LABEL, decided(Verdict.RIGHT)),
    ]
    clips, others, left_out = reviewed_clips(LABEL, events, RATE_HZ)
    assert [clip.path.name for clip in clips] == ["00.wav", "02.wav"]
    assert [clip.path.name for clip in others] == ["01.wav", "03.wav"]
    assert [(each.path.name, each.reason) for each in left_out] == [("09.wav", "does not exist")]


def test_a_sound_with_two_events_counts_once(tmp_path: Path) -> None:
    """Twice, it would be measured by a head that was fitted on it; with the label, it is that."""
    write_clips(tmp_path, [doorbell(0), doorbell(0), other_sound(2), other_sound(2)])
    right, wrong = Decision("0", Verdict.RIGHT, None), Decision("0", Verdict.WRONG, None)
    events = [event(tmp_path, 0, LABEL, right), event(tmp_path, 1, LABEL, right)]
    events += [event(tmp_path, 0, LABEL, wrong)]
    events += [event(tmp_path, 2, LABEL, wrong), event(tmp_path, 3, LABEL, wrong)]
    clips, others, _ = reviewed_clips(LABEL, events, RATE_HZ)
    assert len(clips) == 1
    assert len(others) == 1
