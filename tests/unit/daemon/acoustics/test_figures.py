"""Figures of a minute: how they follow from its measures, and what is missing of them."""

from dataclasses import replace

import numpy as np
import pytest

from soundpost.acoustics.figures import MinuteFigures, MinuteMeasures, Reason
from soundpost.acoustics.levels import Levels
from soundpost.acoustics.spectrum import SpectrumSums

BINS = np.ones(512)
SUMS = SpectrumSums(15.625, 100, 100 * BINS, 100 * BINS, 25 * BINS, 99)
LEVELS = Levels(-40.0, -45.0, -42.0, -50.0, -60.0, -30.0)
WHOLE = MinuteMeasures(16_000, 960_000, LEVELS, SUMS)


def test_figures_are_those_of_levels_and_sums() -> None:
    """Equal bins have no bands that differ."""
    found = WHOLE.figures(60 * 10**9)
    assert found.ndsi == pytest.approx(5 / 7)  # six bands against one
    assert replace(found, ndsi=None) == MinuteFigures(
        60 * 10**9,
        60.0,
        16_000,
        -40.0,
        -45.0,
        -42.0,
        -50.0,
        -60.0,
        -30.0,
        aci=512 / 4,
        bi=0.0,
    )
    assert found.start_seconds == 60


@pytest.mark.parametrize(
    ("measures", "missing"),
    [
        (WHOLE, {}),
        (replace(WHOLE, rate_hz=15_999), {"ndsi": "rate_too_low", "bi": "rate_too_low"}),
        (
            replace(WHOLE, spectrum=replace(SUMS, frames=0)),
            {"aci": "too_short", "ndsi": "too_short", "bi": "too_short"},
        ),
        (
            replace(WHOLE, rate_hz=8_000, spectrum=replace(SUMS, frames=0)),
            {"aci": "too_short", "ndsi": "rate_too_low", "bi": "rate_too_low"},
        ),
        (
            replace(WHOLE, spectrum=replace(SUMS, amplitude=0 * BINS)),
            {"aci": "silence", "ndsi": "silence", "bi": "silence"},
        ),
        (replace(WHOLE, spectrum=replace(SUMS, changes=0)), {"aci": "too_short"}),
        (
            replace(WHOLE, levels=Levels(-40.0, -45.0, None, None, None, None)),
            dict.fromkeys(("laf10", "laf50", "laf90", "lafmax"), "too_short"),
        ),
    ],
)
def test_each_missing_figure_has_its_reason(
    measures: MinuteMeasures, missing: dict[str, Reason]
) -> None:
    """No other figure is missing."""
    figures = measures.figures(0)
    assert figures.missing == missing
    names = ("laf10_dbfs", "laf50_dbfs", "laf90_dbfs", "lafmax_dbfs", "aci", "ndsi", "bi")
    absent = {name.removesuffix("_dbfs") for name in names if getattr(figures, name) is None}
    assert absent == set(missing)


@pytest.mark.parametrize(
    ("samples", "is_partial"), [(960_000, False), (958_400, False), (958_399, True), (1, True)]
)
def test_a_minute_is_whole_up_to_the_drift_of_a_card(samples: int, is_partial: bool) -> None:  # noqa: FBT001 - a value of the case
    """A tenth of a second."""
    assert replace(WHOLE, samples=samples).figures(0).is_partial is is_partial
