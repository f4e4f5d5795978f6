"""A page that may teach a node, which is online and has clips. Fixtures: `page`, `shared`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from teach_pages import NODE, RECORDED, recent_event, result
from web_clips import write_clip
from web_page import Page, running_page


@pytest.fixture(scope="module")
def broker(module_broker: Broker) -> Broker:
    """Provides a broker for all tests of a file."""
    return module_broker


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides a folder with the clips of four events of two nodes."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(3):
        write_clip(folder, number, "dog")
    write_clip(folder, 3, "dog", node="barn")
    return folder


@pytest.fixture(scope="module")
def shared(
    broker: Broker, clips: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, dict[str, dict[str, str]]]]:
    """Provides a page with a node that is online, and the cookies of each role."""
    tables: dict[str, dict[str, Any]] = {
        "mqtt": {"broker": broker.url, "commands": True},
        "clips": {"folder": str(clips)},
    }
    with running_page(tmp_path_factory.mktemp("page"), tables, passwords=True) as page:
        sessions = page.sessions()
        wait_until(lambda: "not connected" not in page.get("/about").text)
        with Subscriber(broker.port) as node:
            node.publish(f"soundpost/{NODE}/status", b"online", retain=True)
            name = min(path.name for path in clips.glob("*.flac"))
            node.publish(f"soundpost/{NODE}/detections", recent_event(name), retain=False)
            wait_until(lambda: f'"use:{name}"' in page.get(f"/teach?node={NODE}").text)
            recorded = result("capture-now", "x1", status="done", message="stored", clip=RECORDED)
            node.publish(f"soundpost/{NODE}/result", recorded, retain=False)
            wait_until(lambda: RECORDED in page.get(f"/teach?node={NODE}").text)
        yield page, sessions


@pytest.fixture
def page(shared: tuple[Page, dict[str, dict[str, str]]]) -> Page:
    """Provides that page for an admin."""
    page, sessions = shared
    page.cookies = dict(sessions["admin"])
    return page
