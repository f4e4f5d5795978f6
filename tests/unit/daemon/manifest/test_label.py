"""Labels of a manifest: groups, budgets, labels that are off by default, and speech."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from soundpost.errors import BundleError
from soundpost.manifest import (
    MANIFEST_FILE,
    Label,
    Manifest,
    groups_of,
    minimum_daemon,
    read_manifest,
)
from soundpost.manifest.label import GROUPS_SINCE, SCHEMA_1_SINCE

ROOT = Path(__file__).resolve().parents[4]
BUNDLES = [ROOT / "models" / name for name in ("esc10", "esc50", "esc50-outdoors")]
WHOLE: dict[str, Any] = json.loads((ROOT / "tests/golden/tiny-int8" / MANIFEST_FILE).read_text())

FIELDS: list[tuple[str, object]] = [
    ("group", "security"),
    ("false_events_per_hour", 0.5),
    ("recall", 0.8),
    ("off_by_default", "context"),
    ("off_by_default", "missed_budget"),
    ("speech", True),
]


def read_with(folder: Path, *labels: dict[str, object], minimum: str = GROUPS_SINCE) -> Manifest:
    """Writes a manifest whose first labels have more fields, and reads it."""
    manifest = copy.deepcopy(WHOLE)
    manifest["minimum_daemon"] = minimum
    for label, fields in zip(manifest["labels"], labels, strict=False):
        label.update(fields)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    return read_manifest(folder)


def made(name: str, **fields: Any) -> Label:  # noqa: ANN401 - a field of any type
    """Returns a label with the defaults of a tiny bundle."""
    return Label(
        name=name,
        on_threshold=0.5,
        off_threshold=0.4,
        smoothing_windows=2,
        minimum_samples=1_280,
        refractory_samples=16_000,
        **fields,
    )


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_an_optional_field_is_read_and_survives_a_round_trip(
    tmp_path: Path, field: str, value: object
) -> None:
    """The other labels keep the default."""
    manifest = read_with(tmp_path, {field: value})
    assert getattr(manifest.labels[0], field) == value
    assert not getattr(manifest.labels[1], field)
    (tmp_path / MANIFEST_FILE).write_bytes(msgspec.json.encode(manifest))
    assert read_manifest(tmp_path) == manifest


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_an_optional_field_needs_the_first_daemon_that_reads_it(
    tmp_path: Path, field: str, value: object
) -> None:
    """An older daemon names the version it lacks, in place of a field that it does not know."""
    assert minimum_daemon([made("hiss"), made("hum", **{field: value})]) == GROUPS_SINCE
    with pytest.raises(BundleError, match=f"minimum_daemon is below {GROUPS_SINCE}"):
        read_with(tmp_path, {field: value}, minimum=SCHEMA_1_SINCE)


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_a_manifest_without_the_fields_keeps_its_bytes(folder: Path) -> None:
    """A bundle of before is written as before, and needs no newer daemon."""
    text = (folder / MANIFEST_FILE).read_bytes()
    manifest = read_manifest(folder)
    assert minimum_daemon(manifest.labels) == manifest.minimum_daemon == SCHEMA_1_SINCE
    written = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    assert written.strip() == text.strip()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"group": "Security"}, "group"),
        ({"group": "hum"}, "a group has the name of a label: hum"),
        ({"group": "any"}, "a group has the name of a label: any"),
        ({"group": "unknown"}, "a group has the name of a label: unknown"),
        ({"false_events_per_hour": -0.1}, "false_events_per_hour"),
        ({"false_events_per_hour": 1e300}, "false_events_per_hour"),
        ({"recall": 1.1}, "recall"),
        ({"off_by_default": "noise"}, "off_by_default"),
        ({"off_by_default": True}, "off_by_default"),
        ({"speech": 1}, "speech"),
    ],
)
def test_an_invalid_field_is_refused(tmp_path: Path, fields: dict[str, object], error: str) -> None:
    """The message names the field or the rule."""
    with pytest.raises(BundleError, match=error):
        read_with(tmp_path, fields)


def test_a_bundle_detects_at_least_one_label_by_default(tmp_path: Path) -> None:
    """A daemon with such a bundle would detect nothing without a configuration."""
    off: dict[str, object] = {"off_by_default": "context"}
    with pytest.raises(BundleError, match="all labels are off by default"):
        read_with(tmp_path, off, off, off)


def test_groups_list_their_labels_in_the_order_of_the_model() -> None:
    """A label without a group is in none."""
    labels = [
        made("siren", group="security"),
        made("dog", group="animals"),
        made("rain"),
        made("gun_shot", group="security"),
    ]
    assert groups_of(labels) == {"security": ["siren", "gun_shot"], "animals": ["dog"]}
