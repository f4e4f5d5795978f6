"""Downloads a file completely or not at all, and resumes an interrupted download."""

import re
import time
from http import HTTPStatus
from pathlib import Path

import urllib3

from soundpost.recording import RecordingError, open_recording
from soundpost_training.errors import DownloadError
from soundpost_training.freesound.api import Wait

ATTEMPTS = 5
"""With waits of 2, 4, 8 and 16 s: a lost connection is back by then, or the file is skipped."""

BLOCK_BYTES = 1 << 16
"""Read at once from the connection; more would be lost when it breaks."""


def download(pool: urllib3.PoolManager, url: str, path: Path, wait: Wait = time.sleep) -> None:
    """Downloads a sound; an interrupted download is kept beside it as `.part` and resumed.

    Args:
        pool: The connections; no credentials are sent.
        url: The address of a file that never changes.
        path: The file to write; it appears when it is complete and is a sound.
        wait: Waits for a number of seconds between attempts.

    Raises:
        DownloadError: The file is not there, the connection breaks each time, or it is no sound.
        OSError: The disk is full, or cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            wait(2.0**attempt)
        try:
            if _fetch(pool, url, part):
                break
            reason = "the server is busy"
        except urllib3.exceptions.HTTPError as error:
            reason = str(error)
    else:
        raise DownloadError(
            f"{url} cannot be downloaded: {reason}", hint="the same command tries again"
        )
    try:
        with open_recording(part, allow_pipes=False):
            pass
    except RecordingError as error:
        part.unlink()
        raise DownloadError(f"{url} is not a sound: {error}", hint="leave it out") from error
    part.replace(path)


def _fetch(pool: urllib3.PoolManager, url: str, part: Path) -> bool:
    """Returns whether the rest of the file was downloaded; False if the server is busy."""
    size = part.stat().st_size if part.is_file() else 0
    headers = {"Range": f"bytes={size}-"} if size else {}
    response = pool.request("GET", url, headers=headers, preload_content=False)
    try:
        if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _is_complete(response, part, size)
        if response.status == HTTPStatus.TOO_MANY_REQUESTS or (
            response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            return False
        if response.status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            raise DownloadError(f"{url}: status {response.status}", hint="leave it out")
        mode = "ab" if response.status == HTTPStatus.PARTIAL_CONTENT else "wb"
        with part.open(mode) as file:
            # read1 returns what has arrived, so that it is stored before the connection breaks.
            while block := response.read1(BLOCK_BYTES):
                file.write(block)
    finally:
        response.close()
    return True


def _is_complete(response: urllib3.BaseHTTPResponse, part: Path, size: int) -> bool:
    """Returns whether the stored part is the complete file; removes it if it is another file."""
    total = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("Content-Range", ""))
    if total and int(total[1]) == size:
        return True
    part.unlink()
    return False
