"""The table `[heads]`: labels that were taught on the node."""

from typing import Annotated

from msgspec import Meta

from soundpost.config.types import Section, Text


class HeadsConfig(Section, frozen=True):
    """The folder of heads, and the hours of embeddings that are kept for teaching others."""

    folder: Text | None = None
    background_hours: Annotated[float, Meta(ge=0.0, le=168.0)] = 1.0
