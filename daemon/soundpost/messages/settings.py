"""The settings that commands change, on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from typing import Literal

import msgspec

from soundpost.messages.payload import Share, Time


class SettingsMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The live settings of a node (schema 1), retained on `<prefix>/<node>/settings`.

    Attributes:
        schema: The version of this schema.
        node: The name of the node.
        muted: The muted labels, each with the time at which its mute ends, RFC 3339 in UTC.
        thresholds: For each detected label, the smoothed score that starts an event.
        profiles: The labels with another profile than the configured one, each with its name.
    """

    schema: Literal[1] = 1
    node: str
    muted: dict[str, Time]
    thresholds: dict[str, Share]
    profiles: dict[str, str]
