"""What commands can change, as it is now: docs/PAYLOAD.md and docs/schema/ say the same."""

from typing import Literal

import msgspec

from soundpost.messages.payload import Share, Time


class SettingsMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a node decides now (schema 1), retained on `<prefix>/<node>/settings`.

    Attributes:
        schema: Version of this shape.
        node: Whose settings.
        muted: Labels that nothing is told of, and until when, RFC 3339 in UTC.
        thresholds: For each label that is listened for, the smoothed score that starts an event.
        profiles: Labels that were given another profile than the configured one, and which.
    """

    schema: Literal[1] = 1
    node: str
    muted: dict[str, Time]
    thresholds: dict[str, Share]
    profiles: dict[str, str]
