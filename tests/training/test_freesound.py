"""Downloading from Freesound, tried on a small server that speaks its API."""

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import soundfile

from soundpost_training.cli import main
from soundpost_training.config import DataConfig
from soundpost_training.dataset import open_dataset
from soundpost_training.errors import DatasetError, DownloadError
from soundpost_training.freesound.api import Freesound
from soundpost_training.freesound.collect import Wish, collect
from soundpost_training.freesound.licences import filter_of, is_asked, short_name

BY, ZERO = (
    "https://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/publicdomain/zero/1.0/",
)
NC = "http://creativecommons.org/licenses/by-nc/3.0/"
PAGE = 3
"""Sounds that the server gives at once, however many are asked for."""


def ogg(seed: int) -> bytes:
    """Half a second of noise in Ogg Vorbis."""
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(0, 0.1, 8000)
    soundfile.write(file, noise, 16_000, format="OGG", subtype="VORBIS")
    return file.getvalue()


@dataclass
class Site:
    """What the server has, how it misbehaves, and what it was asked for."""

    sounds: list[dict[str, object]]
    audio: dict[str, bytes]
    refusals: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    breaks: dict[str, int] = field(default_factory=dict)
    takes_ranges: bool = True
    address: str = ""
    searches: list[dict[str, list[str]]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    previews: list[tuple[str, str | None, str | None]] = field(default_factory=list)


class Answers(BaseHTTPRequestHandler):
    """The API's search, and the previews."""

    def __init__(self, site: Site, *arguments: object) -> None:
        self.site = site
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server passes on

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """Answers a search or sends a preview."""
        url = urlsplit(self.path)
        if url.path == "/apiv2/search/text/":
            self.search(parse_qs(url.query))
        else:
            self.preview(url.path.removeprefix("/previews/"))

    def search(self, asked: dict[str, list[str]]) -> None:
        """A page, or the next refusal."""
        site = self.site
        site.searches.append(asked)
        site.tokens.append(self.headers["Authorization"])
        if site.refusals:
            self.answer(*site.refusals.pop(0))
            return
        first = (int(asked["page"][0]) - 1) * PAGE
        more = first + PAGE < len(site.sounds)
        page = {
            "count": len(site.sounds),
            "next": "https://elsewhere.example/?page=2" if more else None,
            "previous": None,
            "results": site.sounds[first : first + PAGE],
        }
        self.answer(200, {}, json.dumps(page).encode())

    def preview(self, name: str) -> None:
        """The file, the rest of it, or as much as comes before the line breaks."""
        site, content = self.site, self.site.audio[name]
        asked = self.headers["Range"]
        site.previews.append((name, asked, self.headers["Authorization"]))
        first = int(re.findall(r"\d+", asked)[0]) if asked and site.takes_ranges else 0
        if first >= len(content):
            self.answer(416, {"Content-Range": f"bytes */{len(content)}"}, b"")
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        self.wfile.write(content[first : site.breaks.pop(name, len(content))])

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server with seven sounds of three uploaders, on three pages."""
    site = Site([], {f"{number}.ogg": ogg(number) for number in range(7)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Answers, site))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    site.sounds += [
        {
            "id": number,
            "name": f"fox, no. {number}",
            "username": f"user{number % 3}",
            "license": ZERO if number % 2 else BY,
            "url": f"https://freesound.org/people/user/sounds/{number}/",
            "previews": {"preview-hq-ogg": f"{site.address}/previews/{number}.ogg"},
        }
        for number in range(7)
    ]
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waits() -> list[float]:
    """The waits that there would have been, in seconds."""
    return []


@pytest.fixture
def freesound(site: Site, waits: list[float]) -> Freesound:
    """The API at the server."""
    return Freesound("secret", f"{site.address}/apiv2/", waits.append)


def wish(folder: Path, label: str = "fox", count: int = 100) -> Wish:
    """Foxes, free for any use."""
    return Wish(f"{label} bark", label, ("cc0", "by"), folder, count)


def test_what_is_found_is_there_with_author_and_licence(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Every page is read, every sound comes whole, and the table says whose it is."""
    got = collect(freesound, wish(tmp_path))
    assert (got.there, got.new, got.left_out) == (7, 7, ())
    for name, content in site.audio.items():
        assert (tmp_path / "fox" / name).read_bytes() == content
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows[4] == {
        "path": "fox/4.ogg",
        "label": "fox",
        "group": "user1",
        "licence": "CC BY 4.0",
        "author": "user1 (freesound.org)",
        "id": "4",
        "name": "fox, no. 4",
        "url": "https://freesound.org/people/user/sounds/4/",
        "query": "fox bark",
    }


def test_the_folder_is_a_data_set(freesound: Freesound, tmp_path: Path) -> None:
    """Kind csv reads it: no uploader is in two folds, and the licences come along."""
    collect(freesound, wish(tmp_path))
    dataset = open_dataset(DataConfig(kind="csv", folder=str(tmp_path), folds=3))
    assert (dataset.folds, dataset.licence) == ([1, 2, 3], "CC BY 4.0, CC0 1.0")
    assert "user2 (freesound.org)" in dataset.attribution
    assert len({(clip.group, clip.fold) for clip in dataset.clips}) == 3


def test_no_more_is_asked_for_than_is_wanted(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Five of seven need two pages; the query and its filters are the wish's."""
    assert collect(freesound, wish(tmp_path, count=5)).there == 5
    assert len(site.searches) == 2
    asked = site.searches[0]
    assert asked["query"] == ["fox bark"]
    assert asked["filter"] == ['license:("Creative Commons 0" OR "Attribution") duration:[* TO 30]']


def test_the_token_goes_to_the_api_and_nowhere_else(
    freesound: Freesound, site: Site, tmp_path: Path
) -> None:
    """Not to the host of the previews, and not to where the next page is said to be."""
    collect(freesound, wish(tmp_path))
    assert site.tokens == ["Token secret"] * 3
    assert {token for _, _, token in site.previews} == {None}


def test_a_second_run_downloads_nothing(freesound: Freesound, site: Site, tmp_path: Path) -> None:
    """What is there is counted, and the table stays as it is."""
    collect(freesound, wish(tmp_path))
    table = (tmp_path / "labels.csv").read_bytes()
    got = collect(freesound, wish(tmp_path))
    assert (got.there, got.new) == (7, 0)
    assert len(site.previews) == 7
    assert (tmp_path / "labels.csv").read_bytes() == table


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_download_that_breaks_off_goes_on(
    freesound: Freesound, site: Site, tmp_path: Path, waits: list[float], *, takes_ranges: bool
) -> None:
    """The rest is asked for; a server that sends all of it again is understood."""
    site.takes_ranges = takes_ranges
    site.breaks["3.ogg"] = 1000
    collect(freesound, wish(tmp_path), waits.append)
    assert (tmp_path / "fox" / "3.ogg").read_bytes() == site.audio["3.ogg"]
    (first, again) = [asked for name, asked, _ in site.previews if name == "3.ogg"]
    assert (first, again) == (None, "bytes=1000-")
    assert waits == [2.0]
    assert not list(tmp_path.rglob("*.part"))


def test_a_part_of_yesterday_is_used(freesound: Freesound, site: Site, tmp_path: Path) -> None:
    """Also when it is the whole file, but for its name, or longer than the file can be."""
    folder = tmp_path / "fox"
    folder.mkdir()
    (folder / "1.ogg.part").write_bytes(site.audio["1.ogg"][:500])
    (folder / "2.ogg.part").write_bytes(site.audio["2.ogg"])
    (folder / "5.ogg.part").write_bytes(site.audio["5.ogg"] + b"more")
    collect(freesound, wish(tmp_path), lambda _: None)
    for name in ("1.ogg", "2.ogg", "5.ogg"):
        assert (folder / name).read_bytes() == site.audio[name]
    assert ("1.ogg", "bytes=500-", None) in site.previews


def test_an_interruption_keeps_what_there_is(site: Site, tmp_path: Path) -> None:
    """Ctrl-C leaves a table of all that is whole; the same wish goes on from there."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    site.breaks["4.ogg"] = 100
    freesound = Freesound("secret", f"{site.address}/apiv2/")
    with pytest.raises(KeyboardInterrupt):
        collect(freesound, wish(tmp_path), interrupted)
    assert len((tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()) == 1 + 4
    got = collect(freesound, wish(tmp_path))
    assert (got.there, got.new) == (7, 3)


def refusal(status: int, detail: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """A refusal as the API words it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, json.dumps({"detail": detail}).encode()


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
    site: Site, tmp_path: Path, refused: tuple[int, dict[str, str], bytes], seconds: float
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
    site: Site, tmp_path: Path, refused: tuple[int, dict[str, str], bytes], told: str, hint: str
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


def test_the_command_line(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`prepare freesound` takes the token from the environment and says what came of it."""
    command = ["prepare", "freesound", "--query", "fox", "--label", "fox", "--license", "by"]
    command += ["--folder", str(tmp_path), "--grouped-by", "clip"]
    monkeypatch.delenv("FREESOUND_TOKEN", raising=False)
    assert main(command) == 78
    assert "FREESOUND_TOKEN is not set" in capsys.readouterr().err
    monkeypatch.setenv("FREESOUND_TOKEN", "secret")
    monkeypatch.setenv("FREESOUND_API", f"{site.address}/apiv2")
    assert main(command) == 0
    assert "fox: 4 recordings" in capsys.readouterr().out
    assert main([*command, "--count", "0"]) == 78


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
