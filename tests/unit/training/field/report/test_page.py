"""The page holds every table and the picture, and nothing that is not escaped."""

import base64
import re
from pathlib import Path

import pytest

from soundpost.classify import Bundle
from soundpost.config import Config, DecideConfig
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.field.report.curves import draw_curves, largest_shown
from soundpost_training.field.report.page import field_page
from soundpost_training.field.score.evaluate import Case, evaluate_field
from soundpost_training.field.score.figures import CurvePoint, FieldReport, rate, share

LOW = DecideConfig(on_threshold=0.36, off_threshold=0.3, smoothing_windows=1)


@pytest.fixture
def figures(folder: Path, tiny_bundle: Bundle, label_map: LabelMap) -> FieldReport:
    """Provides the figures of the tiny field."""
    command = "soundpost-train evaluate --field <yard>"
    return evaluate_field(Case(folder, tiny_bundle, Config(decide=LOW), None, label_map, command))


def test_the_page_has_the_tables_and_the_picture(figures: FieldReport) -> None:
    """The command is escaped, the picture is a PNG within the page."""
    page = field_page(figures)
    assert "evaluate --field &lt;yard&gt;" in page
    for cell in ("<td>kitchen</td>", "<td>hiss</td>", "<td>security</td>"):
        assert cell in page
    (picture,) = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page)
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    assert "<li>never annotated, so without recall: hush</li>" in page


def test_a_report_without_annotations_has_a_picture_all_the_same() -> None:
    """Of no panels."""
    assert draw_curves({}, {}).startswith(b"\x89PNG")


def test_a_phone_shows_the_whole_page(figures: FieldReport) -> None:
    """Its own width, and wide tables that scroll on their own; long commands wrap."""
    page = field_page(figures)
    assert '<meta name="viewport" content="width=device-width' in page
    assert page.count('<div class="wide" tabindex="0"><table>') == page.count("<table>") > 2
    assert page.count("<figcaption>") == page.count("<table>")
    assert "<caption>" not in page
    assert "overflow-wrap: anywhere" in page


def test_a_panel_without_false_events_has_a_scale() -> None:
    """Rates of 0 alone would give ticks of millionths of an event."""

    def points(count: int) -> list[CurvePoint]:
        return [CurvePoint(threshold=0.5, recall=share(1, 1), false_events=rate(count, 0.5))]

    assert largest_shown(points(0)) == largest_shown([]) == pytest.approx(1.05)
    assert largest_shown(points(4)) == pytest.approx(8.4)
    assert draw_curves({"hiss": points(0)}, {"hiss": 0.5}).startswith(b"\x89PNG")
