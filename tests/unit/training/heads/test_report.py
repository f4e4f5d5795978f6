"""All labels are measured, and printed as tables."""

import json
from pathlib import Path

import numpy as np
import pytest
from taught_examples import background, embeddings, recording

from soundpost_training.heads import report
from soundpost_training.heads.figures import LabelFigures
from soundpost_training.heads.protocol import TAUGHT, Material, Place
from soundpost_training.heads.report import FigureRequest, Learner, report_figures

pytestmark = pytest.mark.training


def test_each_label_is_measured_by_each_learner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With as many recordings and choices as requested; all figures are written."""
    place = Place(background(1.0), [embeddings(5, 1)])
    clips = [(f"source-{number}", recording(number)) for number in range(12)]
    material = Material(dict.fromkeys(TAUGHT, clips), place, place)

    def measure(taught: list[object], *_: object) -> LabelFigures:
        return LabelFigures(0.9, 0.1 * len(taught), 0.5, 0.25, is_refused=True)

    learners = [Learner(name, material, np.empty((0, 12)), measure) for name in ("a", "b")]  # type: ignore[arg-type] # of no learner
    monkeypatch.setattr(report, "_learners", lambda _request: learners)
    out = tmp_path / "heads.json"
    report_figures(FigureRequest("everyday", None, (3, 5), 2, out))
    rows = json.loads(out.read_text())
    assert len(rows) == 2 * 2 * len(TAUGHT) * 2
    assert {(row["recordings"], round(row["figures"]["recall_at_share"], 3)) for row in rows} == {
        (3, 0.3),
        (5, 0.5),
    }
    text = capsys.readouterr().out
    assert "3 recordings, mean of 10 labels" in text
    assert "glass_breaking" in text
    assert "20/20" in text
