"""Schedules: labels that are muted, or detected only at certain times of the day."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.config import NodeConfig, ScheduleConfig
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.suppress.time_of_day import TimeOfDay, parse_time_of_day
from soundpost.errors import ConfigError, did_you_mean
from soundpost.system.clock import ClockState

HALF_DAY = timedelta(hours=12)


class Schedule(msgspec.Struct, frozen=True):
    """An interval of every day, in which labels are muted or outside which they are.

    The interval lasts from its start to the next end. From sunset to 21:00 is empty on days on
    which the sun sets later.

    Attributes:
        labels: The labels that it applies to.
        is_mute: True if the labels are muted in the interval, False if they are muted outside it.
        begins: The start of the interval.
        ends: The end of the interval, exclusive.
    """

    labels: frozenset[str]
    is_mute: bool
    begins: TimeOfDay
    ends: TimeOfDay

    def applies_to(self, label: str) -> bool:
        """Returns whether the schedule applies to a label."""
        return label in self.labels

    def is_on(self, now: datetime) -> bool:
        """Returns whether a time, in UTC, is inside the interval."""
        begun, ended = self.begins.last(now), self.ends.last(now)
        return begun > ended and (not self._may_be_empty or self._ends_after(begun[0]))

    @property
    def _may_be_empty(self) -> bool:
        """True if start and end, one of them by the sun, may change their order over the year.

        They can where both lie in the same half of the day.
        """
        begins, ends = self.begins, self.ends
        return begins.by_sun != ends.by_sun and begins.is_morning == ends.is_morning

    def _ends_after(self, begun: datetime) -> bool:
        """Returns whether the end follows within half a day of the start; else the day has none."""
        return self.ends.last(begun + HALF_DAY)[0] > begun


class Schedules:
    """Checks whether events of a label may start at a time of the day.

    Events start outside every mute interval and, if there are `listen` intervals, inside one. While
    the clock is not synced no schedule applies: a false alarm is better than a missed one because
    of a dead battery.

    Args:
        schedules: The intervals.
        clock: Returns the state of the wall clock.
    """

    def __init__(self, schedules: Sequence[Schedule], clock: Callable[[], ClockState]) -> None:
        self._schedules = tuple(schedules)
        self._clock = clock

    def allows(self, label: str, utc_ns: int) -> bool:
        """Returns whether an event of the label may start at a time, nanoseconds since 1970 UTC."""
        applying = [schedule for schedule in self._schedules if schedule.applies_to(label)]
        if not applying or self._clock() != "synced":
            return True
        now = datetime.fromtimestamp(utc_ns / NANOSECONDS, UTC)
        listens = [schedule.is_on(now) for schedule in applying if not schedule.is_mute]
        is_muted = any(schedule.is_on(now) for schedule in applying if schedule.is_mute)
        return not is_muted and (not listens or any(listens))


def build_schedules(
    tables: Sequence[tuple[ScheduleConfig, LabelNames]],
    node: NodeConfig,
    clock: Callable[[], ClockState],
) -> Schedules:
    """Returns the schedules of the configuration.

    Args:
        tables: The tables `[[decide.schedules]]`, each with the names of its model's labels and
            groups; without labels of its own a table applies to all of them.
        node: The time zone, and the place for times by the sun.
        clock: Returns the state of the wall clock.

    Raises:
        ConfigError: A label or the time zone is unknown, or a time by the sun lacks the place.
    """
    zone = load_time_zone(node.timezone)

    def time_of_day(text: str) -> TimeOfDay:
        parsed = parse_time_of_day(text, zone, node.place)
        if parsed is None:
            raise ConfigError(
                f"decide.schedules: {text} needs node.latitude and node.longitude",
                hint="set both in degrees, north and east positive, or name a time as 22:00",
            )
        return parsed

    return Schedules(
        [
            Schedule(
                labels=frozenset(label_names.labels)
                if table.labels is None
                else label_names.find(table.labels, "decide.schedules"),
                is_mute=table.action == "mute",
                begins=time_of_day(table.begins),
                ends=time_of_day(table.ends),
            )
            for table, label_names in tables
        ],
        clock,
    )


def load_time_zone(name: str | None) -> tzinfo | None:
    """Returns the time zone of a name; None for the system's.

    Raises:
        ConfigError: The system has no such zone.
    """
    if name is None:
        return None
    # Only for a node that names one: it reads the build of Python for the places of time zones.
    import zoneinfo  # noqa: PLC0415 - see above

    try:
        return zoneinfo.ZoneInfo(name)
    # A folder of zones raises OSError, a path out of the database ValueError.
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError) as error:
        known = zoneinfo.available_timezones()
        raise ConfigError(
            f"node.timezone: there is no time zone {name!r}",
            hint=did_you_mean(name, known, "as in Europe/Berlin, or install tzdata"),
        ) from error
