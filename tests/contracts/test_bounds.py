"""Every number that comes from outside has bounds, and no value within them takes much memory."""

import math
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from soundpost.app import build_evidence
from soundpost.config import Config, load_config
from soundpost.decide import Mutes, build_tracker
from soundpost.decide.rules.precedence import Override
from soundpost.errors import ConfigError
from soundpost.events import Scores, Window
from soundpost.features import FeatureSpec, LogMel
from soundpost.gate import build_gate
from soundpost.health import Health
from soundpost.manifest import Manifest, read_manifest
from soundpost.messages.command import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = read_manifest(ROOT / "models" / "esc50")
MOST_BYTES = 150_000_000
"""A board with 512 MB, on which the rest of the daemon takes some 80."""


def numbers(
    kind: inspect.Type, name: str
) -> Iterator[tuple[str, inspect.IntType | inspect.FloatType]]:
    """Yields every number below a type, with its place."""
    match kind:
        case inspect.IntType() | inspect.FloatType():
            yield name, kind
        case inspect.Metadata(type=inner):
            yield from numbers(inner, name)
        case inspect.UnionType(types=types):
            for inner in types:
                yield from numbers(inner, name)
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from numbers(field.type, f"{name}.{field.encode_name}")
        case inspect.ListType(item_type=inner):
            yield from numbers(inner, f"{name}[]")
        case inspect.DictType(value_type=inner):
            yield from numbers(inner, f"{name}.*")


FROM_OUTSIDE: dict[str, type] = {
    "config": Config,
    "manifest": Manifest,
    "override": Override,
    **COMMANDS,
}
NUMBERS = [
    found for name, kind in FROM_OUTSIDE.items() for found in numbers(inspect.type_info(kind), name)
]


def test_the_numbers_are_found() -> None:
    """One of each origin, and those in tables within lists and tables."""
    names = {name for name, _ in NUMBERS}
    assert {
        "config.decide.labels.*.smoothing_windows",
        "config.decide.profiles.*.minimum_seconds",
        "config.mqtt.queue_messages",
        "manifest.input.features.fft_size",
        "manifest.labels[].refractory_samples",
        "manifest.training.folds[]",
        "override.on_threshold",
        "threshold.on",
        "capture-now.seconds",
    } <= names


@pytest.mark.parametrize(("name", "kind"), NUMBERS, ids=[name for name, _ in NUMBERS])
def test_every_number_has_finite_bounds(
    name: str, kind: inspect.IntType | inspect.FloatType
) -> None:
    """Neither infinity nor a typing error passes; NaN passes no bound."""
    lowest = kind.ge if kind.gt is None else kind.gt
    assert lowest is not None, name
    assert kind.le is not None, name
    assert math.isfinite(lowest)
    assert math.isfinite(kind.le)


CONFIG_NUMBERS = [
    (name.removeprefix("config.").rpartition("."), kind)
    for name, kind in NUMBERS
    if name.startswith("config.") and "*" not in name and "[]" not in name
]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -1e308, 10**30])
@pytest.mark.parametrize("place", [place for place, _ in CONFIG_NUMBERS], ids="".join)
def test_a_value_that_is_no_number_of_use_is_refused(
    place: tuple[str, str, str], value: float
) -> None:
    """NaN, infinities and huge values are errors with the name of their key."""
    table, _, key = place
    with pytest.raises(ConfigError, match=f"{table}.{key}: expected"):
        load_config(None, {table: {key: value}})


def extreme(kind: inspect.IntType | inspect.FloatType) -> st.SearchStrategy[float]:
    """Returns the values at and beyond the bounds, and negative zero."""
    ends = [kind.le, kind.ge, kind.gt, -0.0, 0.0, 1e-300, math.nan]
    values: list[float] = [value for value in ends if value is not None]
    if isinstance(kind, inspect.IntType):
        return st.sampled_from([int(value) for value in values if math.isfinite(value)])
    return st.sampled_from(values)


@st.composite
def configurations(draw: st.DrawFn) -> Config | None:
    """Returns a configuration with extreme numbers; None if they are refused."""
    tables: dict[str, dict[str, object]] = {
        "evidence": {"folder": "/absent"},
        "gate": {"open_on": "level"},
    }
    for (table, _, key), kind in draw(st.lists(st.sampled_from(CONFIG_NUMBERS), max_size=12)):
        tables.setdefault(table, {})[key] = draw(extreme(kind))
    try:
        return load_config(None, tables)
    except ConfigError:
        return None


def run(config: Config) -> None:
    """Builds what a configuration describes, and decides on some windows."""
    health = Health()
    build_gate(config.gate, 16_000)
    build_evidence(config, [MANIFEST], health)
    tracker = build_tracker(MANIFEST, config.decide, Mutes(MANIFEST.label_names), health)
    values = np.full(len(MANIFEST.labels), 0.5, np.float32)
    log_mel = np.zeros((192, 64), np.float32)
    for number in range(3):
        window = Window(
            start_sample=number * 8_000,
            end_sample=number * 8_000 + 30_960,
            utc_ns=0,
            log_mel=log_mel,
            level_dbfs=-20.0,
        )
        list(tracker.update(Scores(window=window, values=values)))


@settings(max_examples=60)
@given(configurations())
def test_no_configuration_within_the_bounds_takes_much_memory(config: Config | None) -> None:
    """All of a configuration's numbers are at their bounds at once, in any combination."""
    if config is None:
        return
    tracemalloc.start()
    try:
        run(config)
    except ConfigError:
        pass  # two settings contradict each other
    finally:
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak_bytes < MOST_BYTES


def test_the_largest_features_take_little_memory() -> None:
    """The matrix of mel filters grows with both the FFT and the bands."""
    bounds = {
        name.removeprefix("manifest.input.features."): int(kind.le or 0)
        for name, kind in NUMBERS
        if name.startswith("manifest.input.features.")
    }
    spec = FeatureSpec(
        sample_rate_hz=bounds["sample_rate_hz"],
        frame_samples=bounds["frame_samples"],
        hop_samples=bounds["hop_samples"],
        fft_size=bounds["fft_size"],
        mel_bands=bounds["mel_bands"],
        high_hz=float(bounds["high_hz"]),
    )
    tracemalloc.start()
    LogMel(spec).compute(np.zeros(spec.sample_count(64), np.int16))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < MOST_BYTES


@pytest.mark.parametrize("value", [10**9, 10**18, 2**63])
@pytest.mark.parametrize(
    "place",
    [
        "input.window_frames",
        "input.stride_frames",
        "input.features.fft_size",
        "input.features.frame_samples",
        "input.features.hop_samples",
        "input.features.mel_bands",
        "input.features.sample_rate_hz",
        "input.tensor.shape.1",
        "model.bytes",
        "golden.bytes",
        "labels.0.smoothing_windows",
    ],
)
def test_a_huge_size_in_a_manifest_is_refused(place: str, value: int) -> None:
    """It would be taken before anything else fails."""
    manifest = msgspec.to_builtins(MANIFEST)
    *keys, last = [int(key) if key.isdigit() else key for key in place.split(".")]
    holder = manifest
    for key in keys:
        holder = holder[key]
    holder[last] = value
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(manifest), type=Manifest)
