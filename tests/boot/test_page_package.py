"""The package of the page in a clean Debian: installed, served, removed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from booted import SHARED, Booted
from debian_root import CODENAMES, built_package, native_root, own_architecture

pytestmark = [pytest.mark.boot, pytest.mark.timeout(600)]

UNIT = "soundpost-web.service"
CONFIG = "/etc/soundpost-web/web.toml"
STATE = "/var/lib/soundpost-web"
PACKAGES = ("soundpost", "soundpost-web")
# Files of dpkg, of the journal and of the tools that create users.
NOT_OURS = (
    r"/(dev|proc|run|sys|tmp)/|/mnt|/var/(lib/dpkg|log|tmp|cache/ldconfig)/|/var/lib/systemd/"
    r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|/etc/\.pwd\.lock$"
)
NOTIFY = """
[ntfy.phone]
topic = "gate-4f9c1e77"
url = "http://127.0.0.1:1"
[apprise.room]
url = "json://127.0.0.1:1"
[[rules]]
name = "sounds"
targets = ["phone", "room"]
"""
OPEN = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as answer:
    print(answer.status, answer.url)
    print(answer.read().decode())
"""
ANALYZE = """
import io, json, re, time, urllib.request, wave
PAGE = "http://127.0.0.1:8473/analyze"
sound = io.BytesIO()
with wave.open(sound, "wb") as file:
    file.setparams((1, 2, 16000, 0, "NONE", ""))
    file.writeframes(bytes(2 * 16000 * 3))
form = urllib.request.urlopen(PAGE).read().decode()
token = re.search('name="token" value="([0-9a-f]+)"', form)[1]
parts = [("token", "", token.encode()), ("bundle", "", b"everyday"),
    ("file", '; filename="a.wav"', sound.getvalue())]
body = b"".join(
    f'--x\\r\\nContent-Disposition: form-data; name="{name}"{more}\\r\\n\\r\\n'.encode()
    + content + b"\\r\\n" for name, more, content in parts) + b"--x--\\r\\n"
headers = {"Content-Type": "multipart/form-data; boundary=x"}
address = urllib.request.urlopen(urllib.request.Request(PAGE, body, headers)).url
state = address.replace("result?", "state?")
while not json.load(urllib.request.urlopen(state))["over"]:
    time.sleep(0.2)
found = address.replace("result?", "file?") + "&name=result.json"
print(urllib.request.urlopen(found).read().decode())
"""


@pytest.fixture(scope="module", params=list(CODENAMES))
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both packages for a release."""
    folder = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        package = built_package(request.param, own_architecture(), name)
        (folder / f"{name}.deb").write_bytes(package.read_bytes())
    (folder / "debian").write_text(str(request.param))
    return folder


@pytest.fixture
def booted(shared: Path) -> Iterator[Booted]:
    """A clean, booted Debian without the packages."""
    with Booted(native_root(int((shared / "debian").read_text())), shared) as booted:
        yield booted


def install(booted: Booted) -> None:
    """Installs both packages."""
    booted.run("dpkg", "--install", *(str(SHARED / f"{name}.deb") for name in PACKAGES))


def opened(booted: Booted, path: str = "/") -> str:
    """Returns the status, the address and the content of a page."""
    return booted.run("python3", "-c", OPEN, f"http://127.0.0.1:8473{path}")


def files(booted: Booted) -> set[str]:
    """Returns all files except those of dpkg, the journal and the tools that create users."""
    found = booted.run("find", "/", "-xdev", "-print").splitlines()
    return {path for path in found if not re.match(NOT_OURS, path)}


def test_the_page_is_served_once_it_is_started(booted: Booted) -> None:
    """Not before; then for this machine only, and after a password for those who have it."""
    install(booted)
    assert booted.property_of(UNIT, "ActiveState") == "inactive"
    assert booted.run("systemctl", "is-enabled", UNIT, check=False) == "disabled"
    assert booted.run("stat", "-c", "%a %U %G", CONFIG) == "640 root soundpost-web"
    assert booted.run("dpkg", "--verify", "soundpost-web") == ""
    booted.run("systemctl", "start", UNIT)
    assert "Live" in opened(booted)
    assert re.search(r"<dd>\d+\.\d+", opened(booted, "/about"))
    booted.run("soundpost-web", "password", "viewer", stdin="quiet garden gate\n")
    owner = booted.run("stat", "-c", "%a %U", f"{STATE}/passwords.json")
    assert owner == "600 soundpost-web"
    assert opened(booted).startswith("200 http://127.0.0.1:8473/login")


def test_the_service_may_analyze_recordings(booted: Booted) -> None:
    """By the program of the other package, with limits, under all that the unit forbids."""
    install(booted)
    booted.write(CONFIG, '[analyze]\nallowed = "viewer"\n')
    booted.run("systemctl", "start", UNIT)
    result = json.loads(booted.run("python3", "-c", ANALYZE))
    assert (result["seconds"], result["problem"]) == (3.0, "")
    assert [model["id"] for model in result["models"]] == ["everyday"]
    assert "without limits" not in booted.journal(UNIT)
    assert booted.property_of("soundpost.service", "ActiveState") == "inactive"


def test_a_page_that_others_could_open_needs_a_password(booted: Booted) -> None:
    """The service ends, and is not tried again."""
    install(booted)
    booted.write(CONFIG, '[web]\naddress = "0.0.0.0"\n')
    booted.run("systemctl", "start", UNIT, check=False)
    booted.wait_for(lambda: booted.property_of(UNIT, "ActiveState") == "failed")
    assert booted.property_of(UNIT, "ExecMainStatus") == "78"
    assert booted.property_of(UNIT, "NRestarts") == "0"


def test_messages_are_sent_by_a_service_of_their_own(booted: Booted) -> None:
    """Its libraries are there; it starts with rules, and not without."""
    install(booted)
    unit = "soundpost-notify.service"
    assert booted.run("systemctl", "is-enabled", unit, check=False) == "disabled"
    config = "/etc/soundpost-notify/notify.toml"
    assert booted.run("stat", "-c", "%a %U %G", config) == "640 root soundpost-notify"
    booted.write(config, NOTIFY)
    checked = booted.run("soundpost-notify", "--config", config, "check")
    assert "phone" in checked
    booted.run("systemctl", "start", unit)
    assert booted.property_of(unit, "ActiveState") == "active"


def test_a_purge_leaves_nothing(booted: Booted) -> None:
    """No file, no user and no link to the unit is left; the daemon's package stays whole."""
    booted.run("dpkg", "--install", str(SHARED / "soundpost.deb"))
    before, users = files(booted), booted.run("cat", "/etc/passwd", "/etc/group")
    install(booted)
    booted.run("systemctl", "enable", "--now", UNIT)
    booted.write("/etc/soundpost-notify/notify.toml", NOTIFY)
    booted.run("systemctl", "enable", "--now", "soundpost-notify.service")
    booted.run("soundpost-web", "password", stdin="loud garden gate\n")
    booted.write("/etc/soundpost-web/mqtt-password", "hush")
    booted.run("dpkg", "--purge", "soundpost-web")
    assert files(booted) - before == set()
    assert before - files(booted) == set()
    assert booted.run("cat", "/etc/passwd", "/etc/group") == users
    assert booted.property_of(UNIT, "LoadState") == "not-found"
    assert booted.run("dpkg", "--verify", "soundpost") == ""
