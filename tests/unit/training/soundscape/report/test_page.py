"""The page of a soundscape report."""

import re
from pathlib import Path

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost_training.soundscape.compose.ground_truth import read_ground_truth
from soundpost_training.soundscape.compose.recipe import read_scene
from soundpost_training.soundscape.report.page import judgement_page
from soundpost_training.soundscape.score.judge import Case, judge


def test_a_page_has_the_metrics_and_its_pictures_inside(
    soundscape: Path, tiny_bundle: Bundle
) -> None:
    """It refers to no other file, and has every label and every method."""
    scene, ground_truth = read_scene(soundscape), read_ground_truth(soundscape)
    settings = DecideConfig(on_threshold=0.36, off_threshold=0.3)
    case = Case(
        soundscape, scene, ground_truth, tiny_bundle, settings, None, "evaluate <all> & more"
    )
    judgement = judge(case)
    html = judgement_page(judgement.report, scene, ground_truth, judgement.detected)
    assert html.count("data:image/png;base64,") == 2
    assert not re.search(r"<script|https?://", html)
    assert "evaluate &lt;all&gt; &amp; more" in html
    for method in judgement.report.methods:
        assert f"<td>{method.name}</td><td>{method.thresholds}</td>" in html
    assert all(f"<td>{label}</td>" in html for label in ("hiss", "hum", "hush"))
    assert "YAMNet" not in html
