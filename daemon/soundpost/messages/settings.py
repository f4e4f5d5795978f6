"""The settings that commands change, on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from soundpost.messages.origin import NodeName
from soundpost.messages.payload import Share, Time
from soundpost.system.clock import rfc3339

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
        profile_names: The names of the profiles, at most 200; left out if they are not known.
        live_view: True if the node sends the live view on request; left out otherwise.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    muted: dict[str, Time]
    thresholds: dict[str, Share]
    profiles: dict[str, str]
    left_out: dict[str, int] | UnsetType = UNSET
    profile_names: list[str] | UnsetType = UNSET
    live_view: bool | UnsetType = UNSET


def bounded_settings(
    name: NodeName,
    muted_until_ns: Mapping[str, int],
    thresholds: Mapping[str, float],
    profiles: Mapping[str, str],
    singled_out: Iterable[str],
) -> SettingsMessage:
    """Returns the settings with at most 200 entries of each kind, and the number of the others.

    Args:
        name: The node, or the source.
        muted_until_ns: The muted labels, each with the end of its mute, nanoseconds since 1970 UTC.
        thresholds: The smoothed score that starts an event of each detected label.
        profiles: The labels with another profile than the configured one.
        singled_out: The labels whose threshold is listed if there are more than 200, the most
            important ones first.
    """
    listed = thresholds.keys()
    if len(thresholds) > MOST_LISTED:
        listed = dict.fromkeys(label for label in singled_out if label in thresholds).keys()
    shown = frozenset(islice(listed, MOST_LISTED))
    message = SettingsMessage(
        node=name.node,
        source=name.source or UNSET,
        muted={
            label: rfc3339(muted_until_ns[label]) for label in sorted(muted_until_ns)[:MOST_LISTED]
        },
        thresholds={label: value for label, value in thresholds.items() if label in shown},
        profiles=dict(islice(profiles.items(), MOST_LISTED)),
    )
    missing = {
        "muted": len(muted_until_ns) - len(message.muted),
        "thresholds": len(thresholds) - len(message.thresholds),
        "profiles": len(profiles) - len(message.profiles),
    }
    left_out = {kind: count for kind, count in missing.items() if count}
    return msgspec.structs.replace(message, left_out=left_out) if left_out else message
