"""When, every day, which labels are told: the schedules of the configuration."""

import difflib
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from soundpost.audio import NANOSECONDS
from soundpost.config import NodeConfig, ScheduleConfig
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.suppress.sun import Place
from soundpost.decide.suppress.time_of_day import TimeOfDay, parse_moment
from soundpost.errors import ConfigError
from soundpost.system.clock import ClockState

HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A part of every day.

    It goes from its beginning to the next end. From sunset to 21:00 is no time at all on days on
    which the sun sets later.

    Attributes:
        labels: Whom it concerns; None means all.
        is_mute: Whether they are muted then, or told only then.
        begins: Its beginning.
        ends: Its end, which no longer belongs to it.
    """

    labels: frozenset[str] | None
    is_mute: bool
    begins: TimeOfDay
    ends: TimeOfDay

    def concerns(self, label: str) -> bool:
        """Whether it says anything about a label."""
        return self.labels is None or label in self.labels

    def is_on(self, now: datetime) -> bool:
        """Whether that part of the day has begun and not ended, at a time in UTC."""
        begun, ended = self.begins.last(now), self.ends.last(now)
        return begun > ended and (not self._may_be_empty or self._ends_after(begun[0]))

    @property
    def _may_be_empty(self) -> bool:
        """Whether its ends, one by the sun, lie in one half of the day and may change places."""
        begins, ends = self.begins, self.ends
        return begins.by_sun != ends.by_sun and begins.is_morning == ends.is_morning

    def _ends_after(self, begun: datetime) -> bool:
        """Whether it ends in the half of the day in which it has begun; else that day has none."""
        return self.ends.last(begun + HALF_DAY)[0] > begun


class Schedules:
    """Answers whether a label is to be told at this time of the day.

    A label must be in no part of the day that mutes it, and in one that it is told in, if there
    are such. While the clock is not synced every label is told: rather an alarm too many than
    none because of a dead battery.

    Args:
        schedules: The parts of the day.
        clock: Asked whether the clock can be believed.
    """

    def __init__(self, schedules: Sequence[Schedule], clock: Callable[[], ClockState]) -> None:
        self._schedules = tuple(schedules)
        self._clock = clock

    def allows(self, label: str, utc_ns: int) -> bool:
        """Whether an event of the label may begin at a time, nanoseconds since 1970 UTC."""
        mine = [schedule for schedule in self._schedules if schedule.concerns(label)]
        if not mine or self._clock() != "synced":
            return True
        now = datetime.fromtimestamp(utc_ns / NANOSECONDS, UTC)
        told = [schedule.is_on(now) for schedule in mine if not schedule.is_mute]
        muted = any(schedule.is_on(now) for schedule in mine if schedule.is_mute)
        return not muted and (not told or any(told))


def make_timetable(
    schedules: Sequence[ScheduleConfig],
    node: NodeConfig,
    label_names: LabelNames,
    clock: Callable[[], ClockState],
) -> Schedules:
    """The timetable that the configuration asks for.

    Raises:
        ConfigError: A label or the time zone is unknown, or the sun is named and not the place.
    """
    zone = find_zone(node.timezone)
    place = None
    if node.latitude is not None and node.longitude is not None:
        place = Place(node.latitude, node.longitude)

    def moment(text: str) -> TimeOfDay:
        found = parse_moment(text, zone, place)
        if found is None:
            raise ConfigError(
                f"decide.schedules: {text} needs node.latitude and node.longitude",
                hint="set both in degrees, north and east positive, or name a time as 22:00",
            )
        return found

    return Schedules(
        [
            Schedule(
                None
                if given.labels is None
                else label_names.find(given.labels, "decide.schedules"),
                given.action == "mute",
                moment(given.begins),
                moment(given.ends),
            )
            for given in schedules
        ],
        clock,
    )


def find_zone(name: str | None) -> tzinfo | None:
    """The time zone of that name; None for the system's.

    Raises:
        ConfigError: The system knows none.
    """
    if name is None:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    # A folder of zones is an OSError, a path out of the database a ValueError.
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError) as error:
        known = zoneinfo.available_timezones()
        near = difflib.get_close_matches(name, known, n=1)
        raise ConfigError(
            f"node.timezone: there is no time zone {name!r}",
            hint=f"did you mean {near[0]}?" if near else "as in Europe/Berlin, or install tzdata",
        ) from error
