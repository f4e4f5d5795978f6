"""The list of a model's labels."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from tagging_bundle import write_tagging_bundle

from soundpost.cli.models.labels import labels
from soundpost.config import load_config
from soundpost.errors import BundleError, ConfigError


def listed(decide: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Returns the rows of the JSON, by label."""
    out = io.StringIO()
    config = load_config(None, {"classify": {"bundle": "esc10"}, "decide": decide})
    labels(config, out, is_json=True)
    return {row["label"]: row for row in json.loads(out.getvalue())}


def test_every_label_has_its_threshold() -> None:
    """In the order of the model, from its manifest."""
    rows = listed({})
    assert len(rows) == 10
    assert next(iter(rows)) == "dog"
    assert 0.0 < rows["dog"]["off_threshold"] < rows["dog"]["on_threshold"] < 1.0
    assert all(row["is_detected"] for row in rows.values())


def test_the_configuration_s_settings_are_shown() -> None:
    """Thresholds, groups, profiles, and what is excluded."""
    rows = listed(
        {
            "profile": "instant",
            "exclude": ["rooster"],
            "any": True,
            "groups": {"water": ["rain", "sea_waves"]},
            "labels": {"dog": {"on_threshold": 0.3}, "water": {"profile": "steady"}},
        }
    )
    assert rows["dog"]["on_threshold"] == 0.3
    assert rows["dog"]["profile"] == "instant"
    assert (rows["rain"]["profile"], rows["rain"]["groups"]) == ("steady", ["water"])
    assert rows["rooster"]["is_detected"] is False
    assert rows["rooster"]["on_threshold"] is None
    assert rows["any"]["is_detected"]


def test_the_table_has_a_row_for_each_label() -> None:
    """Excluded ones are marked."""
    out = io.StringIO()
    config = load_config(None, {"classify": {"bundle": "esc10"}, "decide": {"exclude": ["rain"]}})
    labels(config, out, is_json=False)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0][:2] == ["label", "starts"]
    assert ["rain", "excluded"] in lines
    assert len(lines) == 11


def test_a_profile_is_shown_whatever_name_its_table_has() -> None:
    """The label's own table wins over its group's, and of two the later one."""
    rows = listed(
        {
            "profile": "instant",
            "groups": {"farm": ["Rooster", "DOG", "rain"]},
            "labels": {
                "Farm": {"profile": "steady"},
                "Dog": {"profile": "steady"},
                "dog": {"profile": "instant"},
                "ROOSTER": {"on_threshold": 0.4},
            },
        }
    )
    assert [rows[name]["profile"] for name in ("dog", "rooster", "rain", "sneezing")] == [
        "instant",
        "steady",
        "steady",
        "instant",
    ]
    assert rows["rooster"]["on_threshold"] == 0.4


def listed_of(bundle: Path, decide: dict[str, Any]) -> str:
    """Returns the table of a bundle."""
    out = io.StringIO()
    config = load_config(None, {"classify": {"bundle": str(bundle)}, "decide": decide})
    labels(config, out, is_json=False)
    return out.getvalue()


def test_calibration_groups_and_reasons_of_the_bundle_are_shown(tmp_path: Path) -> None:
    """A label that the bundle switches off has its reason in place of thresholds."""
    bundle = write_tagging_bundle(tmp_path / "yard")
    lines = [line.split() for line in listed_of(bundle, {}).splitlines()]
    assert lines[1:4] == [
        ["hiss", "0.50", "0.40", "82", "%", "0.5", "alarms"],
        ["hum", "context", "only", "-", "-", "people"],
        ["hush", "missed", "budget", "-", "0.5", "alarms"],
    ]
    named = {"labels": {"hush": {}}, "exclude": ["people"], "groups": {"quiet": ["hush"]}}
    lines = [line.split() for line in listed_of(bundle, named).splitlines()]
    assert lines[2:4] == [
        ["hum", "excluded", "-", "-", "people"],
        ["hush", "0.50", "0.40", "-", "0.5", "alarms,", "quiet"],
    ]


def test_json_has_the_calibration_and_the_reason(tmp_path: Path) -> None:
    """Labels of the bundle and of the configuration have the same keys."""
    bundle = write_tagging_bundle(tmp_path / "yard")
    out = io.StringIO()
    config = load_config(None, {"classify": {"bundle": str(bundle)}, "decide": {"any": True}})
    labels(config, out, is_json=True)
    rows = {row["label"]: row for row in json.loads(out.getvalue())}
    assert list(rows) == ["hiss", "hum", "hush", "any"]
    assert (rows["hiss"]["recall"], rows["hiss"]["false_events_per_hour"]) == (0.82, 0.5)
    assert (rows["hum"]["off_reason"], rows["hum"]["is_speech"]) == ("context", True)
    assert rows["hush"]["off_reason"] == "missed_budget"
    assert rows["any"]["off_reason"] is None
    assert [row["is_detected"] for row in rows.values()] == [True, False, False, True]


def test_what_does_not_exist_is_an_error() -> None:
    """With the nearest name as a hint."""
    with pytest.raises(BundleError) as caught:
        labels(load_config(None, {"classify": {"bundle": "esc-10"}}), io.StringIO(), is_json=False)
    assert caught.value.hint.startswith("did you mean esc10?")
    with pytest.raises(ConfigError, match="no label 'dgo'"):
        listed({"exclude": ["dgo"]})
