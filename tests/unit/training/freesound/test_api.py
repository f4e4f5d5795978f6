"""Searches: limits, errors and the token."""

from pathlib import Path

import pytest
from freesound_server import Response, Site, collect_request, refusal

from soundpost_training.errors import DownloadError
from soundpost_training.freesound.api import Freesound
from soundpost_training.freesound.collect import collect


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (refusal(429, "throttled", Retry_After="7"), 7.0),
        (refusal(429, "exceeding a request limit rate (60/minute)"), 60.0),
        (refusal(503, "down"), 1.0),
        ((502, {}, b"<html>"), 1.0),
    ],
)
def test_the_client_waits_for_a_limit_or_a_busy_server(
    site: Site, tmp_path: Path, refused: Response, seconds: float
) -> None:
    """It waits as long as stated, a minute for a limit per minute, a second for a busy server."""
    waits: list[float] = []
    site.refusals.append(refused)
    freesound = Freesound("secret", f"{site.address}/apiv2/", waits.append)
    assert collect(freesound, collect_request(tmp_path)).total == 7
    assert waits == [seconds]


@pytest.mark.parametrize(
    ("refused", "error", "hint"),
    [
        (refusal(401, "Invalid token"), "Invalid token", "FREESOUND_TOKEN"),
        (refusal(403, "suspended"), "suspended", "FREESOUND_TOKEN"),
        (refusal(400, "bad filter"), "bad filter", "query"),
        (refusal(429, "limit rate (2000/day)"), "2000/day", "tomorrow"),
        (refusal(429, "throttled", Retry_After="86400"), "throttled", "tomorrow"),
        ((200, {}, b"<html>log in</html>"), "expected a list of sounds", "proxy"),
        ((200, {}, b'{"count": "many"}'), "expected a list of sounds", "proxy"),
    ],
)
def test_a_refusal_is_an_error_with_a_hint(
    site: Site, tmp_path: Path, refused: Response, error: str, hint: str
) -> None:
    """There is no wait for a permanent refusal, and no token in the message."""
    site.refusals.append(refused)
    freesound = Freesound("secret", f"{site.address}/apiv2/")
    with pytest.raises(DownloadError, match=error) as caught:
        collect(freesound, collect_request(tmp_path))
    assert hint in caught.value.hint
    assert "secret" not in str(caught.value)


def test_an_unreachable_server_is_an_error_after_some_attempts(
    tmp_path: Path, waits: list[float]
) -> None:
    """Each attempt waits twice as long as the one before."""
    with pytest.raises(DownloadError, match="does not respond"):
        collect(Freesound("secret", "http://127.0.0.1:1/", waits.append), collect_request(tmp_path))
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]


def test_only_the_needed_pages_are_requested(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Five of seven results need two pages; query and filters are those of the request."""
    assert collect(freesound, collect_request(tmp_path, count=5)).total == 5
    assert len(site.searches) == 2
    query = site.searches[0]
    assert query["query"] == ["fox bark"]
    assert query["filter"] == ['license:("Creative Commons 0" OR "Attribution") duration:[* TO 30]']


def test_the_token_is_sent_to_the_api_only(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Downloads of previews have no token, wherever their address is."""
    collect(freesound, collect_request(tmp_path))
    assert site.tokens == ["Token secret"] * 3
    assert {token for _, _, token in site.previews} == {None}
