"""A file from an address: whole or not at all, and from where the last attempt broke off."""

import re
import time
from http import HTTPStatus
from pathlib import Path

import soundfile
import urllib3

from soundpost_training.errors import DownloadError
from soundpost_training.freesound.api import Wait

ATTEMPTS = 5
BLOCK_BYTES = 1 << 16


def download(pool: urllib3.PoolManager, url: str, path: Path, wait: Wait = time.sleep) -> None:
    """Fetches a sound; what has come so far stays beside it as `.part`, for the next time.

    Args:
        pool: Whose connections to use; no credentials are sent.
        url: Of a file that never changes.
        path: Appears when the file is whole and is a sound.
        wait: Waits for so many seconds between attempts.

    Raises:
        DownloadError: It is not there, keeps breaking off, or is no sound.
        OSError: The disk is full, or cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    trouble = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            wait(2.0**attempt)
        try:
            if _fetch(pool, url, part):
                break
            trouble = "it is busy"
        except urllib3.exceptions.HTTPError as error:
            trouble = str(error)
    else:
        raise DownloadError(f"{url} breaks off: {trouble}", hint="the same command tries again")
    try:
        soundfile.info(part)
    except soundfile.LibsndfileError as error:
        part.unlink()
        raise DownloadError(f"{url} is no sound: {error}", hint="leave it out") from error
    part.replace(path)


def _fetch(pool: urllib3.PoolManager, url: str, part: Path) -> bool:
    """Whether the rest of the file has come; False when the server would be asked later."""
    held = part.stat().st_size if part.is_file() else 0
    headers = {"Range": f"bytes={held}-"} if held else {}
    answer = pool.request("GET", url, headers=headers, preload_content=False)
    try:
        if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _is_whole(answer, part, held)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= 500:  # noqa: PLR2004 - the server's own troubles
            return False
        if answer.status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            raise DownloadError(f"{url}: status {answer.status}", hint="leave it out")
        with part.open("ab" if answer.status == HTTPStatus.PARTIAL_CONTENT else "wb") as file:
            while block := answer.read1(BLOCK_BYTES):  # what has come, though the line breaks next
                file.write(block)
    finally:
        answer.close()
    return True


def _is_whole(answer: urllib3.BaseHTTPResponse, part: Path, held: int) -> bool:
    """Whether what is held is all there is; if it is something else, it goes."""
    total = re.fullmatch(r"bytes \*/(\d+)", answer.headers.get("Content-Range", ""))
    if total and int(total[1]) == held:
        return True
    part.unlink()
    return False
