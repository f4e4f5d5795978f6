"""What Freesound refuses, and what is of no use to training."""

from pathlib import Path

import pytest
from freesound_server import BY, NC, ZERO, Refused, Site, refusal, wish

from soundpost_training.errors import DatasetError, DownloadError
from soundpost_training.freesound.api import Freesound
from soundpost_training.freesound.collect import collect
from soundpost_training.freesound.licences import filter_of, is_asked, short_name


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (refusal(429, "throttled", Retry_After="7"), 7.0),
        (refusal(429, "exceeding a request limit rate (60/minute)"), 60.0),
        (refusal(503, "down"), 1.0),
        ((502, {}, b"<html>"), 1.0),
    ],
)
def test_a_limit_or_a_busy_server_is_waited_for(
    site: Site, tmp_path: Path, refused: Refused, seconds: float
) -> None:
    """As long as is said, a minute for a limit of a minute, a second when it is just busy."""
    waits: list[float] = []
    site.refusals.append(refused)
    freesound = Freesound("secret", f"{site.address}/apiv2/", waits.append)
    assert collect(freesound, wish(tmp_path)).there == 7
    assert waits == [seconds]


@pytest.mark.parametrize(
    ("refused", "told", "hint"),
    [
        (refusal(401, "Invalid token"), "Invalid token", "FREESOUND_TOKEN"),
        (refusal(403, "suspended"), "suspended", "FREESOUND_TOKEN"),
        (refusal(400, "bad filter"), "bad filter", "query"),
        (refusal(429, "limit rate (2000/day)"), "2000/day", "tomorrow"),
        (refusal(429, "throttled", Retry_After="86400"), "throttled", "tomorrow"),
        ((200, {}, b"<html>log in</html>"), "no list of sounds", "proxy"),
        ((200, {}, b'{"count": "many"}'), "no list of sounds", "proxy"),
    ],
)
def test_a_refusal_is_told_with_what_to_do(
    site: Site, tmp_path: Path, refused: Refused, told: str, hint: str
) -> None:
    """No waiting for what will not change, and never the token in the message."""
    site.refusals.append(refused)
    freesound = Freesound("secret", f"{site.address}/apiv2/")
    with pytest.raises(DownloadError, match=told) as caught:
        collect(freesound, wish(tmp_path))
    assert hint in caught.value.hint
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_given_up(tmp_path: Path, waits: list[float]) -> None:
    """After some attempts, each after a longer wait."""
    with pytest.raises(DownloadError, match="does not answer"):
        collect(Freesound("secret", "http://127.0.0.1:1/", waits.append), wish(tmp_path))
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]


def test_what_is_of_no_use_is_left_out_with_the_reason(
    freesound: Freesound, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another licence, no preview, what is no sound, and what is not there."""
    site.sounds[0]["license"] = NC
    site.sounds[1]["previews"] = {}
    site.audio["2.ogg"] = b"<html>moved</html>"
    site.sounds[3]["license"] = "https://example.org/sampling+"
    got = collect(freesound, wish(tmp_path), lambda _: None)
    assert got.there == 3
    reasons = " ".join(got.left_out)
    for told in ("CC BY-NC 3.0", "no preview", "is no sound", "example.org/sampling+"):
        assert told in reasons
    assert "left out: 0 by user0" in capsys.readouterr().err


def test_a_sound_has_one_label(freesound: Freesound, tmp_path: Path) -> None:
    """What another query brought under another label is not taken twice."""
    collect(freesound, wish(tmp_path, count=2))
    got = collect(freesound, wish(tmp_path, label="wolf"))
    assert got.there == 5
    assert "it is there as fox already" in got.left_out[0]


def test_a_table_of_somebody_else_is_left_alone(freesound: Freesound, tmp_path: Path) -> None:
    """A folder with a labels.csv of other columns is refused before anything comes."""
    (tmp_path / "labels.csv").write_text("path,label\na.wav,fox\n", encoding="utf-8")
    with pytest.raises(DownloadError, match="its columns are others"):
        collect(freesound, wish(tmp_path))
    assert (tmp_path / "labels.csv").read_text(encoding="utf-8").endswith("a.wav,fox\n")


def test_a_folder_that_cannot_be_written_is_told(freesound: Freesound, tmp_path: Path) -> None:
    """One clear error, with what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match="cannot be written"):
        collect(freesound, wish(tmp_path / "file"))


def test_a_label_that_cannot_be_told_is_refused(freesound: Freesound, tmp_path: Path) -> None:
    """Before anything is downloaded."""
    with pytest.raises(DatasetError, match="cannot be a label"):
        collect(freesound, wish(tmp_path, label="Red Fox"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (ZERO, "CC0 1.0"),
        (BY, "CC BY 4.0"),
        (NC, "CC BY-NC 3.0"),
        ("http://creativecommons.org/licenses/sampling+/1.0/", "CC SAMPLING+ 1.0"),
        ("https://example.org/", None),
    ],
)
def test_a_licence_is_known_by_its_address(url: str, name: str | None) -> None:
    """And by-nc is never taken for by."""
    assert short_name(url) == name
    asked = {"CC0 1.0": ["cc0"], "CC BY 4.0": ["by"], "CC BY-NC 3.0": ["by-nc"]}.get(name or "", [])
    assert [one for one in ("cc0", "by", "by-nc") if name and is_asked(name, (one,))] == asked


def test_every_licence_has_a_filter() -> None:
    """Both spellings that the site had are asked for."""
    assert filter_of(("by-nc",)) == (
        'license:("Attribution NonCommercial" OR "Attribution Noncommercial")'
    )
