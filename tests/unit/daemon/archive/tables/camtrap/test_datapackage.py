"""The file that describes a package."""

from dataclasses import replace
from decimal import Decimal

from archive_rows import ONSET_NS, recording, row
from camtrap_package import ORIGIN, PLACE, SURVEY, metadata, package, read
from camtrap_standard import problems

from soundpost.archive.tables.camtrap.place import round_place
from soundpost.archive.tables.camtrap.properties import Contributor, Licence, Project, Properties
from soundpost.archive.tables.camtrap.survey import Deployment, Survey

STATED = Properties(
    title="Owls",
    contributors=[Contributor(title="A. Person", role="contact", email="a@example.org")],
    licenses=[Licence(scope="data", name="CC0-1.0"), Licence(scope="media", name="CC-BY-4.0")],
    project=Project(title="Owls", sampling_design="targeted"),
)


def test_stated_properties_replace_the_defaults() -> None:
    """The program and the models stay among the sources."""
    origin = replace(ORIGIN, survey=replace(SURVEY, properties=STATED))
    with package([row()], [recording()], origin) as folder:
        assert problems(folder) == []
        described = metadata(folder)
    assert (described["name"], described["title"]) == ("owls-of-the-spree", "Owls")
    assert [item["title"] for item in described["contributors"]] == ["A. Person"]
    assert [item["name"] for item in described["licenses"]] == ["CC0-1.0", "CC-BY-4.0"]
    assert described["project"] == {
        "title": "Owls",
        "samplingDesign": "targeted",
        "captureMethod": ["timeLapse"],
        "individualAnimals": False,
        "observationLevel": ["event"],
    }
    assert [source["title"] for source in described["sources"]] == ["Soundpost", "birds"]


def test_a_name_has_the_characters_that_the_standard_allows() -> None:
    """A title in another script leaves none of its own."""
    for title, name in (("Größe 3", "gr-e-3"), ("鳥", "archive")):
        with package(
            [], [recording()], replace(ORIGIN, survey=replace(SURVEY, title=title))
        ) as folder:
            assert problems(folder) == []
            assert metadata(folder)["name"] == name


def test_several_recorders_are_several_deployments() -> None:
    """Each has its own place, and the times of its own recordings."""
    north = round_place(Decimal("52.61"), Decimal("13.41"), 2)
    survey = Survey(
        "card", [Deployment("south", "south", PLACE), Deployment("north", "north", north)]
    )
    recordings = [
        recording("north/a.wav", utc_ns=ONSET_NS + 86_400 * 10**9),
        recording("south/b.wav", 30.5),
    ]
    with package([row(file="south/b.wav")], recordings, replace(ORIGIN, survey=survey)) as folder:
        assert problems(folder) == []
        deployments, described = read(folder, "deployments"), metadata(folder)
    assert [line["deploymentID"] for line in deployments] == ["north", "south"]
    assert [(line["deploymentStart"], line["deploymentEnd"]) for line in deployments] == [
        ("2025-10-27T02:30:00Z", "2025-10-27T02:31:01Z"),
        ("2025-10-26T02:30:00Z", "2025-10-26T02:30:31Z"),
    ]
    assert described["temporal"] == {"start": "2025-10-26", "end": "2025-10-27"}
    assert described["spatial"]["coordinates"] == [[13.38, 52.52], [13.41, 52.61]]
