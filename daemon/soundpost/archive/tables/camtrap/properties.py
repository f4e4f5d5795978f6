"""The properties of `datapackage.json` that a person states, as the standard spells them."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.errors import ConfigError

Text = Annotated[str, Meta(min_length=1)]


class Stated(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"
):
    """A part of the file; a property that the standard does not have is refused."""


class Contributor(Stated, frozen=True):
    """A person or an organization."""

    title: Text
    path: Text | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    role: (
        Literal["contact", "principalInvestigator", "rightsHolder", "publisher", "contributor"]
        | UnsetType
    ) = UNSET
    organization: Text | UnsetType = UNSET


class Licence(Stated, frozen=True):
    """A licence of the tables (`data`) or of the recordings (`media`), by its name or its URL."""

    scope: Literal["data", "media"]
    name: Text | UnsetType = UNSET
    path: Text | UnsetType = UNSET
    title: Text | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.name is UNSET and self.path is UNSET:
            raise ValueError("a licence has a `name` or a `path`")


class Source(Stated, frozen=True):
    """An origin of the data."""

    title: Text
    path: Text | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    version: Text | UnsetType = UNSET


class Project(Stated, frozen=True):
    """The study. Its defaults stand in the package unless the person states otherwise."""

    title: Text | UnsetType = UNSET
    id: Text | UnsetType = UNSET
    acronym: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    path: Text | UnsetType = UNSET
    sampling_design: (
        Literal[
            "simpleRandom",
            "systematicRandom",
            "clusteredRandom",
            "experimental",
            "targeted",
            "opportunistic",
        ]
        | UnsetType
    ) = UNSET
    capture_method: (
        Annotated[list[Literal["activityDetection", "timeLapse"]], Meta(min_length=1)] | UnsetType
    ) = UNSET
    individual_animals: bool | UnsetType = UNSET


class Properties(Stated, frozen=True):
    """The properties that may be stated; the others follow from the recordings.

    `relatedIdentifiers` are taken as they are: their vocabulary is DataCite's.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9._/-]+\Z")] | UnsetType = UNSET
    id: Text | UnsetType = UNSET
    title: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    version: Text | UnsetType = UNSET
    keywords: Annotated[list[Text], Meta(min_length=1)] | UnsetType = UNSET
    image: Text | UnsetType = UNSET
    homepage: Text | UnsetType = UNSET
    bibliographic_citation: Text | UnsetType = UNSET
    contributors: Annotated[list[Contributor], Meta(min_length=1)] | UnsetType = UNSET
    sources: list[Source] | UnsetType = UNSET
    licenses: list[Licence] | UnsetType = UNSET
    project: Project | UnsetType = UNSET
    related_identifiers: list[dict[str, Any]] | UnsetType = UNSET
    references: list[Text] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.licenses is not UNSET and {item.scope for item in self.licenses} != {
            "data",
            "media",
        }:
            raise ValueError("`licenses` has one of the scope `data` and one of the scope `media`")


NOTHING_STATED = Properties()


def read_properties(path: Path) -> Properties:
    """Reads a JSON file with properties of `datapackage.json`.

    Raises:
        ConfigError: It cannot be read, or has a property or a value that Camtrap DP does not have
            or that follows from the recordings.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Properties)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}", hint="name a JSON file after --metadata"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: {error}",
            hint="write properties of Camtrap DP 1.0.2, as its page metadata names them; those of "
            f"the recordings are added: one of {', '.join(_names())}",
        ) from error


def _names() -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(Properties))
