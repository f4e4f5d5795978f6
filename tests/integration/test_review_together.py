"""The terminal and the page review at once: two real processes on one store of verdicts."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from daemon_process import SOUNDPOST
from mosquitto import free_port, wait_until
from mqtt_subscriber import PATIENCE_SECONDS
from review_events import event_id, write_event_clip
from terminal import Terminal, terminal
from web_page import NO_BROKER, PASSWORDS, Page

from soundpost.review import Selection, Verdict, open_store
from soundpost_web.access.passwords import PasswordFile

DAEMON = Path(__file__).resolve().parents[2] / "daemon"
EVENTS = 40
HALF = EVENTS // 2


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Provides the path of the store, beside a folder of clips."""
    for number in range(EVENTS):
        write_event_clip(tmp_path / "clips", number, "dog")
    return tmp_path / "review.db"


@pytest.fixture
def page(tmp_path: Path, store: Path) -> Iterator[Page]:
    """Provides the page in a process of its own, and an admin who uses it."""
    PasswordFile(tmp_path / "soundpost-web" / "passwords.json").set("admin", PASSWORDS["admin"])
    port = free_port()
    config = tmp_path / "web.toml"
    config.write_text(
        f'[review]\nstore = "{store}"\n[clips]\nfolder = "{tmp_path / "clips"}"\n', "utf-8"
    )
    flags = ["--config", str(config), "--port", str(port), "--broker", NO_BROKER]
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(DAEMON)}
    log = tmp_path / "log"
    with log.open("wb") as opened:
        process = subprocess.Popen(
            [sys.executable, "-m", "soundpost_web", *flags], env=environment, stderr=opened
        )
    try:
        wait_until(lambda: "the page is at" in log.read_text("utf-8"))
        page = Page(cast("Any", None), port, tmp_path, lambda: None)  # it has another process
        page.log_in("admin")
        yield page
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert "ERROR" not in log.read_text("utf-8")
        assert "review.db" not in log.read_text("utf-8")  # as of a store that is locked
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def is_at(number: int) -> str:
    """Returns a pattern for the line at an event whose spectrogram is drawn."""
    return rf"^{number} of {EVENTS}.*━"


def wait_for(shown: Terminal, pattern: str) -> None:
    """Waits until a pattern is on the screen."""
    shown.wait_for(lambda text: re.search(pattern, text, re.DOTALL) is not None)


def test_no_verdict_of_either_is_lost(page: Page, store: Path) -> None:
    """Each reviews its half while the other writes; an undo takes back the own verdict."""
    wait_until(lambda: f"{EVENTS} events in this queue" in page.get("/review").text)
    token = page.get("/review").token
    answers: list[int] = []

    def review_from_the_end() -> None:
        for number in range(EVENTS - 1, HALF - 1, -1):
            fields = {"token": token, "event": event_id(number), "verdict": "wrong"}
            answers.append(page.post("/review/verdict", fields).status)

    clips = str(store.with_name("clips"))
    flags = ["--order", "time", "--reviewer", "anna", "--store", str(store)]
    thread = threading.Thread(target=review_from_the_end)
    with terminal([str(SOUNDPOST), "review", *flags, clips]) as shown:
        for number in range(HALF):
            wait_for(shown, is_at(number + 1))
            if number == 1:
                thread.start()  # both write from here on
            shown.press(b"y")
        thread.join(PATIENCE_SECONDS)
        # The next event has a verdict of the page, or had none yet when it was shown.
        end = f"end of the queue|{is_at(HALF + 1)}"
        wait_for(shown, end)
        shown.press(b"u")
        wait_for(shown, is_at(HALF))
        shown.press(b"q")
        assert shown.wait() == 0
    assert answers == [303] * (EVENTS - HALF)
    with open_store(store) as opened:
        events = list(opened.events(Selection()))
    given = {each.event.id: each.decision.verdict for each in events if each.decision}
    expected = {event_id(number): Verdict.RIGHT for number in range(HALF - 1)}
    expected |= {event_id(number): Verdict.WRONG for number in range(HALF, EVENTS)}
    assert given == expected
    shown_again = page.get("/review").text
    assert f"{EVENTS - 1} of {EVENTS} reviewed" in shown_again
    assert "1 event in this queue" in shown_again
