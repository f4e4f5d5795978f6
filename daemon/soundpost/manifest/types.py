"""Bounded numbers and names that the parts of a manifest share."""

from typing import Annotated

import msgspec
from msgspec import Meta

# Every number has bounds, far beyond use: they hold the memory that a manifest can ask for.
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Size = Annotated[int, Meta(ge=1, le=100_000_000)]
Frames = Annotated[int, Meta(ge=1, le=100_000)]
EventsPerHour = Annotated[float, Meta(ge=0.0, le=3_600.0)]
"""At most one a second, which is more than any budget."""
Windows = Annotated[int, Meta(ge=1, le=1_000)]
Samples = Annotated[int, Meta(ge=0, le=100_000_000_000)]
"""Up to a day at the highest rate."""
Bytes = Annotated[int, Meta(ge=1, le=256_000_000)]
Fold = Annotated[int, Meta(ge=0, le=1_000_000)]
Figure = Annotated[float, Meta(ge=-1e12, le=1e12)]
# \Z, because $ also matches before a final newline; [0-9], because \d matches any digit.
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
BundleId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*\Z", max_length=64)]
Version = Annotated[str, Meta(pattern=r"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}\Z")]
LabelName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]*\Z", max_length=64)]
"""Few characters, because a label is part of MQTT topics and file names."""

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
"""As people write it, in any script, without control characters."""
LanguageTag = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}\Z")]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the manifest; unknown fields are refused."""
