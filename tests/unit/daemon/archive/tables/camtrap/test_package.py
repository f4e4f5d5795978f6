"""Packages of Camtrap DP, as frictionless, pandas and duckdb read them."""

from pathlib import Path

import pytest
from archive_rows import HOSTILE, ONSET_NS, archives, recording, row
from camtrap_package import ORIGIN, PLACE, metadata, package, read
from camtrap_standard import DEPLOYMENTS, MEDIA, OBSERVATIONS, problems
from hypothesis import Phase, given, settings
from oracles import oracle

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables import write_tables
from soundpost.errors import ConfigError


def test_frictionless_validates_a_package() -> None:
    """With the profile and the schemas that it names, which are read."""
    rows = [row(), row(id="other", model_id="own", scientific_name=None, label="siren")]
    with package(rows, [recording(), recording("night/b.wav")]) as folder:
        assert problems(folder) == []
        assert {path.name for path in folder.iterdir()} == {
            *("datapackage.json", "deployments.csv", "media.csv", "observations.csv"),
            "left_out.csv",
        }


@pytest.mark.parametrize(
    ("table", "wrong", "expected"),
    [
        ("observations", ("event,animal", "event,owl"), "observationType"),
        ("observations", ("0.875000", "1.875000"), "classificationProbability"),
        ("observations", ("02:30:00Z", "02:30:00.5Z"), "eventStart"),
        ("observations", (",card,", ",cards,"), "Foreign"),
        ("media", ("night/a.wav", "../a.wav"), "filePath"),
        ("media", ("audio/wav", "sound/wav"), "fileMediatype"),
        ("deployments", ("52.52", "152.52"), "latitude"),
        ("deployments", ("deploymentEnd", "end"), "deploymentEnd"),
    ],
)
def test_frictionless_finds_what_is_wrong(
    table: str, wrong: tuple[str, str], expected: str
) -> None:
    """So that an empty list of problems proves something."""
    with package([row()], [recording()]) as folder:
        path = folder / f"{table}.csv"
        assert wrong[0] in path.read_text()
        path.write_text(path.read_text().replace(*wrong))
        assert expected in str(problems(folder))


@given(archives())
@settings(max_examples=20, deadline=None, phases=[Phase.generate])  # to shrink takes minutes
def test_frictionless_validates_every_package(
    archive: tuple[list[Row], list[AnalyzedRecording]],
) -> None:
    """Whatever names, models and times an archive has."""
    rows, recordings = archive
    with package(rows, recordings) as folder:
        if recordings:
            assert problems(folder) == []
        else:
            assert [path.name for path in folder.iterdir()] == ["left_out.csv"]


def test_the_columns_are_those_of_the_standard_in_its_order() -> None:
    """All of them, those without a value too."""
    with package([row()], [recording()]) as folder:
        for table, lines in (
            ("deployments", DEPLOYMENTS),
            ("media", MEDIA),
            ("observations", OBSERVATIONS),
        ):
            header = (folder / f"{table}.csv").read_text().splitlines()[0].split(",")
            assert header == [line.split()[0] for line in lines.strip().splitlines()]


def test_an_observation_names_its_species_model_and_recording() -> None:
    """Rows of several models have each their own; a sound without a species has none."""
    rows = [row(), row(id="other", model_id="own", scientific_name=None, label="siren")]
    with package(rows, [recording()]) as folder:
        owl, siren = read(folder, "observations")
        (media,) = read(folder, "media")
        description = metadata(folder)
    assert (owl["observationType"], owl["scientificName"]) == ("animal", "Strix aluco")
    assert (siren["observationType"], siren["scientificName"]) == ("unknown", "")
    assert (owl["classifiedBy"], siren["classifiedBy"]) == ("birds 2.4.0", "own 2.4.0")
    assert {owl["classificationMethod"], owl["observationLevel"]} == {"machine", "event"}
    assert owl["observationTags"].endswith("|licence:CC BY-NC-SA 4.0")
    assert siren["observationTags"].endswith("|licence:MIT")
    assert f"mediaID:{media['mediaID']}" in owl["observationTags"]
    assert (media["filePath"], media["timestamp"]) == ("night/a.wav", "2025-10-26T02:30:00Z")
    assert description["taxonomic"] == [
        {"scientificName": "Strix aluco", "vernacularNames": {"eng": "Tawny Owl"}}
    ]
    assert description["sources"][1:] == [
        {"title": "birds", "version": "2.4.0", "licence": "CC BY-NC-SA 4.0"},
        {"title": "own", "version": "2.4.0", "licence": "MIT"},
    ]


def test_only_the_rounded_place_is_in_the_package() -> None:
    """No file has the digits that the user did not want to publish."""
    with package([row()], [recording()]) as folder:
        (deployment,) = read(folder, "deployments")
        text = "".join(path.read_text("utf-8") for path in folder.iterdir())
        description = metadata(folder)
    assert (deployment["latitude"], deployment["longitude"]) == ("52.52", "13.38")
    assert deployment["coordinateUncertainty"] == str(PLACE.uncertainty_metres)
    assert description["coordinatePrecision"] == 0.01
    assert description["spatial"] == {"type": "Point", "coordinates": [13.38, 52.52]}
    assert "52.51" not in text
    assert "13.37" not in text


def test_a_recording_without_a_certain_time_is_named_beside_the_package(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its events are in no table of the package."""
    uncertain = recording("night/b.wav", utc_ns=None, time_flags=("no_time",))
    rows = [row(), row(id="other", file="night/b.wav", onset_utc_ns=None, time_flags=("no_time",))]
    with package(rows, [recording(), uncertain]) as folder:
        assert problems(folder) == []
        assert [line["fileName"] for line in read(folder, "media")] == ["a.wav"]
        assert [line["observationID"] for line in read(folder, "observations")] == [row().id]
        assert read(folder, "left_out") == [
            {"file": "night/b.wav", "reason": "its time is not certain: no_time"}
        ]
    assert "1 of 2 recordings are not in camtrap/datapackage.json" in caplog.text


def test_without_a_recording_there_is_no_package_and_none_of_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Tables of recordings that are gone would look like those of this run."""
    write_tables([row()], [recording()], tmp_path, ["camtrap"], origin=ORIGIN)
    uncertain = recording(utc_ns=None, time_flags=("no_timezone",))
    write_tables([], [uncertain], tmp_path, ["camtrap"], origin=ORIGIN)
    assert [path.name for path in (tmp_path / "camtrap").iterdir()] == ["left_out.csv"]
    assert "camtrap/datapackage.json is not written" in caplog.text


def test_without_a_place_nothing_is_written(tmp_path: Path) -> None:
    """The standard requires one, and it is published only if the user wants that."""
    with pytest.raises(ConfigError, match="place of the recorder") as error:
        write_tables([row()], [recording()], tmp_path / "out", ["csv", "camtrap"])
    assert "--location" in error.value.hint
    assert not (tmp_path / "out").exists()


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the time of writing, which the standard requires and an environment can set."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1761445800")
    for name in ("one", "other"):
        rows = [row(), row(id="x", model_id="own")]
        write_tables(rows, [recording()], tmp_path / name, ["camtrap"], origin=ORIGIN)
    for path in (tmp_path / "one/camtrap").iterdir():
        assert path.read_bytes() == (tmp_path / "other/camtrap" / path.name).read_bytes()
    assert metadata(tmp_path / "one/camtrap")["created"] == "2025-10-26T02:30:00Z"


def test_pandas_and_duckdb_read_the_observations() -> None:
    """Texts are as they were: a package is for programs, and has no apostrophes."""
    pandas, duckdb = oracle("pandas"), oracle("duckdb")
    rows = [
        row(id=f"{number}", scientific_name=name.replace("\n", " ").replace("\r", ""))
        for number, name in enumerate(HOSTILE)
        if name.isprintable()
    ]
    with package(rows, [recording()]) as folder:
        table = pandas.read_csv(folder / "observations.csv", parse_dates=["eventStart"])
        found = (
            duckdb.read_csv(str(folder / "observations.csv"))
            .project("scientificName, epoch(CAST(eventStart AS TIMESTAMPTZ))")
            .fetchall()
        )
    names = [event.scientific_name for event in rows]
    assert table["scientificName"].tolist() == [name for name, _ in found] == names
    assert {time.value // 10**9 for time in table["eventStart"]} == {ONSET_NS // 10**9}
    assert {seconds for _, seconds in found} == {ONSET_NS // 10**9}
