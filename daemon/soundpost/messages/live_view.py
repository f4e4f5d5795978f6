"""The live view of a node on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from soundpost.messages.payload import Share, Time, Wire
from soundpost.system.clock import ClockState

TOPIC = "live_view"
"""The topic below the node's base topic."""

Columns = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Positive = Annotated[float, Meta(gt=0.0)]
NotNegative = Annotated[float, Meta(ge=0.0)]


class LiveViewMessage(Wire, frozen=True, kw_only=True):
    """Some columns of the spectrogram, and the top scores (schema 1), on `<node>/live_view`.

    Attributes:
        schema: The version of this schema.
        node: The name of the node.
        source: The name of the source, if the node has several; left out otherwise.
        end: The end of the last column, RFC 3339 in UTC.
        clock: The state of the clock: whether `end` is reliable.
        delay_seconds: The time by which the columns are behind the sound, two decimals.
        first: The number of the first column, counted from the start of capture.
        column_seconds: The length of a column.
        bands: The number of mel bands.
        low_hz: The lower edge of the lowest band.
        high_hz: The upper edge of the highest band.
        columns: Base64 of a byte for each band of each column, the first column first, its lowest
            band first. 0 in all bands: the column is hidden. Otherwise 1 to 255, a step of 0.05
            nepers of the mel magnitude each.
        scores: The highest scores at the end of the last column, the highest first, four decimals.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    end: Time
    clock: ClockState
    delay_seconds: NotNegative
    first: Annotated[int, Meta(ge=0)]
    column_seconds: Positive
    bands: Annotated[int, Meta(ge=1, le=256)]
    low_hz: NotNegative
    high_hz: Positive
    columns: Columns
    scores: dict[str, Share]
