"""Freesound's APIv2: a search, page by page, as politely as its limits ask for.

Documented at https://freesound.org/docs/api/. A token is enough for searching and for previews;
the originals would need OAuth2 and a browser.
"""

import re
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus

import msgspec
import urllib3

from soundpost_training.errors import DownloadError
from soundpost_training.progress import console

ADDRESS = "https://freesound.org/apiv2/"
PAGE_SIZE = 150
"""The most that the API gives at once: each page counts as one request of its limit."""

FIELDS = "id,name,username,license,url,previews"
TIMEOUT = urllib3.Timeout(connect=20.0, read=60.0)
NO_RETRIES = urllib3.Retry(
    3, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
)
"""Of its own: attempts are counted and told here. A redirection takes no token elsewhere."""

ATTEMPTS = 6
MINUTE_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 300.0
"""A limit that lasts longer than this is left to another day."""

Wait = Callable[[float], None]


class Previews(msgspec.Struct, frozen=True):
    """Where a sound can be had without OAuth2, in 192 kbit/s."""

    ogg: str | None = msgspec.field(name="preview-hq-ogg", default=None)


class Sound(msgspec.Struct, frozen=True):
    """A sound as the search tells of it; `license` is the address of its licence."""

    id: int
    name: str
    username: str
    license: str
    url: str = ""
    previews: Previews = Previews()


class Page(msgspec.Struct, frozen=True):
    """A part of what was found; `next` is null on the last."""

    count: int
    results: list[Sound]
    next: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """Why the API does not do what it was asked for."""

    detail: str


class Freesound:
    """The API at an address.

    Args:
        token: Sent to this address only, in a header.
        address: Ends with a slash.
        wait: Waits for so many seconds.
    """

    def __init__(self, token: str, address: str = ADDRESS, wait: Wait = time.sleep) -> None:
        self._token = token
        self._address = address
        self._wait = wait
        self.pool = urllib3.PoolManager(timeout=TIMEOUT, retries=NO_RETRIES)

    def search(self, query: str, only: str) -> Iterator[Page]:
        """The pages of what is found, asked for one by one as they are needed.

        Args:
            query: As one types it on the site.
            only: The filter.

        Raises:
            DownloadError: The token is refused, the limit is reached, or nobody answers.
        """
        number, more = 1, True
        while more:
            page = self._page(
                {
                    "query": query,
                    "filter": only,
                    "fields": FIELDS,
                    "page_size": str(PAGE_SIZE),
                    "page": str(number),
                }
            )
            yield page
            number, more = number + 1, page.next is not None

    def _page(self, fields: dict[str, str]) -> Page:
        headers = {"Authorization": f"Token {self._token}"}
        url = f"{self._address}search/text/"
        trouble = ""
        for attempt in range(ATTEMPTS):
            try:
                answer = self.pool.request("GET", url, fields=fields, headers=headers)
            except urllib3.exceptions.HTTPError as error:
                trouble, seconds = str(error), 2.0**attempt
            else:
                if answer.status == HTTPStatus.OK:
                    return _decoded(answer.data, url)
                trouble, seconds = _told(answer), _pause(answer, 2.0**attempt)
            console.print(f"Freesound: {trouble}; again in {seconds:.0f} s", style="yellow")
            self._wait(seconds)
        raise DownloadError(
            f"Freesound does not answer: {trouble}", hint="the same command goes on from here"
        )


def _decoded(body: bytes, url: str) -> Page:
    try:
        return msgspec.json.decode(body, type=Page)
    except msgspec.DecodeError as error:
        raise DownloadError(
            f"{url} answers what is no list of sounds: {error}",
            hint="is there a proxy that wants a login, or is FREESOUND_API wrong?",
        ) from error


def _told(answer: urllib3.BaseHTTPResponse) -> str:
    """What the API says of a refusal: its `detail`, or the status alone."""
    try:
        return msgspec.json.decode(answer.data, type=Refusal).detail
    except msgspec.DecodeError:
        return f"status {answer.status}"


def _pause(answer: urllib3.BaseHTTPResponse, busy_seconds: float) -> float:
    """How long to wait before the same request, in seconds.

    Raises:
        DownloadError: It is of no use to ask again today.
    """
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = _limit_seconds(answer)
        if seconds <= LONGEST_WAIT_SECONDS:
            return seconds
        raise DownloadError(
            f"Freesound has answered enough: {_told(answer)}",
            hint="the same command goes on from here, tomorrow",
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return busy_seconds
    refused = answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    raise DownloadError(
        f"Freesound refuses: {_told(answer)} (status {answer.status})",
        hint="set FREESOUND_TOKEN to a key from https://freesound.org/apiv2/apply"
        if refused
        else "mend the query",
    )


def _limit_seconds(answer: urllib3.BaseHTTPResponse) -> float:
    """What `Retry-After` says, or the limit that is named: `60/minute`, or `2000/day`."""
    stated = answer.headers.get("Retry-After", "")
    if re.fullmatch(r"\d+", stated):
        return float(stated)
    return MINUTE_SECONDS if "/minute" in _told(answer) else float("inf")
