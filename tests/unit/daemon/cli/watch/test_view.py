"""The content of `soundpost watch`, without a terminal and without rich."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from soundpost.audio import SILENCE_DBFS, Chunk, Pcm
from soundpost.capture import ArraySource
from soundpost.classify import Classifier, load_bundle
from soundpost.classify.model import Model
from soundpost.cli.watch.format import event_line, state_line
from soundpost.cli.watch.plain import PlainOutput
from soundpost.cli.watch.view import KEPT_EVENTS, View
from soundpost.config import Config, DecideConfig
from soundpost.decide import Rule, build_rules
from soundpost.events import Detection, Scores, State, Window
from soundpost.health import Health
from soundpost.pipeline import build_pipeline

TINY = Path(__file__).resolve().parents[4] / "golden" / "tiny-int8"
RATE_HZ = 16_000


def noise(seconds: float, rms: float, seed: int = 1) -> Pcm:
    """Returns noise of an RMS level in int16 steps."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(0.0, rms, round(seconds * RATE_HZ)), np.int16)


def detection(event: int, state: State) -> Detection:
    """Returns a state of an event."""
    return Detection(event, state, "hum", 0.9, 0.5, 0, None, 0, 0, None, -20.0)


def scores(*values: float) -> Scores:
    """Returns the scores of a window."""
    window = Window(0, 1, np.zeros((1, 1), np.float32), 0.0, 0)
    return Scores(window, np.array(values, np.float32))


@pytest.fixture(scope="module")
def model() -> Model:
    """The tiny model of the tests."""
    bundle = load_bundle(TINY)
    return Model(bundle, Classifier(bundle))


def build_view(model: Model, config: DecideConfig) -> View:
    """Returns a view of the model with a configuration."""
    manifest = model.bundle.manifest
    rules = build_rules(manifest.labels, config, RATE_HZ)
    return View("tiny", [manifest.label_names], [rules], RATE_HZ, 30.0)


def test_the_highest_scores_come_first_with_their_thresholds(model: Model) -> None:
    """An excluded label is shown without a threshold."""
    view = build_view(model, DecideConfig(exclude=["hum"], on_threshold=0.7))
    view.on_scores(scores(0.2, 0.5, 0.3))
    assert [(bar.label, bar.threshold) for bar in view.bars] == [
        ("hum", None),
        ("hush", 0.7),
        ("hiss", 0.7),
    ]
    assert view.bars[0].score == 0.5


def test_the_highest_scores_of_all_models_are_shown() -> None:
    """Those of the last window of each; a label that both have has the threshold of its model."""
    hum, owl = (
        Rule(0, label, 0.6, 0.3, smoothing_windows=1, minimum_samples=0, refractory_samples=0)
        for label in ("hum", "owl")
    )
    view = View("two", [["hum", "dog"], ["owl", "dog"]], [[hum], [owl]], RATE_HZ, 30.0)
    window = Window(0, 1, np.empty((0, 64), np.float32), -20.0, 0)
    for model, values in ((0, [0.5, 0.2]), (1, [0.1, 0.9]), (1, [0.7, 0.4])):
        view.on_scores(Scores(window, np.array(values, np.float32), model))
    assert [(bar.label, round(bar.score, 1), bar.threshold) for bar in view.bars] == [
        ("owl", 0.7, 0.6),
        ("hum", 0.5, 0.6),
        ("dog", 0.4, None),
        ("dog", 0.2, None),
    ]


def test_a_label_is_shown_by_the_name_that_people_use(model: Model) -> None:
    """In lines of events and in the line of the state; a label without one is shown itself."""
    view = build_view(model, DecideConfig())
    view.names = {"hum": "Mains hum"}
    view.on_scores(scores(0.2, 0.5, 0.3))
    assert "Mains hum 0.50, hush 0.30" in state_line(view)
    assert "  Mains hum  " in event_line(detection(0, State.STARTED), view)


def test_an_event_is_shown_once_in_its_last_state(model: Model) -> None:
    """The latest event is first, and the number of events is bounded."""
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


def test_a_view_receives_all_samples_and_does_not_change_the_detections(model: Model) -> None:
    """The detections are the same as without a view."""
    config = Config(decide=DecideConfig(on_threshold=0.36, off_threshold=0.33))
    samples = np.concatenate([noise(0.4, 10.0 ** (1 + turn % 4), turn) for turn in range(12)])

    def detected(observer: View | None) -> list[tuple[int, str, State, float]]:
        source = ArraySource(samples, RATE_HZ)
        observers = [observer] if observer else []
        pipeline = build_pipeline(config, model, source, Health(), observers)
        decided = [state for detections in pipeline.run() for state in detections]
        return [(s.onset_sample, s.label, s.state, s.score) for s in decided]

    view = build_view(model, config.decide)
    assert detected(view) == detected(None) != []
    assert view.captured_samples == len(samples)
    assert len(view.bars) == 3


class InterruptedSource(ArraySource):
    """A microphone that is lost at the end."""

    def chunks(self) -> Iterator[Chunk | None]:  # type: ignore[override]  # as sources may
        """Yields all samples, then None."""
        yield from super().chunks()
        yield None


def test_without_a_microphone_level_and_scores_are_cleared(model: Model) -> None:
    """The noise floor stays."""
    view = build_view(model, DecideConfig())
    source = InterruptedSource(noise(2.0, 900.0), RATE_HZ)
    pipeline = build_pipeline(Config(), model, source, Health(), [view])
    seen = []
    for _ in pipeline.run():
        view.update(pipeline, ())
        seen.append((view.is_waiting, len(view.bars), view.meter.level_dbfs > SILENCE_DBFS))
    assert seen[-3:-1] == [(False, 3, True), (True, 0, False)]
    assert view.meter.peak_dbfs == SILENCE_DBFS
    assert view.meter.floor_dbfs > SILENCE_DBFS


def test_plain_output_has_a_line_for_each_state_and_one_every_five_seconds(model: Model) -> None:
    """The first line is printed after the first chunk."""
    out = io.StringIO()
    view, lines = build_view(model, DecideConfig()), PlainOutput(out)
    for second in range(12):
        view.on_chunk(Chunk(second * RATE_HZ, noise(1.0, 300.0), 0))
        lines.show(view, [detection(0, State.STARTED)] if second == 7 else [])
    printed = out.getvalue().splitlines()
    assert [line.split()[0] for line in printed if "level" in line] == [
        "0:00:01",
        "0:00:06",
        "0:00:11",
    ]
    assert ["started    hum" in line for line in printed] == [False, False, True, False]
