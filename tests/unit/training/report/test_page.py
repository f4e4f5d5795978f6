"""The HTML page of an evaluation."""

import re

import numpy as np
import pytest
from sample_evaluation import GROUND_TRUTH, LABELS, sample_evaluation, sample_scores

from soundpost_training.report import report_page

pytestmark = pytest.mark.training

HISTORIES = {"fold1": np.array([[0.0, 1.0], [1.0, 0.5]])}


def test_a_page_has_its_pictures_inside_and_no_script() -> None:
    """It needs no other file and no network; names are escaped."""
    html = report_page(sample_evaluation(), sample_scores(), GROUND_TRUTH, HISTORIES)
    assert html.count('src="data:image/png;base64,') == 5
    assert not re.search(r"<script|https?://", html)
    assert "made-&lt;up&gt;: evaluation" in html


def test_a_page_has_every_label_and_figure() -> None:
    """Labels that int8 changes most come first; a clip without an excerpt is linked."""
    html = report_page(sample_evaluation(), sample_scores(), GROUND_TRUTH, HISTORIES)
    for figure in ("82.00% ± 1.00%", "81.25%", "0.9700", "temperature 0.61", "62.5% are detected"):
        assert figure in html, figure
    deltas = html[html.index("int8 against float") : html.index("Curves")]
    positions = [deltas.index(f"<td>{label}</td>") for label in LABELS]
    assert positions == sorted(positions, reverse=True)
    assert '<a href="file:///a.wav">/a.wav</a></div>' in html


@pytest.mark.parametrize(("agreement", "is_shown"), [(0.999, True), (None, False)])
def test_only_a_bundle_of_all_folds_has_an_agreement(
    agreement: float | None, *, is_shown: bool
) -> None:
    """The share of clips with one label in int8 and float."""
    html = report_page(sample_evaluation(agreement), sample_scores(), GROUND_TRUTH, {})
    assert ("99.90%" in html) == is_shown
