"""Camtrap DP 1.0.2 as frictionless reads it, served at its own addresses without a network.

Names, types and bounds of the standard (https://camtrap-dp.tdwg.org) in a short form of our own,
independent of the code that writes packages. A package is checked as it was written: frictionless
asks for the addresses that stand in it, and for no others.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oracles import oracle

VERSION = "1.0.2"
ADDRESS = f"https://raw.githubusercontent.com/tdwg/camtrap-dp/{VERSION}/"
TIME = "%Y-%m-%dT%H:%M:%S%z"

DEPLOYMENTS = """
deploymentID string required unique
locationID string
locationName string
latitude number required -90 90
longitude number required -180 180
coordinateUncertainty integer 1
deploymentStart datetime required
deploymentEnd datetime required
setupBy string
cameraID string
cameraModel string
cameraDelay integer 0
cameraHeight number 0
cameraDepth number 0
cameraTilt integer -90 90
cameraHeading integer 0 360
detectionDistance number 0
timestampIssues boolean
baitUse boolean
featureType string =roadPaved,roadDirt,trailHiking,trailGame,roadUnderpass,roadOverpass,roadBridge,\
culvert,burrow,nestSite,carcass,waterSource,fruitingTree
habitat string
deploymentGroups string
deploymentTags string
deploymentComments string
"""
MEDIA = r"""
mediaID string required unique
deploymentID string required >deployments
captureMethod string =activityDetection,timeLapse
timestamp datetime required
filePath string required ~^(?=^[^./~])(^((?!\.{2}).)*$).*$
filePublic boolean required
fileName string
fileMediatype string required ~^(image|video|audio)/.*$
exifData any
favorite boolean
mediaComments string
"""
OBSERVATIONS = """
observationID string required unique
deploymentID string required >deployments
mediaID string >media
eventID string
eventStart datetime required
eventEnd datetime required
observationLevel string required =media,event
observationType string required =animal,human,vehicle,blank,unknown,unclassified
cameraSetupType string =setup,calibration
scientificName string
count integer 1
lifeStage string =adult,subadult,juvenile
sex string =female,male
behavior string
individualID string
individualPositionRadius number 0
individualPositionAngle number -90 90
individualSpeed number 0
bboxX number 0 1
bboxY number 0 1
bboxWidth number 1e-15 1
bboxHeight number 1e-15 1
classificationMethod string =human,machine
classifiedBy string
classificationTimestamp datetime
classificationProbability number 0 1
observationTags string
observationComments string
"""
_TEXT = {"type": "string", "minLength": 1}
_ROLES = ["contact", "principalInvestigator", "rightsHolder", "publisher", "contributor"]
_DESIGNS = [
    *("simpleRandom", "systematicRandom", "clusteredRandom"),
    *("experimental", "targeted", "opportunistic"),
]


def table_schema(lines: str) -> dict[str, Any]:
    """Returns a table schema: a field in each line, with its bounds, values, pattern, table."""
    fields, keys = [], []
    for line in lines.strip().splitlines():
        name, kind, *rules = line.split()
        constraints: dict[str, Any] = {}
        bounds = iter(("minimum", "maximum"))
        for rule in rules:
            if rule in {"required", "unique"}:
                constraints[rule] = True
            elif rule.startswith("="):
                constraints["enum"] = rule[1:].split(",")
            elif rule.startswith("~"):
                constraints["pattern"] = rule[1:]
            elif rule.startswith(">"):
                reference = {"resource": rule[1:], "fields": name}
                keys.append({"fields": name, "reference": reference})
            else:
                constraints[next(bounds)] = float(rule)
        kinds = {"format": TIME} if kind == "datetime" else {}
        fields.append({"name": name, "type": kind, "constraints": constraints, **kinds})
    return {
        "fields": fields,
        "missingValues": ["", "NA", "NaN", "nan"],
        "primaryKey": [fields[0]["name"]],
        "foreignKeys": keys,
    }


def profile() -> dict[str, Any]:
    """Returns the profile of `datapackage.json`, as JSON Schema."""
    resource = {
        "type": "object",
        "required": ["name", "path", "profile", "schema"],
        "properties": {
            "name": {"enum": ["deployments", "media", "observations"]},
            "profile": {"enum": ["tabular-data-resource"]},
            "schema": {"type": "string", "format": "uri", "pattern": r"1\.0\.2"},
        },
    }
    dated = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": [
            *("resources", "profile", "created", "contributors"),
            *("project", "spatial", "temporal", "taxonomic"),
        ],
        "properties": {
            "resources": {"type": "array", "minItems": 3, "items": resource},
            "profile": {"type": "string", "format": "uri"},
            "name": {"type": "string", "pattern": r"^([-a-z0-9._/])+$"},
            "created": {"type": "string", "format": "date-time", "pattern": r"T.*Z$"},
            "contributors": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["title"],
                    "properties": {"title": _TEXT, "role": {"enum": _ROLES}},
                },
            },
            "sources": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["title"],
                    "properties": {"title": {"type": "string"}, "version": {"type": "string"}},
                },
            },
            "licenses": {
                "type": "array",
                "minItems": 2,
                "items": {
                    "type": "object",
                    "required": ["scope"],
                    "properties": {"scope": {"enum": ["data", "media"]}},
                    "anyOf": [{"required": ["name"]}, {"required": ["path"]}],
                },
            },
            "project": {
                "type": "object",
                "required": [
                    *("title", "samplingDesign", "captureMethod"),
                    *("individualAnimals", "observationLevel"),
                ],
                "properties": {
                    "title": _TEXT,
                    "samplingDesign": {"enum": _DESIGNS},
                    "captureMethod": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"enum": ["activityDetection", "timeLapse"]},
                    },
                    "individualAnimals": {"type": "boolean"},
                    "observationLevel": {"type": "array", "items": {"enum": ["media", "event"]}},
                },
            },
            "coordinatePrecision": {"type": "number"},
            "spatial": {
                "type": "object",
                "required": ["type", "coordinates"],
                "properties": {"type": {"enum": ["Point", "MultiPoint"]}},
            },
            "temporal": {
                "type": "object",
                "required": ["start", "end"],
                "properties": {"start": dated, "end": dated},
            },
            "taxonomic": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["scientificName"],
                    "properties": {
                        "scientificName": _TEXT,
                        "vernacularNames": {
                            "type": "object",
                            "patternProperties": {"^[a-z]{3}$": {"type": "string"}},
                            "additionalProperties": False,
                        },
                    },
                },
            },
        },
    }


def standard() -> dict[str, dict[str, Any]]:
    """Returns the files of the standard by their addresses."""
    tables = {"deployments": DEPLOYMENTS, "media": MEDIA, "observations": OBSERVATIONS}
    files = {
        f"{ADDRESS}{name}-table-schema.json": table_schema(lines) for name, lines in tables.items()
    }
    return {**files, f"{ADDRESS}camtrap-dp-profile.json": profile()}


class _Server:
    """Answers the requests of a session; any other address is an error, as without a network."""

    def __init__(self) -> None:
        self._files = standard()
        self.requested: set[str] = set()

    def send(self, request: Any, **_options: object) -> Any:  # noqa: ANN401 - of requests
        """Returns the file at an address."""
        self.requested.add(request.url)
        response = oracle("requests").Response()
        response.status_code = 200 if request.url in self._files else 404
        response.url, response.request = request.url, request
        response.raw = io.BytesIO(json.dumps(self._files.get(request.url)).encode())
        return response

    def close(self) -> None:
        """Has nothing to close."""


@contextmanager
def standard_without_network() -> Iterator[set[str]]:
    """Has frictionless read the standard from here; provides the addresses that it requests."""
    session, server = oracle("requests").Session(), _Server()
    session.mount("https://", server)
    session.mount("http://", server)
    # Trusted: the package lies in a folder of its own, and not in that of the test run.
    with oracle("frictionless").system.use_context(http_session=session, trusted=True):
        yield server.requested


def problems(folder: Path) -> list[str]:
    """Returns what frictionless objects to in a package; empty if it is valid.

    It must have read the profile and all three schemas, so that an empty list proves something.
    """
    frictionless = oracle("frictionless")
    with standard_without_network() as requested:
        report = frictionless.validate(str(folder / "datapackage.json"))
    found = [str(error) for error in report.flatten(["title", "fieldName", "rowNumber", "note"])]
    assert found or requested == set(standard()), requested
    return found
