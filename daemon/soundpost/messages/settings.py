"""The settings that commands change, on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from soundpost.messages.payload import Share, Time

MOST_LISTED = 200
"""Entries of each kind in a message: 200 have some 10 kB, 6,522 would have 300 kB, which is
published again with every change."""


class SettingsMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The live settings of a node (schema 1), retained on `<prefix>/<node>/settings`.

    Attributes:
        schema: The version of this schema.
        node: The name of the node.
        source: The name of the source, if the node has several; left out otherwise.
        muted: The muted labels, each with the time at which its mute ends, RFC 3339 in UTC.
        thresholds: For each detected label, the smoothed score that starts an event; of more than
            200 labels, for those that the configuration names or a command has changed.
        profiles: The labels with another profile than the configured one, each with its name.
        left_out: The number of labels that are missing in each of these, which have at most 200
            entries each; left out if none is missing.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    muted: dict[str, Time]
    thresholds: dict[str, Share]
    profiles: dict[str, str]
    left_out: dict[str, int] | UnsetType = UNSET
