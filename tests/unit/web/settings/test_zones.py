"""Time zones of nodes."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from soundpost_web.settings.zones import Zones, from_ms, local_zone, offsets, to_ms

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def test_a_source_has_the_zone_of_its_node() -> None:
    """Unless it has one of its own; all others have that of the page."""
    zones = Zones("UTC", {"gate": "Asia/Tokyo", "gate/roof": "Europe/Berlin"})
    assert zones.of("gate").key == zones.of("gate/yard").key == "Asia/Tokyo"
    assert zones.of("gate/roof").key == "Europe/Berlin"
    assert zones.of("barn").key == "UTC"


def test_the_offset_changes_to_the_second() -> None:
    """Berlin left summer time on 2026-10-25 at 01:00 UTC."""
    change_ms = to_ms(datetime(2026, 10, 25, 1, tzinfo=UTC))
    begin_ms = to_ms(datetime(2026, 10, 1, tzinfo=UTC))
    first, second = offsets(BERLIN, begin_ms, begin_ms + 60 * 24 * HOUR_MS)
    assert first == (begin_ms, 2 * HOUR_MS)
    assert second == (change_ms, HOUR_MS)


@given(
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Caracas", "UTC"]),
    st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.integers(0, 800),
)
def test_offsets_are_those_of_the_zone_at_any_time(name: str, start: datetime, days: int) -> None:
    """Also where the clock moves by half an hour."""
    zone, begin_ms = ZoneInfo(name), to_ms(start)
    end_ms = begin_ms + days * 24 * HOUR_MS
    found = offsets(zone, begin_ms, end_ms)
    for at_ms in range(begin_ms, end_ms, 97 * HOUR_MS):
        expected = from_ms(at_ms).astimezone(zone).utcoffset()
        valid = [offset for offset in found if offset.from_ms <= at_ms][-1]
        assert expected is not None
        assert valid.offset_ms == expected.total_seconds() * 1_000


def test_the_zone_of_the_machine_is_that_of_its_clock(tmp_path: Path) -> None:
    """By TZ, else by the link; UTC if neither names a zone."""
    link = tmp_path / "localtime"
    assert local_zone({}, link) == "UTC"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert local_zone({}, link) == "Europe/Berlin"
    assert local_zone({"TZ": ":Asia/Tokyo"}, link) == "Asia/Tokyo"
    assert local_zone({"TZ": "CET-1CEST"}, link) == "Europe/Berlin"


def test_a_time_that_no_calendar_has_is_brought_to_its_end() -> None:
    """A node may send any number."""
    assert from_ms(10**18).year == 2100
    assert from_ms(-(10**18)).year == 1970
