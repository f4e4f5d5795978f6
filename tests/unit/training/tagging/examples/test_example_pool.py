"""The pool of examples: made and scored once by the real teachers, and resumable."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import LogMel
from soundpost_training.audioset.soft_scores import AudioSetTeachers
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.tagging.examples import example_pool
from soundpost_training.tagging.examples.example_pool import ExamplePool, fill_pool
from soundpost_training.tagging.examples.mixtures import Mixture, MixtureMaker
from soundpost_training.tagging.examples.waveforms import Waveforms
from soundpost_training.tagging.experiment import ExamplesConfig, TaggingExperiment
from soundpost_training.teacher import resumable_array

EXPERIMENT = TaggingExperiment(
    name="tiny",
    bundle=BundleConfig(id="tiny", version="0.1.0"),
    examples=ExamplesConfig(count=10, room_share=0.0),
)


@dataclass
class CountingMaker:
    """Makes the examples of a maker, and stops before one of them as Ctrl-C does."""

    maker: MixtureMaker
    stop_at: int = -1
    made: int = 0

    def make(self, number: int) -> Mixture:
        """Returns the example of a number."""
        if number == self.stop_at:
            raise KeyboardInterrupt
        self.made += 1
        return self.maker.make(number)


def maker(waveforms: Waveforms, experiment: TaggingExperiment = EXPERIMENT) -> MixtureMaker:
    """Returns the maker of an experiment."""
    samples = experiment.features.sample_count(experiment.window.frames)
    return MixtureMaker(experiment.examples, waveforms, None, samples, experiment.seed)


@pytest.fixture(scope="module")
def pool(
    waveforms: Waveforms, teachers: AudioSetTeachers, tmp_path_factory: pytest.TempPathFactory
) -> ExamplePool:
    """Provides a pool of ten examples of the made recordings."""
    folder = tmp_path_factory.mktemp("pool")
    return fill_pool(EXPERIMENT, waveforms, maker(waveforms), teachers, folder)


def test_a_row_has_the_example_with_its_scores(
    pool: ExamplePool, waveforms: Waveforms, teachers: AudioSetTeachers
) -> None:
    """Log-mel as the daemon computes it, both teachers' outputs, and the sounds of the mixture."""
    for number in (0, 9):
        mixture = maker(waveforms).make(number)
        log_mel = LogMel(EXPERIMENT.features).compute(mixture.samples)
        stored = pool.log_mel[number].astype(np.float32).reshape(log_mel.shape)
        np.testing.assert_allclose(stored, log_mel, atol=4e-3)
        scores = teachers.soft_scores(mixture.samples[None])
        for stored_scores, expected in zip(pool.scores, scores, strict=True):
            assert stored_scores.dtype == np.float16
            # A batch may sum in another order than a single window.
            np.testing.assert_allclose(stored_scores[number], expected[0], atol=0.02)
        sounds = mixture.first, mixture.second
        assert pool.components.recordings[number].tolist() == [one.recording for one in sounds]
        levels = [one.level_db for one in sounds]
        assert pool.components.levels_db[number] == pytest.approx(levels, rel=1e-3, abs=1e-3)
        assert pool.components.snr_db[number] == pytest.approx(mixture.snr_db, rel=1e-3)


def test_every_example_has_its_recordings(pool: ExamplePool, waveforms: Waveforms) -> None:
    """The first sound is always one of them; some examples have no second one."""
    first, second = pool.components.recordings.T
    assert first.min() >= 0
    assert first.max() < len(waveforms.recordings)
    assert (second == -1).any()
    assert (second >= 0).any()


def test_an_interrupted_pool_is_continued(
    pool: ExamplePool,
    waveforms: Waveforms,
    teachers: AudioSetTeachers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The examples before the interruption are not made again, and all rows are the same."""
    monkeypatch.setattr(example_pool, "BATCH", 2)
    monkeypatch.setattr(resumable_array, "FLUSH_EVERY", 1)
    stopped, resumed = (CountingMaker(maker(waveforms), stop_at) for stop_at in (5, -1))
    with pytest.raises(KeyboardInterrupt):
        fill_pool(EXPERIMENT, waveforms, stopped, teachers, tmp_path)  # type: ignore[arg-type]  # makes the same examples
    again = fill_pool(EXPERIMENT, waveforms, resumed, teachers, tmp_path)  # type: ignore[arg-type]  # likewise
    assert resumed.made == 10 - 4
    assert np.array_equal(again.log_mel, pool.log_mel)
    assert np.array_equal(again.components.recordings, pool.components.recordings)
    for stored, expected in zip(again.scores, pool.scores, strict=True):
        np.testing.assert_allclose(stored, expected, atol=0.02)
    finished = CountingMaker(maker(waveforms))
    fill_pool(EXPERIMENT, waveforms, finished, teachers, tmp_path)  # type: ignore[arg-type]  # likewise
    assert not finished.made


def test_other_examples_have_a_file_of_their_own(
    waveforms: Waveforms, teachers: AudioSetTeachers, tmp_path: Path
) -> None:
    """A changed seed, ratio or window makes another pool; training settings do not."""
    one = msgspec.structs.replace(EXPERIMENT.examples, count=1)
    base = msgspec.structs.replace(EXPERIMENT, examples=one)
    train = msgspec.structs.replace(base.train, epochs=3)
    files = []
    for changed in (
        base,
        msgspec.structs.replace(base, train=train),
        msgspec.structs.replace(base, seed=2),
        msgspec.structs.replace(base, examples=msgspec.structs.replace(one, mix_share=0.1)),
    ):
        fill_pool(changed, waveforms, maker(waveforms, changed), teachers, tmp_path)
        files.append(len(list(tmp_path.glob("pool-*.npy"))))
    assert files == [1, 1, 2, 3]


@given(st.lists(st.integers(-1, 100_000), min_size=1))
def test_positions_survive_the_digits_of_float16(positions: list[int]) -> None:
    """Beyond 2048 float16 has no odd numbers, so a position has two digits."""
    stored = np.array([example_pool._digits(position) for position in positions], np.float16)  # noqa: SLF001 - too many recordings for a pool of a test
    assert example_pool._number(stored.astype(np.float32)).tolist() == positions  # noqa: SLF001 - likewise
