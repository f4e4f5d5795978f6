"""Reads the clips of reviewed events, each on the side that its verdict says."""

from collections.abc import Iterable
from functools import partial

from soundpost.audio import Pcm
from soundpost.audio.resample import resample_whole
from soundpost.recording import RecordingError, problem_of
from soundpost.review import ReviewedEvent, Verdict
from soundpost.review.sound import read_sound
from soundpost.teach.sound.clips import Clip, LeftOut, Side, fault_of, key_of


def reviewed_clips(
    label: str, events: Iterable[ReviewedEvent], rate_hz: int
) -> tuple[list[Clip], list[Clip], list[LeftOut]]:
    """Returns the sounds of reviewed events: of the label, of others, and those that are gone.

    An event that is right, or was relabelled to the label, is of the label. One of the label that
    is wrong, or was relabelled to another, is another sound, and the most useful one: a head took
    it for the label.

    Args:
        label: The label.
        events: Of the store of verdicts.
        rate_hz: The sample rate of the model.
    """
    sounds: dict[Side, dict[str, Clip]] = {"label": {}, "other": {}}
    left_out = []
    for event in events:
        side = _side_of(label, event)
        if side is None:
            continue
        read = partial(_event_samples, event, rate_hz)
        try:
            samples = read()
        except RecordingError as error:
            left_out.append(LeftOut(event.sound_file, problem_of(event.sound_file, error)))
            continue
        if reason := fault_of(samples, rate_hz):
            left_out.append(LeftOut(event.sound_file, reason))
            continue
        key = key_of(samples)
        sounds[side][key] = Clip(event.sound_file, read, key)
    of_label = sounds["label"]
    # A sound with two events, one of them right, is of the label.
    others = [clip for clip in sounds["other"].values() if clip.key not in of_label]
    return list(of_label.values()), others, left_out


def _event_samples(event: ReviewedEvent, rate_hz: int) -> Pcm:
    sound = read_sound(event)
    return resample_whole(sound.samples, sound.rate_hz, rate_hz)


def _side_of(label: str, event: ReviewedEvent) -> Side | None:
    """Returns the side that an event is on by its verdict; None if it says nothing of the label."""
    if event.true_label == label:
        return "label"
    is_decided = event.decision is not None and event.decision.verdict is not Verdict.UNSURE
    return "other" if is_decided and event.event.label == label else None
