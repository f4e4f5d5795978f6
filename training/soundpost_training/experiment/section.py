"""The base type of an experiment's tables, and the types of their values."""

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Positive = Annotated[int, Meta(ge=1)]
NotNegative = Annotated[int, Meta(ge=0)]
AboveZero = Annotated[float, Meta(gt=0.0)]
Channels = Annotated[int, Meta(ge=8, multiple_of=8)]
"""Widths in multiples of 8: the int8 kernels of XNNPACK work in these."""

RunName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]*$")]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""
