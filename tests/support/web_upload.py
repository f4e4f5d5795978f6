"""Uploads recordings to the page, as the form of a browser does."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from mosquitto import wait_until
from web_page import Answer, Page

BOUNDARY = "----soundpost-test"


def form_body(fields: dict[str, str], file_name: str, content: bytes) -> bytes:
    """Returns the body of a form whose file comes last."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    # As browsers escape names (WHATWG HTML, section 4.10.21.8).
    shown = file_name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    return "".join(parts).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def upload(page: Page, content: bytes, file_name: str = "a.wav", **fields: str) -> Answer:
    """Uploads a recording; fields replace those of the form."""
    sent = {"bundle": "everyday"} | fields
    if "token" not in sent:
        sent = {"token": page.get("/analyze").token} | sent
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Origin": page.url,
    }
    return page.request("POST", "/analyze", form_body(sent, file_name, content), headers)


def result_id(answer: Answer) -> str:
    """Returns the id of the result that an upload leads to."""
    assert answer.status == 303, answer.text
    return urlsplit(answer.headers["location"]).query.removeprefix("id=")


def is_over(page: Page, job: str) -> bool:
    """Returns whether a recording is analyzed."""
    return bool(json.loads(page.get(f"/analyze/state?id={job}").text)["over"])


def analyzed(page: Page, content: bytes, file_name: str = "a.wav") -> str:
    """Uploads a recording, and returns the id of its result once it is there."""
    job = result_id(upload(page, content, file_name))
    wait_until(lambda: is_over(page, job))
    return job


def stored_files(page: Page) -> list[Path]:
    """Returns the files that the page keeps for analyses."""
    # Not rglob, which fails at a folder that is removed meanwhile.
    return [
        Path(folder) / name
        for folder, _, names in os.walk(page.folder / "analyses")
        for name in names
    ]
