"""The hours of the day in which a rule applies, in the zone of each node."""

from datetime import tzinfo
from functools import lru_cache

from soundpost.config import Place
from soundpost.decide.suppress.schedule import Schedule
from soundpost.decide.suppress.time_of_day import TimeOfDay, parse_time_of_day
from soundpost.errors import ConfigError
from soundpost_web.settings.zones import from_ms


class DailyTimes:
    """An interval of every day, from 22:00 to 06:00 or from dusk to dawn.

    Args:
        begins: Its start, as the configuration of a node has it.
        ends: Its end.
        place: The place for times by the sun; None if it is unknown.

    Raises:
        ConfigError: A time by the sun lacks the place.
    """

    def __init__(self, begins: str, ends: str, place: Place | None) -> None:
        self._texts = begins, ends
        self._place = place
        self._schedule = lru_cache(maxsize=64)(self._build)
        self._schedule(None)  # so that an error is raised now

    def __str__(self) -> str:
        return "from {} to {}".format(*self._texts)

    def contains(self, utc_ms: int, zone: tzinfo) -> bool:
        """Returns whether a time, milliseconds since 1970, lies in the interval of a zone."""
        return self._schedule(zone).is_on(from_ms(utc_ms))

    def _build(self, zone: tzinfo | None) -> Schedule:
        begins, ends = (self._time(text, zone) for text in self._texts)
        return Schedule(frozenset(), is_mute=False, begins=begins, ends=ends)

    def _time(self, text: str, zone: tzinfo | None) -> TimeOfDay:
        time = parse_time_of_day(text, zone, self._place)
        if time is None:
            raise ConfigError(
                f"rules: {text} needs notify.latitude and notify.longitude",
                hint="set both in degrees, north and east positive, or name a time as 22:00",
            )
        return time
