"""The table `[[sources]]`: several sources of sound in one daemon."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost.config.sources.capture import CaptureConfig
from soundpost.config.sources.gate import GateConfig
from soundpost.config.types import TOPICS_OF_A_NODE, DeviceClass, Labels, Text
from soundpost.errors import ConfigError

MOST_SOURCES = 16
"""Each is a process with a model of its own: more than this many need a second machine."""

SourceId = Annotated[
    str,
    Meta(
        # No dot at the beginning: the name is also that of a folder.
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\Z",
        description="1 to 64 letters, digits, dots, dashes and underscores, no dot at first",
    ),
]
Bundles = Annotated[list[Text], Meta(min_length=1, description="a list of bundles")]

_STANDARD_INPUT = ("pcm:-", "wav:/dev/stdin", "wav:/dev/fd/0", "wav:/proc/self/fd/0")
_RECORDINGS = ("pcm:", "wav:")


class SourceConfig(CaptureConfig, frozen=True, kw_only=True):
    """One of several sources: the keys of `[capture]`, and what differs from the other sources."""

    name: SourceId
    bundle: Text | None = None
    models: Bundles | None = None
    chosen: Labels | None = None
    gate: GateConfig = GateConfig()
    device_classes: dict[str, DeviceClass] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name in TOPICS_OF_A_NODE:
            raise ValueError(f"name is {self.name!r}, which is a topic of the node itself")

    @property
    def reads_standard_input(self) -> bool:
        """True if the source is the standard input, which only one process can read."""
        return self.source in _STANDARD_INPUT

    @property
    def ends_by_itself(self) -> bool:
        """True if the source has an end, as a file and a pipe have, and no microphone."""
        return self.source.startswith(_RECORDINGS)


def only_source(sources: Sequence[SourceConfig]) -> str:
    """Returns the name of the source, if there is only one.

    Raises:
        ConfigError: There are several.
    """
    names = [source.name for source in sources]
    if len(names) > 1:
        raise ConfigError(
            f"expected one source, got the {len(names)} tables [[sources]] {', '.join(names)}",
            hint=f"choose one, as in --source {names[0]}",
        )
    return names[0]


def refuse_ambiguous(sources: Sequence[SourceConfig]) -> None:
    """Refuses sources that would share a name, a folder or the standard input.

    Raises:
        ValueError: Two sources have one name, up to upper and lower case, because the names are
            folders too and some file systems do not distinguish them; two sources read the standard
            input; a source chooses its model in two ways; or there are too many sources.
    """
    if len(sources) > MOST_SOURCES:
        raise ValueError(f"expected at most {MOST_SOURCES} tables [[sources]], got {len(sources)}")
    names = [source.name.lower() for source in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two tables [[sources]] have the name {twice[0]!r}")
    for source in sources:
        if source.bundle is not None and source.models is not None:
            raise ValueError(f"source {source.name} has both bundle and models, set one of them")
    if sum(source.reads_standard_input for source in sources) > 1:
        raise ValueError("two tables [[sources]] read the standard input")
