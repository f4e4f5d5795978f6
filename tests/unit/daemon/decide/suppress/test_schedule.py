"""Schedules: by local time with its summer time, and by the sun at any place."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from astral import Observer
from astral.sun import elevation
from hypothesis import assume, given
from hypothesis import strategies as st

from soundpost.audio import NANOSECONDS
from soundpost.config import Config, DecideConfig, NodeConfig, ScheduleConfig
from soundpost.decide import Mutes, build_mutes
from soundpost.errors import ConfigError
from soundpost.manifest import Label
from soundpost.system.clock import ClockState

BERLIN = NodeConfig(name="node", latitude=52.52, longitude=13.4, timezone="Europe/Berlin")
TROMSO = NodeConfig(name="node", latitude=69.65, longitude=18.96, timezone="Europe/Oslo")
LABELS = [
    Label(name, 0.6, 0.4, 2, minimum_samples=8000, refractory_samples=16000)
    for name in ("dog", "siren", "rain")
]


def mutes(
    *schedules: ScheduleConfig, node: NodeConfig = BERLIN, clock: ClockState = "synced"
) -> Mutes:
    """Returns the mutes of a node with these schedules."""
    groups = {"alarms": ["siren"]}
    decide = DecideConfig(schedules=list(schedules), groups=groups)
    return build_mutes([LABELS], Config(node=node, decide=decide), lambda: clock)


def at(text: str, zone: str = "UTC") -> int:
    """Returns a time as nanoseconds since 1970 UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * (
        NANOSECONDS
    )


def is_on(begins: str, ends: str, local: str, node: NodeConfig = BERLIN) -> bool:
    """Returns whether a local time is inside an interval."""
    schedule = ScheduleConfig(begins=begins, ends=ends)
    assert node.timezone is not None
    return not mutes(schedule, node=node).may_start("dog", at(local, node.timezone))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-03-10T21:59:59", False),
        ("2026-03-10T22:00:00", True),
        ("2026-03-11T05:59:59", True),
        ("2026-03-11T06:00:00", False),
        ("2026-07-10T21:59:59", False),
        ("2026-07-10T22:00:00", True),
    ],
)
def test_a_schedule_by_the_clock_follows_local_time(local: str, *, expected: bool) -> None:
    """It lasts from its start to the second before its end, in winter and in summer."""
    assert is_on("22:00", "06:00", local) is expected


def test_a_group_of_the_bundle_has_a_schedule_by_its_name() -> None:
    """Its labels are those that the manifest counts to it."""
    labels = [msgspec.structs.replace(label, group="animals") for label in LABELS[:1]] + LABELS[1:]
    schedule = ScheduleConfig(begins="22:00", ends="06:00", labels=["animals"])
    config = Config(node=BERLIN, decide=DecideConfig(schedules=[schedule]))
    at_night = at("2026-03-10T23:00:00", "Europe/Berlin")
    by_group = build_mutes([labels], config, lambda: "synced")
    assert [by_group.may_start(name, at_night) for name in ("dog", "siren")] == [False, True]
    with pytest.raises(ConfigError, match="'animals'"):
        build_mutes([LABELS], config, lambda: "synced")


def test_a_night_in_which_the_clocks_change_is_shorter_or_longer_by_an_hour() -> None:
    """In Berlin the night of 29 March 2026 has seven hours, that of 25 October nine."""
    night = mutes(ScheduleConfig(begins="22:00", ends="06:00"))

    def hours(noon: str) -> float:
        quarters = (at(noon) + quarter * 900 * NANOSECONDS for quarter in range(96))
        return sum(not night.may_start("dog", quarter) for quarter in quarters) / 4

    assert [hours("2026-03-28T12:00"), hours("2026-10-24T12:00"), hours("2026-06-01T12:00")] == [
        7.0,
        9.0,
        8.0,
    ]


def test_a_skipped_time_is_the_hour_after_it() -> None:
    """02:30 does not exist on 29 March 2026 in Berlin; an interval from 02:30 does."""
    assert not is_on("02:30", "05:00", "2026-03-29T01:59:59")
    assert is_on("02:30", "05:00", "2026-03-29T03:30:00")


@pytest.mark.parametrize(
    ("date", "sunrise", "sunset"),
    [("2026-06-21", "04:43", "21:33"), ("2026-12-21", "08:15", "15:54")],
)
def test_sunrise_and_sunset_agree_with_the_almanac(date: str, sunrise: str, sunset: str) -> None:
    """They are within two minutes of the times that are printed for Berlin."""
    margin = timedelta(minutes=2)
    for begins, ends, printed in (("sunrise", "12:30", sunrise), ("sunset", "23:59", sunset)):
        then = datetime.fromisoformat(f"{date}T{printed}")
        assert not is_on(begins, ends, (then - margin).isoformat())
        assert is_on(begins, ends, (then + margin).isoformat())


@given(
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.sampled_from([("dusk", "dawn", -6.0), ("sunset", "sunrise", -0.833)]),
    st.booleans(),
)
def test_it_is_night_wherever_the_sun_is_down(
    latitude: float,
    longitude: float,
    now: datetime,
    night: tuple[str, str, float],
    by_day: bool,  # noqa: FBT001 - hypothesis gives it by place
) -> None:
    """At every place and time, polar night and midnight sun included; else it is day."""
    begins, ends, degrees = night
    height = elevation(Observer(latitude, longitude, 0.0), now, with_refraction=False)
    assume(abs(height - degrees) > 0.25)  # the almanac's noon and midnight are not to the second
    node = NodeConfig(name="node", latitude=latitude, longitude=longitude, timezone="UTC")
    begins, ends = (ends, begins) if by_day else (begins, ends)
    quiet = mutes(ScheduleConfig(begins=begins, ends=ends), node=node)
    utc_ns = round(now.timestamp()) * NANOSECONDS
    assert quiet.may_start("dog", utc_ns) is ((height > degrees) is not by_day)


@pytest.mark.parametrize(
    ("date", "dark_hours"), [("2026-12-21", 24), ("2026-06-21", 0)], ids=["polar-night", "midsun"]
)
def test_in_the_far_north_the_night_is_as_long_as_the_sun_is_down(
    date: str, dark_hours: int
) -> None:
    """In Tromsø sunset to sunrise is the whole day in December, and nothing in June."""
    hours = [f"{date}T{hour:02}:00" for hour in range(24)]
    assert sum(is_on("sunset", "sunrise", hour, TROMSO) for hour in hours) == dark_hours


def test_an_offset_moves_the_sun() -> None:
    """Half an hour before and after the times of the almanac."""
    assert is_on("sunset-00:30", "23:59", "2026-06-21T21:05")
    assert not is_on("sunset+00:30", "23:59", "2026-06-21T22:01")
    assert is_on("sunset+00:30", "23:59", "2026-06-21T22:05")


def test_an_interval_from_sunset_to_an_earlier_time_is_empty() -> None:
    """In June the sun sets after 21:00, so the interval is empty, not a day long."""
    assert is_on("sunset", "21:00", "2026-12-21T20:00")
    assert not any(is_on("sunset", "21:00", f"2026-06-21T{hour:02}:30") for hour in range(24))
    assert not any(is_on("07:00", "dawn", f"2026-06-21T{hour:02}:30") for hour in range(24))


def test_a_listen_schedule_mutes_all_other_times() -> None:
    """Two of them add up."""
    quiet = mutes(
        ScheduleConfig(begins="08:00", ends="09:00", action="listen"),
        ScheduleConfig(begins="20:00", ends="21:00", action="listen"),
    )
    noon, morning, evening = (
        at(f"2026-05-01T{clock}", "Europe/Berlin") for clock in ("12:00", "08:30", "20:30")
    )
    allowed = [quiet.may_start("dog", then) for then in (noon, morning, evening)]
    assert allowed == [False, True, True]


def test_a_schedule_applies_to_its_labels_and_groups() -> None:
    """Other labels are detected all day."""
    quiet = mutes(ScheduleConfig(begins="00:00", ends="23:59", labels=["dog", "alarms"]))
    allowed = [
        label.name for label in LABELS if quiet.may_start(label.name, at("2026-05-01T12:00"))
    ]
    assert allowed == ["rain"]


@pytest.mark.parametrize("clock", ["untrusted", "file"])
def test_without_a_synced_clock_no_schedule_applies(clock: ClockState) -> None:
    """A false alarm is better than a missed one because a battery was empty."""
    quiet = mutes(ScheduleConfig(begins="00:00", ends="23:59"), clock=clock)
    assert quiet.may_start("dog", at("2026-05-01T12:00"))


def test_the_sun_without_a_place_is_refused() -> None:
    """Sunset depends on the place."""
    with pytest.raises(ConfigError, match=r"sunset needs node\.latitude"):
        mutes(ScheduleConfig(begins="sunset", ends="06:00"), node=NodeConfig(name="node"))


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    """Provides a machine whose own time zone is that of Tokyo."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_without_a_time_zone_the_system_s_applies() -> None:
    """22:00 in Tokyo is 13:00 in UTC."""
    quiet = mutes(ScheduleConfig(begins="22:00", ends="06:00"), node=NodeConfig(name="node"))
    hours = ("12:59:59", "13:00:00", "20:59:59", "21:00:00")
    allowed = [quiet.may_start("dog", at(f"2026-05-01T{hour}")) for hour in hours]
    assert allowed == [True, False, False, True]


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Europe", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    """Folders and paths out of the database are refused too."""
    with pytest.raises(ConfigError, match=r"node\.timezone"):
        mutes(node=NodeConfig(name="node", timezone=zone))


def test_a_misspelt_time_zone_is_refused_with_the_nearest_one() -> None:
    """The hint has it, as for every other name."""
    with pytest.raises(ConfigError) as caught:
        mutes(node=NodeConfig(name="node", timezone="Europe/Belrin"))
    assert "Europe/Berlin" in caught.value.hint


def test_a_misspelt_label_in_a_schedule_is_refused() -> None:
    """The hint has the nearest name, here that of a group."""
    with pytest.raises(ConfigError, match="alarm") as caught:
        mutes(ScheduleConfig(begins="22:00", ends="06:00", labels=["alarm"]))
    assert "alarms" in caught.value.hint
