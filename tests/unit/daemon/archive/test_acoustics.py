"""Acoustic figures of recordings: measured beside the events, and written as a table."""

import csv
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from archive_rows import ONSET_NS
from sample_archive import write_models, write_sound

from soundpost.acoustics.figures import MinuteFigures, Reason
from soundpost.acoustics.reference import LevelReference
from soundpost.archive.acoustics import RecordingAcoustics, write_acoustics
from soundpost.archive.analyzer import Analyzer
from soundpost.archive.files import archive_files
from soundpost.archive.part import Part, decode_part, encode_part
from soundpost.archive.settings import AnalysisSettings, differences, fingerprint
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules

WHOLE = MinuteFigures(
    0, 60.0, 48_000, -40.004, -45.25, -40.0, -50.0, -60.5, -30.0, aci=312.34567, ndsi=-0.5, bi=7.0
)
REST = MinuteFigures(
    60 * 10**9,
    0.003,
    8_000,
    -0.001,
    -45.25,
    missing={"laf10": Reason.TOO_SHORT, "aci": Reason.RATE_TOO_LOW},
)
PART = Part(
    file="=night/a.wav",
    sha256="ab" * 32,
    seconds=60.003,
    rate_hz=48_000,
    utc_ns=ONSET_NS,
    time_source="name",
    time_flags=("conflict", "future"),
    damage="",
    rows=(),
    acoustics=(WHOLE, REST),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> AnalysisSettings:
    """Provides settings of one model of 16 kHz, with acoustic figures."""
    config = load_config(write_models(tmp_path_factory.mktemp("models"), "low"), {})
    manifests = [model.bundle.manifest for model in load_models(config.all_models)]
    rules = [
        build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
        for manifest, model in zip(manifests, config.all_models, strict=True)
    ]
    return AnalysisSettings(config, rules, has_acoustics=True)


def read(path: Path) -> list[dict[str, str]]:
    """Returns the rows of a table."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def analyzed(settings: AnalysisSettings, path: Path) -> Part:
    """Returns the part of a recording."""
    return Analyzer(settings).analyze(
        archive_files([path], [path])[0], lambda _seconds, _share: None
    )


def test_a_minute_is_a_row(tmp_path: Path) -> None:
    """Levels have two decimals, indices four; what is missing is empty, and has its reason."""
    write_acoustics(tmp_path / "acoustics.csv", [PART], LevelReference())
    whole, rest = read(tmp_path / "acoustics.csv")
    assert whole == {
        "file": "'=night/a.wav",
        "begin_seconds": "0",
        "start_utc": "2025-10-26T02:30:00.123456789Z",
        "seconds": "60.000",
        "partial": "false",
        "rate_hz": "48000",
        "level_reference": "full_scale",
        "leq_db": "-40.00",
        "laeq_db": "-45.25",
        "laf10_db": "-40.00",
        "laf50_db": "-50.00",
        "laf90_db": "-60.50",
        "lafmax_db": "-30.00",
        "aci": "312.3457",
        "ndsi": "-0.5000",
        "bi": "7.0000",
        "missing": "",
        "time_flags": "conflict;future",
    }
    assert rest["start_utc"] == "2025-10-26T02:31:00.123456789Z"
    assert (rest["seconds"], rest["partial"], rest["rate_hz"]) == ("0.003", "true", "8000")
    assert (rest["leq_db"], rest["laf10_db"], rest["aci"]) == ("0.00", "", "")
    assert rest["missing"] == "aci:rate_too_low;laf10:too_short"


def test_with_a_calibration_levels_are_sound_pressure_levels(tmp_path: Path) -> None:
    """The same parts are written with another reference, without a new analysis."""
    write_acoustics(tmp_path / "acoustics.csv", [PART], LevelReference(120.0))
    whole, _ = read(tmp_path / "acoustics.csv")
    assert (whole["level_reference"], whole["leq_db"]) == ("20_micropascal", "83.01")


def test_a_recording_without_a_time_has_minutes_without_one(tmp_path: Path) -> None:
    """Their place in the recording is known."""
    part = msgspec.structs.replace(PART, utc_ns=None)
    write_acoustics(tmp_path / "acoustics.csv", [part], LevelReference())
    assert [row["start_utc"] for row in read(tmp_path / "acoustics.csv")] == ["", ""]


def test_the_journal_keeps_figures_to_the_bit() -> None:
    """A resumed run writes the bytes of one that was not ended."""
    exact = replace(WHOLE, leq_dbfs=-1 / 3, aci=1e300 / 7)
    part = msgspec.structs.replace(PART, acoustics=(exact,))
    assert decode_part(encode_part(part)) == part


def test_a_part_of_an_earlier_version_has_no_figures() -> None:
    """It is read, and has none."""
    content = encode_part(PART)
    earlier = content[: content.index(b',"acoustics"')] + b"}"
    assert decode_part(earlier).acoustics == ()


def test_a_recording_is_measured_beside_its_events(
    settings: AnalysisSettings, tmp_path: Path
) -> None:
    """At the rate of capture; the events are those of an analysis without figures."""
    write_sound(tmp_path / "a.wav", seed=3, seconds=66.0)
    part = analyzed(settings, tmp_path / "a.wav")
    assert [figures.seconds for figures in part.acoustics] == [60.0, 6.0]
    assert {figures.rate_hz for figures in part.acoustics} == {16_000}
    assert all(figures.ndsi is not None for figures in part.acoustics)
    without = analyzed(replace(settings, has_acoustics=False), tmp_path / "a.wav")
    assert without.acoustics == ()
    assert without.rows == part.rows


def test_a_recording_of_a_low_rate_has_no_index_of_its_empty_band(
    settings: AnalysisSettings, tmp_path: Path
) -> None:
    """It is resampled for the model; the figures do not pretend to have its band."""
    noise = np.random.default_rng(5).normal(scale=0.1, size=8_000 * 3)
    soundfile.write(tmp_path / "low.wav", noise, 8_000, "PCM_16")
    (figures,) = analyzed(settings, tmp_path / "low.wav").acoustics
    assert figures.rate_hz == 8_000
    assert figures.missing == dict.fromkeys(("ndsi", "bi"), Reason.RATE_TOO_LOW)
    assert figures.aci is not None


def test_results_with_and_without_figures_are_not_mixed(settings: AnalysisSettings) -> None:
    """The fingerprint of an analysis without them is that of earlier versions."""
    manifests = [model.bundle.manifest for model in load_models(settings.config.all_models)]
    without = fingerprint(replace(settings, has_acoustics=False), manifests)
    assert "acoustics" not in without
    assert differences(without, fingerprint(settings, manifests)) == [
        "acoustics: none before, measured now"
    ]


def test_nothing_is_observed_when_it_is_off() -> None:
    """So it costs nothing."""
    acoustics = RecordingAcoustics(16_000, is_on=False)
    assert acoustics.observers == ()
    assert acoustics.finish(48_000) == ()
