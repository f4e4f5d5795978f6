"""Made recordings as a source: alarms, sirens, speech and music, rendered once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from soundpost_training.files import atomic_path
from soundpost_training.sources.recording import Source, SourceRecording
from soundpost_training.synthesis import alarms, beeps, music, sirens, speech
from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.programs import RenderError
from soundpost_training.synthesis.signals import RATE_HZ, Samples

NAME = "synthesis"
VERSION = 1
"""Part of every file name; it rises when a seed gives other samples than before."""
HELD_OUT_EVERY = 4
"""One recording in four is for evaluation."""
OWN_LICENCE, OWN_ATTRIBUTION = "Apache-2.0", "Soundpost"
LONG = (5.0, 10.0)
SHORT = (2.0, 2.0)
"""Sounds with long pauses: a window of 1.985 s anywhere in a recording for training has them."""


@dataclass(frozen=True)
class Counts:
    """Recordings of each family, a quarter of them for evaluation."""

    alarms: int = 400
    speech: int = 300
    music: int = 400


class Kind(NamedTuple):
    """A kind of made sound, the labels that it certainly has, and its share of the alarms."""

    make: Callable[[Parameters, float], Samples]
    labels: tuple[str, ...]
    share: int = 2
    seconds: tuple[float, float] = LONG

    @property
    def name(self) -> str:
        """The name of the function that makes it."""
        return self.make.__name__


KINDS = (
    Kind(alarms.smoke_alarm, ("smoke_alarm",), 6),
    Kind(alarms.smoke_alarm_low, ("smoke_alarm",), 4),
    Kind(alarms.carbon_monoxide_alarm, ("smoke_alarm",), 4, SHORT),
    # Alarm clocks have the same beeps: that it is a smoke alarm is left open.
    Kind(alarms.continuous_alarm, ("alarm",), 2),
    Kind(alarms.low_battery_chirp, ("alarm",), 2, SHORT),
    # AudioSet has them among the sounds of trucks; the teachers decide.
    Kind(beeps.reversing_beeper, (), 3),
    Kind(beeps.intruder_siren, ("alarm",), 2),
    Kind(beeps.car_alarm, ("car_alarm",), 3),
    Kind(beeps.alarm_clock, ("alarm",), 2),
    Kind(beeps.oven_beep, (), 3, SHORT),
    Kind(beeps.till_beep, (), 2),
    Kind(beeps.dialling, (), 1),
    Kind(beeps.telephone, ("telephone",), 3, SHORT),
    Kind(beeps.doorbell, ("doorbell",), 3, SHORT),
    Kind(sirens.wail, ("siren",), 3),
    Kind(sirens.yelp, ("siren",), 3),
    Kind(sirens.two_tone, ("siren",), 3),
    Kind(sirens.civil_defence, ("siren",), 1),
    Kind(sirens.air_horn, ("vehicle_horn",), 2, SHORT),
    Kind(sirens.car_horn, ("vehicle_horn",), 3, SHORT),
)


class Plan(NamedTuple):
    """A recording before it is rendered; without a group it is a group of its own."""

    name: str
    group: str
    labels: tuple[str, ...]
    licence: str
    attribution: str
    render: Callable[[], Samples]


class Family(NamedTuple):
    """Recordings of one kind of renderer, and the name of what it lacks on this machine."""

    name: str
    plan: Callable[[Parameters, int], Plan]
    total: int
    missing: str


def made_recordings(folder: Path, seed: int, counts: Counts) -> Source:
    """Returns made recordings; those that the folder lacks are rendered, FLAC at 16 kHz.

    A seed gives the same recordings whatever the counts: more of them add to the others. Speech
    and music need espeak-ng and FluidSynth; without them they are left out, and named.

    Args:
        folder: The folder of the files; made when it is missing.
        seed: Of all parameters.
        counts: The number of recordings of each family.

    Raises:
        TrainingError: A file cannot be written.
    """
    families = (
        Family("alarms", _plan_alarm, counts.alarms, ""),
        Family("speech", _plan_speech, counts.speech, speech.missing()),
        Family("music", _plan_music, counts.music, music.missing()),
    )
    recordings: list[SourceRecording] = []
    left_out: list[str] = []
    for number, family in enumerate(families):
        if family.missing and family.total:
            left_out.append(f"{family.name}: {family.missing} is not installed")
            continue
        for index in range(family.total):
            held_out = index % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
            rng = np.random.default_rng((seed, number, index))
            plan = family.plan(Parameters(rng, held_out), index)
            path = folder / f"{plan.name}-v{VERSION}-{seed}-{index:05d}.flac"
            try:
                recordings.append(_recorded(path, plan, held_out=held_out))
            except RenderError as error:
                left_out.append(f"{path.name}: {error}")
    return Source(NAME, tuple(recordings), tuple(left_out))


def _recorded(path: Path, plan: Plan, *, held_out: bool) -> SourceRecording:
    """Returns the recording of a plan, and renders it if its file is missing."""
    if not path.exists():
        samples = plan.render()
        with atomic_path(path) as unfinished:
            soundfile.write(unfinished, samples, RATE_HZ, format="FLAC", subtype="PCM_16")
    return SourceRecording(
        path=path,
        source=NAME,
        group=f"{NAME}:{plan.group or path.stem}",
        labels=plan.labels,
        licence=plan.licence,
        attribution=plan.attribution,
        held_out=held_out,
        seconds=soundfile.info(path).duration,
    )


def _plan_alarm(parameters: Parameters, index: int) -> Plan:
    """Returns the plan of an alarm; kinds take turns, so that both parts have every kind."""
    # The first round has every kind once, the later ones those with a larger share.
    rounds = range(max(kind.share for kind in KINDS))
    turns = [kind for turn in rounds for kind in KINDS if turn < kind.share]
    kind = turns[index // HELD_OUT_EVERY % len(turns)]
    low, high = LONG if parameters.held_out else kind.seconds
    seconds = float(parameters.rng.uniform(low, high))
    return Plan(
        kind.name,
        "",
        kind.labels,
        OWN_LICENCE,
        OWN_ATTRIBUTION,
        partial(kind.make, parameters, seconds),
    )


def _plan_speech(parameters: Parameters, _index: int) -> Plan:
    """Returns the plan of an utterance; the recordings of one speaker are one group."""
    utterance = speech.draw_utterance(parameters)
    return Plan(
        "speech",
        f"espeak-ng:{utterance.speaker}",
        ("speech",),
        speech.LICENCE,
        speech.ATTRIBUTION,
        partial(speech.speak, utterance),
    )


def _plan_music(parameters: Parameters, _index: int) -> Plan:
    """Returns the plan of a piece of music."""
    seconds = float(parameters.rng.uniform(*LONG))
    piece = music.compose(parameters, seconds)
    font = music.sound_font() or music.SOUND_FONTS[0]
    return Plan(
        "music",
        "",
        ("music",),
        music.LICENCES.get(font.stem, "unknown"),
        f"sound font {font.name}",
        partial(music.play, piece, font, seconds),
    )
