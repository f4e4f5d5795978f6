"""Impulse responses, and sounds that are reverberated with them."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_training.errors import TrainingError
from soundpost_training.synthesis.rooms import (
    DIRECT,
    TAPS,
    ResponseBank,
    load_bank,
    outdoor_response,
    reverberate,
    room_response,
)
from soundpost_training.synthesis.signals import RATE_HZ, Samples

SEEDS = st.integers(0, 2**32 - 1)


def click(count: int = 31_760) -> Samples:
    """A click after a quarter of a second."""
    samples = np.zeros(count, np.float32)
    samples[RATE_HZ // 4 : RATE_HZ // 4 + 8] = 0.5
    return samples


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ResponseBank:
    """A small bank of real rooms."""
    pytest.importorskip("pyroomacoustics", reason="the extra open-air is not installed")
    return load_bank(tmp_path_factory.mktemp("rooms") / "bank.npz", seed=3, count=8)


def test_a_bank_is_the_same_for_a_seed(bank: ResponseBank, tmp_path: Path) -> None:
    """Ray tracing, which no seed sets, is not part of it."""
    again = load_bank(tmp_path / "bank.npz", seed=3, count=8)
    assert np.array_equal(bank.responses, again.responses)
    assert np.array_equal(bank.held_out, again.held_out)


def test_a_bank_is_made_once(bank: ResponseBank, tmp_path: Path) -> None:
    """The stored one is read, whatever the seed."""
    path = tmp_path / "bank.npz"
    np.savez(path, responses=bank.responses[:2], held_out=bank.held_out[:2])
    assert np.array_equal(load_bank(path, seed=9).responses, bank.responses[:2])


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint names the extra; no file is left behind."""
    monkeypatch.setitem(sys.modules, "pyroomacoustics", None)
    with pytest.raises(TrainingError, match="pyroomacoustics") as raised:
        load_bank(tmp_path / "bank.npz", seed=3, count=8)
    assert "open-air" in str(raised.value.hint)
    assert not list(tmp_path.iterdir())


def test_rooms_for_evaluation_are_not_drawn_for_training(bank: ResponseBank) -> None:
    """A quarter of the responses is held out."""
    assert bank.held_out.sum() == 2
    rng = np.random.default_rng(0)
    held_out = bank.responses[bank.held_out]
    for _ in range(40):
        assert not (bank.draw(rng) == held_out).all(axis=1).any()
        assert (bank.draw(rng, held_out=True) == held_out).all(axis=1).any()


def test_every_response_has_its_energy_at_the_direct_sound_or_later(bank: ResponseBank) -> None:
    """2.5 ms before it, the first samples are silent; all have the energy 1."""
    assert bank.responses.shape == (8, TAPS)
    assert np.isfinite(bank.responses).all()
    assert np.square(bank.responses).sum(axis=1) == pytest.approx(1.0, rel=1e-3)
    early = np.square(bank.responses[:, : DIRECT - 12]).sum(axis=1)
    assert (early < 0.01).all()


def test_a_room_has_a_tail_that_falls() -> None:
    """Later reflections are weaker than earlier ones, over a tenth of a second."""
    pytest.importorskip("pyroomacoustics", reason="the extra open-air is not installed")
    response = room_response(np.random.default_rng(1))
    power = np.square(response[: RATE_HZ // 5])
    quarters = power.reshape(4, -1).sum(axis=1)
    assert (np.diff(quarters) < 0).all()
    assert quarters[1] > 0


@given(SEEDS)
@settings(deadline=None)
def test_echoes_outdoors_are_weaker_than_the_direct_sound(seed: int) -> None:
    """The direct sound comes first; none of at most six reflections has its energy."""
    response = outdoor_response(np.random.default_rng(seed))
    assert response.shape == (TAPS,)
    assert not response[:DIRECT].any()
    assert response[DIRECT] == 1.0
    assert np.linalg.norm(response[DIRECT + 1 :]) < 6.0


@given(SEEDS, st.integers(1, 40_000), st.sampled_from([0.0, 0.01, 1.0]))
@settings(deadline=None, max_examples=40)
def test_a_reverberated_sound_keeps_length_bounds_and_level(
    seed: int, count: int, level: float
) -> None:
    """Its level falls only where a peak would exceed the range."""
    rng = np.random.default_rng(seed)
    response = outdoor_response(rng).astype(np.float32)
    samples = (rng.uniform(-level, level, count)).astype(np.float32)
    reverberated = reverberate(samples, response)
    assert reverberated.dtype == np.float32
    assert reverberated.shape == samples.shape
    assert np.isfinite(reverberated).all()
    assert np.abs(reverberated).max() <= 1
    power, power_now = np.square(samples).sum(), np.square(reverberated).sum()
    if count > DIRECT and np.abs(reverberated).max() < 0.99:
        assert power_now == pytest.approx(power, rel=1e-3)


def test_a_click_stays_at_its_time(bank: ResponseBank) -> None:
    """Within 5 ms, in every room."""
    for response in bank.responses:
        reverberated = reverberate(click(), response)
        onset = np.flatnonzero(np.abs(reverberated) > 0.2 * np.abs(reverberated).max())[0]
        assert abs(onset - RATE_HZ // 4) < 0.006 * RATE_HZ


def test_no_sound_stays_no_sound() -> None:
    """An empty array has no spectrum."""
    response = outdoor_response(np.random.default_rng(0)).astype(np.float32)
    assert not len(reverberate(np.zeros(0, np.float32), response))
