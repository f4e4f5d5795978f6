"""The recordings that a package has."""

from decimal import Decimal

import pytest
from archive_rows import ONSET_NS, recording

from soundpost.archive.tables.camtrap.place import round_place
from soundpost.archive.tables.camtrap.selection import Span, select
from soundpost.archive.tables.camtrap.survey import Deployment, Survey

SECOND = 10**9
POND = Deployment("pond", "pond", round_place(Decimal("52.52"), Decimal("13.41"), 2))
REED = Deployment("pond/reed", "pond/reed", round_place(Decimal("52.53"), Decimal("13.42"), 2))
SURVEY = Survey("card", [REED, POND])


@pytest.mark.parametrize("flag", ["no_time", "no_timezone", "conflict", "future", "weak_source"])
def test_a_recording_without_a_certain_time_is_left_out(flag: str) -> None:
    """A missing time and a doubtful one alike: the standard has no place for either."""
    utc_ns = None if flag.startswith("no_") else ONSET_NS
    selection = select([recording("pond/a.wav", utc_ns=utc_ns, time_flags=(flag,))], SURVEY)
    assert selection.left_out == {"pond/a.wav": f"its time is not certain: {flag}"}
    assert not selection.deployments
    assert not selection.spans


def test_a_recording_belongs_to_the_deepest_folder_with_a_place() -> None:
    """One in no such folder is left out; `pondside` is not in `pond`."""
    files = ["pond/a.wav", "pond/reed/b.wav", "pondside/c.wav", "d.wav"]
    selection = select(map(recording, files), SURVEY)
    assert selection.deployments == {"pond/a.wav": POND, "pond/reed/b.wav": REED}
    assert selection.left_out == dict.fromkeys(files[2:], "no location was given for its folder")


def test_a_copy_is_left_out() -> None:
    """Its observations would be counted twice, and have the ids of the others."""
    one, other = (recording(file, sha256="ab" * 32) for file in ("pond/a.wav", "pond/b.wav"))
    selection = select([one, other], SURVEY)
    assert selection.left_out == {"pond/b.wav": "it has the same content as pond/a.wav"}


def test_a_deployment_lasts_from_its_first_recording_to_the_end_of_its_last() -> None:
    """Whatever the order of the names is."""
    recordings = [
        recording("pond/a.wav", 60.0, utc_ns=ONSET_NS + 3600 * SECOND),
        recording("pond/b.wav", 30.0, utc_ns=ONSET_NS),
    ]
    spans = select(recordings, SURVEY).spans
    assert spans == {POND: Span(ONSET_NS, ONSET_NS + 3660 * SECOND)}
