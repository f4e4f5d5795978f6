"""What `soundpost watch` shows, whatever shows it; nothing here needs a terminal or rich."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import SILENCE_DBFS, Chunk, Pcm
from soundpost.capture import ArraySource
from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.cli.watch.bar import draw_bar
from soundpost.cli.watch.level_meter import LevelMeter
from soundpost.cli.watch.plain import PlainOutput
from soundpost.cli.watch.view import KEPT_EVENTS, View
from soundpost.config import Config, DecideConfig
from soundpost.decide import build_rules
from soundpost.events import Detection, Scores, State, Window
from soundpost.health import Health
from soundpost.pipeline import build_pipeline

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"
RATE_HZ = 16_000


def noise(seconds: float, loudness: float, seed: int = 1) -> Pcm:
    """Noise of so many int16 steps RMS."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(0.0, loudness, round(seconds * RATE_HZ)), np.int16)


def heard(samples: Pcm, size: int) -> LevelMeter:
    """A meter that was given the samples in chunks of a size."""
    meter = LevelMeter(RATE_HZ, 30.0)
    for start in range(0, len(samples), size):
        meter.on_chunk(Chunk(start, samples[start : start + size], 0))
    return meter


def detection(event: int, state: State) -> Detection:
    """A state of an event."""
    return Detection(event, state, "hum", 0.9, 0.5, 0, None, 0, 0, None, -20.0)


def scores(*values: float) -> Scores:
    """The scores of a window."""
    window = Window(0, 1, np.zeros((1, 1), np.float32), 0.0, 0)
    return Scores(window, np.array(values, np.float32))


@pytest.fixture(scope="module")
def model() -> Model:
    """The tiny model of the tests."""
    bundle = load_bundle(TINY)
    return Model(bundle, Classifier(bundle))


def build_view(model: Model, config: DecideConfig) -> View:
    """Somebody who looks on."""
    manifest = model.bundle.manifest
    rules = build_rules(manifest.labels, config, RATE_HZ)
    return View("tiny", manifest.label_names, rules, RATE_HZ, 30.0)


@given(st.integers(1, 5_000))
def test_the_size_of_chunks_moves_no_needle(size: int) -> None:
    """Level, peak and floor are those of blocks of the sound."""
    samples = np.concatenate((noise(0.5, 100.0), noise(0.3, 5_000.0)))
    whole, pieces = heard(samples, len(samples)), heard(samples, size)
    assert (pieces.level_dbfs, pieces.peak_dbfs) == (whole.level_dbfs, whole.peak_dbfs)
    assert pieces.floor_dbfs == whole.floor_dbfs


def test_the_meter_reads_what_it_should() -> None:
    """Half of full scale is -6.0 dBFS; nothing at all is silence; a click does not last."""
    assert heard(np.zeros(0, np.int16), 1).level_dbfs == SILENCE_DBFS
    assert heard(np.zeros(RATE_HZ, np.int16), 800).peak_dbfs == SILENCE_DBFS
    half = heard(np.full(RATE_HZ, -16_384, np.int16), 800)
    assert half.level_dbfs == pytest.approx(-6.02, abs=0.01)
    assert half.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    lowest = heard(np.full(RATE_HZ, -32_768, np.int16), 800)
    assert lowest.peak_dbfs == 0.0


def test_a_peak_is_held_for_two_seconds() -> None:
    """Longer than the sound, so that it can be read, and not for ever."""
    click = np.zeros(round(3.0 * RATE_HZ), np.int16)
    click[100] = 16_384
    held = heard(click[: round(1.9 * RATE_HZ)], 800)
    assert held.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert held.level_dbfs == SILENCE_DBFS
    assert heard(click, 800).peak_dbfs == SILENCE_DBFS


def test_the_floor_stays_where_it_was_while_it_is_loud() -> None:
    """It is the quietest of the last half minute."""
    meter = heard(np.concatenate((noise(5.0, 100.0), noise(5.0, 3_000.0))), 800)
    assert meter.floor_dbfs == pytest.approx(-50.3, abs=1.0)
    assert meter.level_dbfs == pytest.approx(-20.8, abs=1.0)


@given(st.floats(-1.0, 2.0), st.integers(1, 300), st.lists(st.floats(-1.0, 2.0), max_size=3))
def test_a_bar_is_as_long_as_it_is_told_to_be(share: float, width: int, marks: list[float]) -> None:
    """Whatever it shows, and every mark is on it."""
    bar = draw_bar(share, width, dict.fromkeys(marks, "|"))
    assert len(bar) == width
    assert ("|" in bar) == bool(marks)


def test_a_bar_is_filled_as_far_as_its_share() -> None:
    """To an eighth of a character."""
    assert draw_bar(0.0, 4, {}) == "    "
    assert draw_bar(0.5, 4, {}) == "██  "
    assert draw_bar(0.53, 4, {}) == "██▏ "
    assert draw_bar(1.0, 4, {}) == "████"
    assert draw_bar(0.5, 4, {0.0: "a", 1.0: "b"}) == "a█ b"


def test_the_highest_scores_come_first_with_their_thresholds(model: Model) -> None:
    """What nobody listens for is view without one."""
    view = build_view(model, DecideConfig(exclude=["hum"], on_threshold=0.7))
    view.on_scores(scores(0.2, 0.5, 0.3))
    assert [(bar.label, bar.threshold) for bar in view.bars] == [
        ("hum", None),
        ("hush", 0.7),
        ("hiss", 0.7),
    ]
    assert view.bars[0].score == 0.5


def test_an_event_is_shown_once_in_its_last_state(model: Model) -> None:
    """The latest event first, and not more of them than anybody reads."""
    view = build_view(model, DecideConfig())
    view.on_detections([detection(0, State.STARTED), detection(1, State.STARTED)])
    view.on_detections([detection(0, State.CONFIRMED)])
    assert [(event.event, event.state) for event in view.events] == [
        (1, State.STARTED),
        (0, State.CONFIRMED),
    ]
    view.on_detections([detection(number, State.STARTED) for number in range(2, 200)])
    assert len(view.events) == KEPT_EVENTS
    assert view.events[0].event == 199
    assert view.event_count == 200


def test_who_looks_on_changes_nothing_and_misses_nothing(model: Model) -> None:
    """The same detections as unobserved; every sample is heard and every window weighed."""
    config = Config(decide=DecideConfig(on_threshold=0.36, off_threshold=0.33))
    samples = np.concatenate([noise(0.4, 10.0 ** (1 + turn % 4), turn) for turn in range(12)])

    def listened(observer: View | None) -> list[tuple[int, str, State, float]]:
        source = ArraySource(samples, RATE_HZ)
        observers = [observer] if observer else []
        pipeline = build_pipeline(config, model, source, Health(), observers)
        decided = [one for detections in pipeline.run() for one in detections]
        return [(one.onset_sample, one.label, one.state, one.score) for one in decided]

    view = build_view(model, config.decide)
    assert listened(view) == listened(None) != []
    assert view.captured_samples == len(samples)
    assert len(view.bars) == 3


class Pausing(ArraySource):
    """A microphone that is lost at the end."""

    def chunks(self) -> Iterator[Chunk | None]:  # type: ignore[override]  # as sources may
        """All samples, then nothing for a while."""
        yield from super().chunks()
        yield None


def test_what_is_no_longer_so_is_not_shown(model: Model) -> None:
    """Without a microphone the needle falls, and no score is left standing."""
    view = build_view(model, DecideConfig())
    source = Pausing(noise(2.0, 900.0), RATE_HZ)
    pipeline = build_pipeline(Config(), model, source, Health(), [view])
    seen = []
    for _ in pipeline.run():
        view.update(pipeline, ())
        seen.append((view.is_waiting, len(view.bars), view.meter.level_dbfs > SILENCE_DBFS))
    assert seen[-3:-1] == [(False, 3, True), (True, 0, False)]
    assert view.meter.peak_dbfs == SILENCE_DBFS
    assert view.meter.floor_dbfs > SILENCE_DBFS


def test_lines_say_every_state_at_once_and_now_and_then_how_it_is(model: Model) -> None:
    """At the beginning, and after every five seconds of sound."""
    out = io.StringIO()
    view, lines = build_view(model, DecideConfig()), PlainOutput(out)
    for second in range(12):
        view.on_chunk(Chunk(second * RATE_HZ, noise(1.0, 300.0), 0))
        lines.show(view, [detection(0, State.STARTED)] if second == 7 else [])
    told = out.getvalue().splitlines()
    assert [line.split()[0] for line in told if "level" in line] == [
        "0:00:01",
        "0:00:06",
        "0:00:11",
    ]
    assert ["started    hum" in line for line in told] == [False, False, True, False]
