"""A node is taught again with verdicts of the page and of the terminal, without copying a file."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NODE, SOUNDPOST
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from review_events import event_id, write_event_clip
from teaching_node import LABEL, LONGEST_SECONDS, TeachingNode
from web_page import Page, running_page

from soundpost.heads import current_version, version_folder
from soundpost.teach.kept import read_kept

pytestmark = pytest.mark.timeout(1_800)
AWAY = "barn"


@pytest.fixture
def node(tmp_path: Path, broker: Broker) -> TeachingNode:
    """Provides a node that stores the clips of its events, of at most four seconds."""
    (tmp_path / "node").mkdir()
    node = TeachingNode(tmp_path / "node", broker)
    node.configure("evidence.clip_seconds = 4")
    return node


@pytest.fixture
def page(node: TeachingNode, tmp_path: Path) -> Iterator[Page]:
    """Provides a page with a store of its own, and the clips of this node and of another."""
    write_event_clip(tmp_path / AWAY, 900, LABEL, node=AWAY)
    tables: dict[str, dict[str, Any]] = {
        "mqtt": {"broker": node.broker.url, "commands": True},
        "clips": {"folder": str(node.clips)},
        "clip_folders": {AWAY: str(tmp_path / AWAY)},
    }
    (tmp_path / "page").mkdir()
    with running_page(tmp_path / "page", tables, passwords=True) as page:
        page.log_in("admin")
        yield page


class Teacher:
    """An admin at the page.

    Args:
        page: The page.
        node: The node.
    """

    def __init__(self, page: Page, node: TeachingNode) -> None:
        self._page = page
        self._node = node

    def teach(self, **fields: str) -> str:
        """Teaches the node by the form of the page; returns the text of the final result."""
        wait_until(lambda: "Thresholds" in self._page.get(f"/node?name={NODE}").text)
        form = self._page.get(f"/teach?node={NODE}")
        assert form.status == 200
        sent = {"token": form.token, "node": NODE, "label": LABEL, "action": "teach"}
        address = self._page.post("/teach", sent | fields).headers["location"]
        deadline = time.monotonic() + LONGEST_SECONDS
        while "data-follow" in (text := self._page.get(address).text):
            assert time.monotonic() < deadline, text
            time.sleep(0.5)
        return text

    def judge(self, event: str, verdict: str) -> None:
        """Gives a verdict by the form of the review, to which new clips come within seconds."""

        def is_given() -> bool:
            form = self._page.get("/review")
            fields = {"token": form.token, "back": "", "event": event, "verdict": verdict}
            return self._page.post("/review/verdict", fields).status in {200, 303}

        wait_until(is_given)

    @property
    def taught(self) -> list[str]:
        """The names of the clips of the label in the version that is in use."""
        folder = self._node.heads / LABEL
        kept = read_kept(version_folder(folder, current_version(folder)))
        assert kept is not None
        return sorted(Path(clip.path).name for clip in kept.clips if clip.side == "label")


def events(node: TeachingNode) -> dict[str, str]:
    """Returns the names of the clips of the events of the label by their ids."""
    found = {}
    for path in node.clips.glob(f"*-{LABEL}-*.json"):
        if path.with_suffix(".flac").is_file():  # it is written last
            sidecar = json.loads(path.read_bytes())
            if sidecar["detection"]["state"] != "retracted":
                found[sidecar["detection"]["id"]] = sidecar["clip"]
    return found


def test_verdicts_of_page_and_terminal_teach_a_node_again(
    node: TeachingNode, page: Page, subscriber: Subscriber
) -> None:
    """Each counts once; those of another node stay, and clips that are gone are no reason."""
    bells, others = node.store(5, 3)
    teacher = Teacher(page, node)
    uses = {f"use:{bell}": "label" for bell in bells} | {f"use:{each}": "not" for each in others}
    with node.run() as daemon:
        assert f"{LABEL} is taught, version 1" in teacher.teach(**uses)
        assert teacher.taught == bells
        wait_until(lambda: len(events(node)) >= 2)
        by_page, name = min(events(node).items(), key=lambda item: item[1])
        teacher.judge(by_page, "right")
        teacher.judge(event_id(900), "right")
        text = teacher.teach(again="1")
        assert f"{LABEL} is taught, version 2" in text
        assert "With verdicts of the review: 1 that it is the sound, 0" in text
        assert teacher.taught == sorted([*bells, name])
        sent = [json.loads(m.payload) for m in subscriber.received if m.topic.endswith("/teach")]
        assert (sent[-1]["right"], "wrong" in sent[-1]) == ([name], False)

        in_terminal = events(node)
        reviewed = subprocess.run(
            [SOUNDPOST, "review", "--config", node.config, "--label", LABEL, "--set-all", "right"],
            # As `sudo` finds the state folder of the packaged service.
            env=os.environ | {"STATE_DIRECTORY": str(node.config.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert reviewed.stdout
        for suffix in (".flac", ".json", ".png"):
            (node.clips / name).with_suffix(suffix).unlink()
        text = teacher.teach(again="1")
        assert f"{LABEL} is taught, version 3" in text
        assert "Clips that were not used" not in text
        assert {*bells, *in_terminal.values()} <= {*teacher.taught}
        assert len(teacher.taught) == len({*teacher.taught})
        _, errors = daemon.terminate()
    assert "Traceback" not in errors
