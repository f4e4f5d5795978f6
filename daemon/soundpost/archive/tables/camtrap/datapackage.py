"""The file `datapackage.json`: what the package has, by whom, of where and when."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from soundpost import __version__
from soundpost.archive.tables.camtrap.columns import date
from soundpost.archive.tables.camtrap.selection import Selection
from soundpost.archive.tables.camtrap.survey import Survey

VERSION = "1.0.2"
"""Of Camtrap DP."""
_STANDARD = f"https://raw.githubusercontent.com/tdwg/camtrap-dp/{VERSION}"
"""The addresses by which the standard requires profile and schemas to be named. Nothing is read
from there: programs that check a package do so."""
TABLES = ("deployments", "media", "observations")


def describe_package(
    survey: Survey,
    selection: Selection,
    models: Sequence[Mapping[str, str]],
    taxa: Sequence[Mapping[str, object]],
) -> bytes:
    """Returns the content of `datapackage.json`.

    Args:
        survey: The places, and what the user states.
        selection: The recordings; at least one.
        models: Title, version and licence of each model with an event.
        taxa: The species of the observations.
    """
    stated = msgspec.to_builtins(survey.properties)
    project = {
        "title": survey.title,
        "samplingDesign": "opportunistic",
        "captureMethod": ["timeLapse"],
        "individualAnimals": False,
        **stated.pop("project", {}),
        "observationLevel": ["event"],
    }
    sources = [{"title": "Soundpost", "version": __version__}, *models, *stated.pop("sources", [])]
    spans, deployments = selection.spans.values(), selection.spans.keys()
    properties: dict[str, Any] = {
        "resources": [_resource(name) for name in TABLES],
        "profile": f"{_STANDARD}/camtrap-dp-profile.json",
        "name": _name(survey.title),
        "created": _created(),
        "title": survey.title,
        "contributors": [{"title": f"Soundpost {__version__}", "role": "contributor"}],
        "description": "Sounds that models detected in recordings. Each observation is an event; "
        "its tags have the label, the recording and the place in it.",
        **stated,
        "sources": sources,
        "project": project,
        "coordinatePrecision": max(deployment.place.precision for deployment in deployments),
        "spatial": _spatial(selection),
        "temporal": {
            "start": date(min(span.start_ns for span in spans)),
            "end": date(max(span.end_ns for span in spans)),
        },
        "taxonomic": list(taxa),
    }
    return (json.dumps(properties, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(name: str) -> dict[str, str]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": f"{_STANDARD}/{name}-table-schema.json",
    }


def _name(title: str) -> str:
    """Returns the name of the package: lower-case letters and digits of ASCII, and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "archive"


def _created() -> str:
    """Returns the time of writing, which is `SOURCE_DATE_EPOCH` where a build sets that.

    See https://reproducible-builds.org/specs/source-date-epoch/.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _spatial(selection: Selection) -> dict[str, object]:
    """Returns the places as GeoJSON, longitude first."""
    places = sorted(
        {
            (float(deployment.place.longitude), float(deployment.place.latitude))
            for deployment in selection.spans
        }
    )
    if len(places) == 1:
        return {"type": "Point", "coordinates": list(places[0])}
    return {"type": "MultiPoint", "coordinates": [list(place) for place in places]}
