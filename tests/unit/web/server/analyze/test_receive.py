"""Uploads that are too large, too slow, broken off, or no recording."""

import http.client
import math
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from full_disk import Disk
from made_recordings import SOUND
from mosquitto import wait_until
from mqtt_subscriber import PATIENCE_SECONDS
from recording import write_quiet, write_tones
from web_page import MakePage, Page, running_page
from web_upload import BOUNDARY, analyzed, form_body, stored_files, upload

from soundpost_web.server.analyze import receive

MEGABYTE = 1_000_000
SETTINGS = {"analyze": {"allowed": "viewer", "megabytes": 2, "minutes": 1}}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Provides a page that takes 2 MB, of which it analyzes a minute."""
    with running_page(tmp_path_factory.mktemp("page"), SETTINGS) as page:
        yield page


def wave_header(data_bytes: int, rate_hz: int = 16_000) -> bytes:
    """Returns a WAV header that states a length."""
    sizes = struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    riff = b"RIFF" + struct.pack("<I", min(data_bytes + 36, 0xFFFFFFFF))
    return riff + b"WAVEfmt " + sizes + b"data" + struct.pack("<I", data_bytes)


def shown(page: Page, content: bytes, name: str = "a.wav") -> str:
    """Returns the page of a result."""
    return page.get(f"/analyze/result?id={analyzed(page, content, name)}").text


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
GARBAGE = {
    "a text": b"This is no sound. " * 20,
    "a playlist": PLAYLIST,
    "a script of ffmpeg": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a header alone": wave_header(1_152_000_000)[:44],
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_no_recording(page: Page, kind: str) -> None:
    """The page says so; nothing of the machine, or of the program, is shown."""
    text = shown(page, GARBAGE[kind])
    assert "The recording" in text
    assert "root:" not in text
    assert str(page.folder) not in text
    assert "Traceback" not in text
    assert [path for path in stored_files(page) if path.name in {"upload", "log"}] == []


def test_a_header_of_ten_hours_costs_only_what_is_there(page: Page) -> None:
    """Half a second of sound; what is missing is named."""
    text = shown(page, wave_header(1_152_000_000) + SOUND[:8_000].tobytes())
    assert "0.5 s of sound" in text
    assert "The recording is damaged" in text


def test_a_recording_that_unpacks_to_hours_is_cut(page: Page, tmp_path: Path) -> None:
    """A FLAC of silence is tiny: the first minute of it is analyzed, and no more is unpacked."""
    import soundfile  # noqa: PLC0415 - only here

    path = tmp_path / "bomb.flac"
    with soundfile.SoundFile(path, "w", 16_000, 1, format="FLAC") as file:
        for _ in range(60):
            file.write(SOUND[:1].repeat(16_000 * 60))
    assert path.stat().st_size < MEGABYTE
    text = shown(page, path.read_bytes(), "bomb.flac")
    assert "Only the first 1 minutes were analyzed" in text
    sounds = [path for path in stored_files(page) if path.name == "sound.wav"]
    assert max(path.stat().st_size for path in sounds) <= 44 + 60 * 32_000


@pytest.mark.parametrize("name", ["", "../../a.txt", "\N{SNOWMAN}" * 300 + "\0.exe"])
def test_the_name_of_a_file_decides_nothing(page: Page, tmp_path: Path, name: str) -> None:
    """The format is found by the content, and the file has a name of the page."""
    write_quiet(tmp_path / "quiet.wav", 1.0)
    assert "1.0 s of sound" in shown(page, (tmp_path / "quiet.wav").read_bytes(), name)


def test_an_empty_file_is_none(page: Page) -> None:
    """A browser sends it if none was chosen."""
    answer = upload(page, b"", "")
    assert (answer.status, "Choose a recording first" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("size", "status"), [(2 * MEGABYTE, 303), (2 * MEGABYTE + 20_000, 413), (3 * MEGABYTE, 413)]
)
def test_the_size_is_limited(page: Page, size: int, status: int) -> None:
    """A larger file is read to its end and forgotten, so that the browser shows why."""
    answer = upload(page, b"x" * size)
    assert answer.status == status, answer.text
    if status == 303:
        wait_until(lambda: "not a sound file" in page.get(answer.headers["location"]).text)
    else:
        assert "too large" in answer.text


@pytest.mark.parametrize("has_length", [True, False])
def test_what_is_enormous_is_not_read(page: Page, has_length: bool) -> None:  # noqa: FBT001 - a case
    """Neither with a length that is stated, nor in chunks without an end."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE_SECONDS)
    connection.putrequest("POST", "/analyze")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    if has_length:
        connection.putheader("Content-Length", str(10**12))
    else:
        connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    sent = 0
    fields = {"token": page.get("/analyze").token, "bundle": "everyday"}
    body = form_body(fields, "a.wav", b"").rpartition(b"\r\n--")[0] if not has_length else b""
    try:
        while sent < 50 * MEGABYTE and not has_length:
            connection.send(b"%x\r\n" % len(body) + body + b"\r\n")
            sent += len(body)
            body = bytes(65_536)
    except OSError:
        pass  # the server has closed the connection
    assert sent < 40 * MEGABYTE  # what the kernel holds counts
    if has_length:
        assert connection.getresponse().status == 413
    connection.close()
    wait_until(lambda: not [path for path in stored_files(page) if path.name == "upload"])


def send_part(page: Page, share: float) -> socket.socket:
    """Sends a part of an upload; returns the connection."""
    fields = {"token": page.get("/analyze").token, "bundle": "everyday"}
    body = form_body(fields, "a.wav", wave_header(100_000) + bytes(100_000))
    head = (
        f"POST /analyze HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    client = socket.create_connection(("127.0.0.1", page.port), timeout=PATIENCE_SECONDS)
    client.sendall(head.encode() + body[: math.floor(share * len(body))])
    return client


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_an_upload_that_breaks_off_leaves_nothing(page: Page, share: float) -> None:
    """Nor does it hold a place in the queue."""
    for _ in range(4):
        send_part(page, share).close()
    wait_until(lambda: upload(page, b"x", token="").status == 403)  # and not that it is busy
    wait_until(lambda: not [path for path in stored_files(page) if path.name == "upload"])


def test_an_upload_that_stalls_is_given_up(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others have its place then."""
    monkeypatch.setattr(receive, "STALL_SECONDS", 0.3)
    with send_part(page, 0.5) as client:
        answer = client.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408")
    assert [path for path in stored_files(page) if path.name == "upload"] == []


def test_an_upload_has_an_end(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then does not keep it."""
    monkeypatch.setattr(receive, "LONGEST_SECONDS", 0.5)
    done = threading.Event()
    with send_part(page, 0.5) as client:

        def trickle() -> None:
            while not done.wait(0.05):
                try:
                    client.send(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        answer = client.recv(65_536)
        done.set()
        thread.join()
    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=other"],
)
def test_another_form_is_refused(page: Page, content_type: str) -> None:
    """And nothing of it is stored."""
    body = form_body({"token": page.get("/analyze").token}, "a.wav", b"x")
    headers = {"Content-Type": content_type, "Origin": page.url}
    assert page.request("POST", "/analyze", body, headers).status == 400
    assert [path for path in stored_files(page) if path.name == "upload"] == []


def test_two_uploads_at_once_are_two_results(page: Page, tmp_path: Path) -> None:
    """Each has its own sound."""
    write_tones(tmp_path / "one.wav", 1.0)
    write_tones(tmp_path / "two.wav", 2.0)
    found: dict[str, str] = {}

    def send(name: str) -> None:
        found[name] = shown(page, (tmp_path / name).read_bytes(), name)

    threads = [threading.Thread(target=send, args=(name,)) for name in ("one.wav", "two.wav")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, seconds in (("one.wav", "1.0"), ("two.wav", "2.0")):
        assert f"{seconds} s of sound" in found[name]
        assert name in found[name]


def test_a_disk_that_fills_up_is_said(
    disk: Disk, make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the upload, or in the middle of it; nothing of it stays."""
    page = make_page(**SETTINGS)
    folder = page.folder / "analyses"
    folder.rmdir()
    folder.symlink_to(disk.folder)
    answer = upload(page, bytes(1_000_000))
    assert (answer.status, "no space" in answer.text) == (507, True)
    monkeypatch.setattr("soundpost_web.analysis.queue._RESERVE_BYTES", -10 * MEGABYTE)
    disk.fill()
    answer = upload(page, bytes(1_000_000))
    assert (answer.status, "no space" in answer.text) == (507, True)
    assert [path.name for path in disk.folder.iterdir() if path.is_file()] == ["ballast"]
    folder.unlink()
