"""A client of Freesound's APIv2: searches page by page, within the limits of the service.

See https://freesound.org/docs/api/. A token is enough for searches and previews; the original
files need OAuth2 and a browser.
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
"""The largest page of the API: each page counts as one request of its limit."""

FIELDS = "id,name,username,license,url,previews"
TIMEOUT = urllib3.Timeout(connect=20.0, read=60.0)
NO_RETRIES = urllib3.Retry(
    3, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
)
"""Attempts are counted and logged here, not in urllib3, which drops the token on redirection."""

ATTEMPTS = 6
"""With waits of 1, 2, 4 … 32 s: about a minute in all, in which a server restarts."""

MINUTE_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 300.0
"""A longer limit ends the program: it is one of a day, and the command resumes later."""

Wait = Callable[[float], None]


class Previews(msgspec.Struct, frozen=True):
    """The address of a sound's preview, 192 kbit/s, which needs no OAuth2."""

    ogg: str | None = msgspec.field(name="preview-hq-ogg", default=None)


class Sound(msgspec.Struct, frozen=True):
    """A sound in the results of a search; `license` is the address of its licence."""

    id: int
    name: str
    username: str
    license: str
    url: str = ""
    previews: Previews = Previews()


class Page(msgspec.Struct, frozen=True):
    """A page of results; `next` is null on the last."""

    count: int
    results: list[Sound]
    next: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """The body of an error response of the API."""

    detail: str


class Freesound:
    """A client of the API at an address.

    Args:
        token: The API key, sent to this address only, in a header.
        address: The address of the API, with a slash at its end.
        wait: Waits for a number of seconds.
    """

    def __init__(self, token: str, address: str = ADDRESS, wait: Wait = time.sleep) -> None:
        self._token = token
        self._address = address
        self._wait = wait
        self.pool = urllib3.PoolManager(timeout=TIMEOUT, retries=NO_RETRIES)

    def search(self, query: str, filter_text: str) -> Iterator[Page]:
        """Yields the pages of the results, each requested when it is needed.

        Args:
            query: The text to search for, as on the site.
            filter_text: The filter, in the syntax of the API.

        Raises:
            DownloadError: The token is refused, the limit is reached, or there is no response.
        """
        number, has_more = 1, True
        while has_more:
            page = self._page(
                {
                    "query": query,
                    "filter": filter_text,
                    "fields": FIELDS,
                    "page_size": str(PAGE_SIZE),
                    "page": str(number),
                }
            )
            yield page
            number, has_more = number + 1, page.next is not None

    def _page(self, fields: dict[str, str]) -> Page:
        headers = {"Authorization": f"Token {self._token}"}
        url = f"{self._address}search/text/"
        reason = ""
        for attempt in range(ATTEMPTS):
            try:
                response = self.pool.request("GET", url, fields=fields, headers=headers)
            except urllib3.exceptions.HTTPError as error:
                reason, seconds = str(error), 2.0**attempt
            else:
                if response.status == HTTPStatus.OK:
                    return _decode(response.data, url)
                reason, seconds = _reason(response), _wait_seconds(response, 2.0**attempt)
            console.print(f"Freesound: {reason}; again in {seconds:.0f} s", style="yellow")
            self._wait(seconds)
        raise DownloadError(
            f"Freesound does not respond: {reason}", hint="the same command resumes from here"
        )


def _decode(body: bytes, url: str) -> Page:
    try:
        return msgspec.json.decode(body, type=Page)
    except msgspec.DecodeError as error:
        raise DownloadError(
            f"{url}: expected a list of sounds, got another response: {error}",
            hint="log in to the proxy, if there is one, and check FREESOUND_API",
        ) from error


def _reason(response: urllib3.BaseHTTPResponse) -> str:
    """Returns the `detail` of an error response, or its status."""
    try:
        return msgspec.json.decode(response.data, type=Refusal).detail
    except msgspec.DecodeError:
        return f"status {response.status}"


def _wait_seconds(response: urllib3.BaseHTTPResponse, busy_seconds: float) -> float:
    """Returns the time to wait before the same request is sent again, in seconds.

    Raises:
        DownloadError: The same request would be refused again today.
    """
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = _limit_seconds(response)
        if seconds <= LONGEST_WAIT_SECONDS:
            return seconds
        raise DownloadError(
            f"the limit of Freesound is reached: {_reason(response)}",
            hint="the same command resumes from here, tomorrow",
        )
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return busy_seconds
    is_token = response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    raise DownloadError(
        f"Freesound refuses the request: {_reason(response)} (status {response.status})",
        hint="set FREESOUND_TOKEN to a key from https://freesound.org/apiv2/apply"
        if is_token
        else "correct the query",
    )


def _limit_seconds(response: urllib3.BaseHTTPResponse) -> float:
    """Returns `Retry-After`, or the length of the limit in the text: `60/minute`, `2000/day`."""
    stated = response.headers.get("Retry-After", "")
    if re.fullmatch(r"\d+", stated):
        return float(stated)
    return MINUTE_SECONDS if "/minute" in _reason(response) else float("inf")
