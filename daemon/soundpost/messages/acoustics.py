"""The acoustic figures of a minute on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from soundpost.acoustics.figures import INDEX_DECIMALS, LEVEL_DECIMALS, MinuteFigures, Reason
from soundpost.acoustics.reference import LevelReference, Reference
from soundpost.messages.origin import NodeName
from soundpost.messages.payload import Time, Wire
from soundpost.system.clock import ClockState, rfc3339

Balance = Annotated[float, Meta(ge=-1.0, le=1.0)]
NotNegative = Annotated[float, Meta(ge=0.0)]


class AcousticsMessage(Wire, frozen=True, kw_only=True):
    """The figures of a minute (schema 1), retained on `<prefix>/<node>/acoustics`.

    Levels have two decimals, indices four; a figure that is missing is None.

    Attributes:
        schema: The version of this schema.
        node: The name of the node.
        source: The name of the source, if the node has several; left out otherwise.
        start: The start of the minute, RFC 3339 in UTC.
        clock: The state of the clock: whether `start` is reliable.
        seconds: The sound of the minute that there was, three decimals.
        partial: True if sound of the minute is missing.
        rate_hz: The rate of capture; there is no sound above half of it.
        level_reference: The reference of all levels.
        leq_db: Equivalent level, not weighted, without a constant offset.
        laeq_db: Equivalent level, A-weighted.
        laf10_db: A- and F-weighted level that is exceeded for 10 % of the time.
        laf50_db: For 50 %.
        laf90_db: For 90 %.
        lafmax_db: The highest A- and F-weighted level.
        aci: Acoustic Complexity Index.
        ndsi: Normalized Difference Soundscape Index.
        bi: Bioacoustic Index.
        missing: The reason for each figure that is missing, by its name without unit.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    start: Time
    clock: ClockState
    seconds: NotNegative
    partial: bool
    rate_hz: Annotated[int, Meta(ge=1)]
    level_reference: Reference
    leq_db: float
    laeq_db: float
    laf10_db: float | None
    laf50_db: float | None
    laf90_db: float | None
    lafmax_db: float | None
    aci: NotNegative | None
    ndsi: Balance | None
    bi: NotNegative | None
    missing: dict[str, Reason]


def acoustics_message(
    name: NodeName, figures: MinuteFigures, reference: LevelReference, clock: ClockState
) -> AcousticsMessage:
    """Returns the message of the figures of a minute by UTC.

    Args:
        name: The node, or the source.
        figures: The figures.
        reference: The reference of the levels.
        clock: The state of the clock.
    """

    def level(level_dbfs: float) -> float:
        return round(reference.level_db(level_dbfs), LEVEL_DECIMALS) + 0.0  # no "-0.0" on the wire

    def level_or_none(level_dbfs: float | None) -> float | None:
        return None if level_dbfs is None else level(level_dbfs)

    def index(value: float | None) -> float | None:
        return None if value is None else round(value, INDEX_DECIMALS) + 0.0

    return AcousticsMessage(
        node=name.node,
        source=name.source or UNSET,
        start=rfc3339(figures.start_ns),
        clock=clock,
        seconds=round(figures.seconds, 3),
        partial=figures.is_partial,
        rate_hz=figures.rate_hz,
        level_reference=reference.reference,
        leq_db=level(figures.leq_dbfs),
        laeq_db=level(figures.laeq_dbfs),
        laf10_db=level_or_none(figures.laf10_dbfs),
        laf50_db=level_or_none(figures.laf50_dbfs),
        laf90_db=level_or_none(figures.laf90_dbfs),
        lafmax_db=level_or_none(figures.lafmax_dbfs),
        aci=index(figures.aci),
        ndsi=index(figures.ndsi),
        bi=index(figures.bi),
        missing=figures.missing,
    )
