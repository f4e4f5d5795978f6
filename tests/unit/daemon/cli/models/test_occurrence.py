"""The labels that occur at the node, as `soundpost labels` and `soundpost check` state them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from range_bundle import RANGE_MODELS, TINY_FLOAT, bare_scores, write_range_bundle

from soundpost.classify import load_bundle
from soundpost.cli.models import occurrence
from soundpost.cli.models.labels import labels
from soundpost.cli.models.occurrence import describe_range, this_week
from soundpost.config import Config, DecideConfig, LabelConfig, NodeConfig, load_config
from soundpost.errors import ConfigError

LABELS = ["hiss", "hum", "hush"]
PLACE = {"latitude": 0.0, "longitude": 0.0}
NODE = NodeConfig(name="n", latitude=0.0, longitude=0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny bundle with a range model."""
    return write_range_bundle(tmp_path / "tiny")


def config(bundle: Path, **tables: dict[str, Any]) -> Config:
    """Returns a configuration with a bundle."""
    return load_config(None, {"classify": {"bundle": str(bundle)}, **tables})


def listed(config: Config, week: int | None, *, is_json: bool) -> str:
    """Returns what `soundpost labels` prints."""
    out = io.StringIO()
    labels(config, out, is_json=is_json, week=week)
    return out.getvalue()


@pytest.mark.parametrize("week", [1, 18, 48])
def test_the_rows_have_the_scores_of_the_bare_model(folder: Path, week: int) -> None:
    """With `unknown`, which the range model does not know."""
    found = config(folder, node=PLACE, decide={"unknown": True})
    rows = {row["label"]: row for row in json.loads(listed(found, week, is_json=True))}
    scores = bare_scores(RANGE_MODELS / "tiny.tflite", 0.0, 0.0, week)
    assert [rows[name]["occurrence"] for name in LABELS] == pytest.approx(scores.tolist(), abs=0)
    assert [rows[name]["occurs"] for name in LABELS] == (scores >= 0.5).tolist()
    assert (rows["unknown"]["occurrence"], rows["unknown"]["occurs"]) == (None, None)


def test_the_table_marks_the_labels_and_says_how_many_occur(folder: Path) -> None:
    """The last line names place, week and threshold."""
    written = listed(config(folder, node=PLACE), 18, is_json=False).splitlines()
    scores = bare_scores(RANGE_MODELS / "tiny.tflite", 0.0, 0.0, 18)
    marks = [["yes" if score >= 0.5 else "no", f"{score:.3f}"] for score in scores]
    assert [line.split()[3:5] for line in written[1:4]] == marks
    count = sum(scores >= 0.5)
    assert written[-1] == f"{count} of 3 labels occur at 0.0 N 0.0 E in week 18 at 0.5"


def test_without_a_week_no_range_model_is_run(tmp_path: Path) -> None:
    """A broken one does not matter, and nothing is marked."""
    folder = write_range_bundle(tmp_path / "broken", "broken.tflite")
    found = config(folder, node=PLACE)
    assert "occurs" not in listed(found, None, is_json=False)
    assert json.loads(listed(found, None, is_json=True))[0]["occurs"] is None


@pytest.mark.parametrize(
    ("has_range", "tables", "message"),
    [
        (False, {"node": PLACE}, "tiny-float has no range model"),
        (True, {}, "depend on the place, which is not set"),
        (True, {"node": PLACE, "decide": {"range": "off"}}, r'decide\.range is "off"'),
    ],
)
def test_a_week_without_a_range_is_refused(
    folder: Path, tables: dict[str, Any], message: str, *, has_range: bool
) -> None:
    """The error says what is missing."""
    with pytest.raises(ConfigError, match=message):
        listed(config(folder if has_range else TINY_FLOAT, **tables), 18, is_json=False)


def test_only_the_models_that_have_a_range_are_marked(folder: Path) -> None:
    """A model of birds and one of everyday sounds run on one source."""
    found = load_config(
        None, {"node": PLACE, "models": [{"bundle": "esc10"}, {"bundle": str(folder)}]}
    )
    rows = json.loads(listed(found, 18, is_json=True))
    assert {row["label"] for row in rows if row["occurs"] is not None} == set(LABELS)
    assert {row["model"] for row in rows} == {"esc10", "tiny-float"}
    assert "in week 18" in listed(found, 18, is_json=False)


def test_check_says_how_many_labels_remain_and_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels that are off, and those that do not follow the range, are counted as they are."""
    bundle = load_bundle(folder)
    monkeypatch.setattr(occurrence, "clock_state", lambda: "synced")
    scores = bare_scores(RANGE_MODELS / "tiny.tflite", 0.0, 0.0, this_week())
    occurring = [name for name, score in zip(LABELS, scores, strict=True) if score >= 0.5]
    where = f"{len(occurring)} of 3 labels occur at 0.0 N 0.0 E in week {this_week()} at 0.5"
    others = [name for name in LABELS if name not in occurring]
    assert 0 < len(occurring) < 3
    for decide, text in (
        (DecideConfig(), f"{len(occurring)} of the 3 that are detected can start an event"),
        (DecideConfig(exclude=others), "{0} of the {0} that are detected".format(len(occurring))),
        (
            DecideConfig(labels=dict.fromkeys(others, LabelConfig(range="off"))),
            "3 of the 3 that are detected can start an event",
        ),
    ):
        assert describe_range(NODE, decide, bundle).startswith(f"{where}; {text}")


def test_check_says_why_the_range_is_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place, by the configuration, or until the clock is synced."""
    bundle = load_bundle(folder)
    assert describe_range(NodeConfig(name="n"), DecideConfig(), bundle) == (
        "off: node.latitude and node.longitude are not set, so all 3 labels count as occurring"
    )
    assert describe_range(NODE, DecideConfig(range="off"), bundle) == (
        'off: decide.range is "off", so all 3 labels count as occurring'
    )
    monkeypatch.setattr(occurrence, "clock_state", lambda: "untrusted")
    text = describe_range(NODE, DecideConfig(), bundle)
    assert text.endswith("; off until the clock is synced")
