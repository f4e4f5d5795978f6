"""The list of a model's labels."""

import io
import json
from typing import Any

import pytest

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


def test_what_does_not_exist_is_an_error() -> None:
    """With the nearest name as a hint."""
    with pytest.raises(BundleError) as caught:
        labels(load_config(None, {"classify": {"bundle": "esc-10"}}), io.StringIO(), is_json=False)
    assert caught.value.hint.startswith("did you mean esc10?")
    with pytest.raises(ConfigError, match="no label 'dgo'"):
        listed({"exclude": ["dgo"]})
