"""A rule about sounds, with its groups resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from soundpost.config import Place
from soundpost.errors import ConfigError, did_you_mean
from soundpost_notify.rules.daily_times import DailyTimes
from soundpost_notify.rules.repetition import Repetition
from soundpost_notify.settings import RuleConfig
from soundpost_notify.settings.patterns import matches_node
from soundpost_web.history.message import EventMessage, Rank
from soundpost_web.settings.zones import Zones

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes:
        name: Its name, by which the queue knows it.
        config: Its table.
        names: The labels and names of sounds in lower case; None for all.
        times: The hours of the day; None for all.
        repetition: The limit of repeated messages.
    """

    name: str
    config: RuleConfig
    names: frozenset[str] | None
    times: DailyTimes | None
    repetition: Repetition

    @classmethod
    def of(
        cls,
        number: int,
        config: RuleConfig,
        groups: Mapping[str, Sequence[str]],
        place: Place | None,
    ) -> Self:
        """Returns the rule of a table.

        Args:
            number: Its number in the configuration, from 1.
            config: The table.
            groups: The labels of each group.
            place: The place for times by the sun; None if it is unknown.

        Raises:
            ConfigError: A group is unknown, or a time by the sun lacks the place.
        """
        name = config.name or f"rule-{number}"
        names = list(config.labels or [])
        for group in config.groups or []:
            if group not in groups:
                raise ConfigError(
                    f"rules: {name}: expected the name of a group, got {group!r}",
                    hint=did_you_mean(group, groups, "write its labels into the table [groups]"),
                )
            names += groups[group]
        is_all = config.labels is None and config.groups is None
        times = None
        if config.begins is not None and config.ends is not None:
            times = DailyTimes(config.begins, config.ends, place)
        return cls(
            name,
            config,
            None if is_all else frozenset(map(str.casefold, names)),
            times,
            Repetition(
                config.cooldown_minutes, config.first_of_day, surer_by=config.again_if_surer_by
            ),
        )

    def matches(self, message: EventMessage, zones: Zones, *, is_test: bool) -> bool:
        """Returns whether the state of an event is one that the rule sends.

        A later state counts too, since the one that the rule waits for may have been lost, and the
        score of an event grows.
        """
        config = self.config
        return (
            (config.test or not is_test)
            and Rank[config.state.upper()] <= message.rank < Rank.RETRACTED
            and message.score >= config.least_score
            and self._has_name(message)
            and matches_node(config.nodes, message.node)
            and (
                self.times is None or self.times.contains(when_ms(message), zones.of(message.node))
            )
        )

    def is_late(self, message: EventMessage) -> bool:
        """Returns whether a message belongs to an event that is over for long.

        The age of an event is unknown if the clock of its node was not set.
        """
        if message.clock != "synced":
            return message.is_backfilled
        latest_ms = message.onset_ms if message.offset_ms is None else message.offset_ms
        return message.received_ms - latest_ms > self.config.late_minutes * _MINUTE_MS

    def _has_name(self, message: EventMessage) -> bool:
        if self.names is None:
            return True
        names = (message.label, message.common_name, message.scientific_name)
        return any(name and name.casefold() in self.names for name in names)


def when_ms(message: EventMessage) -> int:
    """Returns the time of an event; that of its reception if the node's clock is not synced."""
    return message.at_ms if message.clock == "synced" else message.received_ms
