"""`soundpost bench`: the cost of each stage, on the tiny model of the tests."""

import io
import re
from pathlib import Path

import msgspec
import pytest
from tiny_models import write_tiny_bundle

from soundpost.cli import bench
from soundpost.cli.processor import Processor
from soundpost.config import ClassifyConfig, Config, ModelConfig

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Config:
    """A configuration with the tiny model, measured once on a few seconds of sound."""
    monkeypatch.setattr(bench, "SECONDS", 3)
    monkeypatch.setattr(bench, "REPEATS", 1)
    return Config(classify=ClassifyConfig(bundle=f"{TINY}/"))


def test_each_stage_has_a_line_with_its_cost(config: Config) -> None:
    """Features, classifier, tracker and the whole pipeline, then the peak memory."""
    out = io.StringIO()
    bench.bench(config, out)
    first, *lines = out.getvalue().splitlines()
    assert first.startswith("tiny-int8 ")
    assert f" of {Processor.read()}; " in first
    assert [line.split()[0] for line in lines] == [
        "features",
        "classify",
        "decide",
        "pipeline",
        "memory",
    ]
    assert all(re.match(r"  \w+ +\d+\.\d+", line) for line in lines)
    assert lines[3].endswith("times real time")


def test_several_models_are_measured_alone_and_together(config: Config, tmp_path: Path) -> None:
    """Each alone at its own rate, then all on one source at the highest."""
    high = write_tiny_bundle(tmp_path / "high", 48_000)
    models = [ModelConfig(bundle=f"{TINY}/"), ModelConfig(bundle=str(high))]
    out = io.StringIO()
    bench.bench(msgspec.structs.replace(config, models=models), out)
    lines = out.getvalue().splitlines()
    names = [line.split()[0] for line in lines]
    alone = ["features", "classify", "decide", "pipeline"]
    assert names == ["tiny-int8", *alone, "high", *alone, "all", "pipeline", "memory"]
    assert lines[10] == "all 2 models on one source"
