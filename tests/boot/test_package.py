"""The package in a clean Debian: installed, upgraded, removed, purged."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from booted import SHARED, Booted
from debian_root import CODENAMES, built_package, native_root, own_architecture

pytestmark = [pytest.mark.boot, pytest.mark.timeout(600)]

UNIT = "soundpost.service"
CONFIG = "/etc/soundpost/soundpost.toml"
STATE = "/var/lib/soundpost"
# Files of dpkg, of the journal and of the tools that create users.
NOT_OURS = (
    r"/(dev|proc|run|sys|tmp)/|/mnt|/var/(lib/dpkg|log|tmp|cache/ldconfig)/|/var/lib/systemd/"
    r"|/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$|/etc/\.pwd\.lock$"
)


def next_version(package: Path, folder: Path) -> Path:
    """Returns the same package with a later version, as for an upgrade."""
    stage = folder / "next"
    subprocess.run(["dpkg-deb", "--raw-extract", package, stage], check=True)
    control = stage / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: ", "Version: 1:", control.read_text()))
    later = folder / "later.deb"
    pack = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(stage), str(later)]
    subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
    return later


@pytest.fixture(scope="module", params=list(CODENAMES))
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package for a release, and a later version of it."""
    folder = tmp_path_factory.mktemp("packages")
    package = built_package(request.param, own_architecture())
    (folder / "debian").write_text(str(request.param))
    (folder / "soundpost.deb").write_bytes(package.read_bytes())
    next_version(package, folder)
    return folder


@pytest.fixture
def booted(shared: Path) -> Iterator[Booted]:
    """A clean, booted Debian without the package."""
    with Booted(native_root(int((shared / "debian").read_text())), shared) as booted:
        yield booted


def install(booted: Booted, package: str = "soundpost.deb") -> None:
    """Installs a package as apt does without questions."""
    booted.run("dpkg", "--force-confold", "--install", str(SHARED / package))


def start(booted: Booted) -> None:
    """Starts the service on a long recording."""
    booted.run("mkdir", "-p", STATE)
    booted.run("python3", "-c", _WRITE_QUIET)
    booted.write(CONFIG, 'capture.source = "wav:/quiet.wav"\nmqtt.broker = "mqtt://127.0.0.1:1"\n')
    booted.run("systemctl", "start", UNIT)


_WRITE_QUIET = """
import wave
with wave.open("/quiet.wav", "wb") as quiet:
    quiet.setparams((1, 2, 16000, 0, "NONE", ""))
    quiet.writeframes(bytes(2 * 16000 * 600))
"""


def files(booted: Booted) -> set[str]:
    """Returns all files except those of dpkg, the journal and the tools that create users."""
    found = booted.run("find", "/", "-xdev", "-print").splitlines()
    return {path for path in found if not re.match(NOT_OURS, path)}


def test_an_installation_is_complete_and_disabled(booted: Booted) -> None:
    """The program runs and its bundle is verified; the installation opens no microphone."""
    install(booted)
    assert booted.property_of(UNIT, "ActiveState") == "inactive"
    assert booted.run("systemctl", "is-enabled", UNIT, check=False) == "disabled"
    assert booted.run("stat", "-c", "%a %U %G", CONFIG) == "640 root soundpost"
    assert re.fullmatch(r"soundpost \S+", booted.run("soundpost", "--version"))
    checked = booted.run("soundpost", "check", "--config", CONFIG, check=False)
    assert re.findall(r"^ok +(\w+)", checked, re.MULTILINE)[:3] == ["config", "bundle", "golden"]
    assert booted.run("dpkg", "--verify", "soundpost") == ""


def test_an_upgrade_keeps_configuration_and_state_and_restarts(booted: Booted) -> None:
    """The new program runs in a new process."""
    install(booted)
    start(booted)
    booted.write(f"{STATE}/kept", "for ever")
    before, first = booted.run("cat", CONFIG), booted.property_of(UNIT, "MainPID")
    install(booted, "later.deb")
    assert booted.run("cat", CONFIG) == before
    assert booted.run("cat", f"{STATE}/kept") == "for ever"
    assert booted.property_of(UNIT, "ActiveState") == "active"
    assert booted.property_of(UNIT, "MainPID") not in {first, "0"}


def test_an_upgrade_does_not_start_a_stopped_service(booted: Booted) -> None:
    """A disabled service stays disabled."""
    install(booted)
    install(booted, "later.deb")
    assert booted.property_of(UNIT, "ActiveState") == "inactive"
    assert booted.run("systemctl", "is-enabled", UNIT, check=False) == "disabled"


def test_an_upgrade_keeps_the_service_enabled(booted: Booted) -> None:
    """It starts again after the next boot."""
    install(booted)
    booted.run("systemctl", "enable", UNIT)
    install(booted, "later.deb")
    assert booted.run("systemctl", "is-enabled", UNIT) == "enabled"


def test_a_removal_stops_the_service_and_keeps_configuration_and_state(booted: Booted) -> None:
    """A later installation uses them again."""
    install(booted)
    start(booted)
    booted.run("systemctl", "enable", UNIT)
    booted.run("dpkg", "--remove", "soundpost")
    assert booted.property_of(UNIT, "ActiveState") == "inactive"
    assert booted.run("sh", "-c", "command -v soundpost", check=False) == ""
    assert "quiet.wav" in booted.run("cat", CONFIG)
    booted.run("test", "-d", STATE)
    install(booted)
    assert booted.run("systemctl", "is-enabled", UNIT) == "enabled"


def test_a_purge_leaves_nothing(booted: Booted) -> None:
    """No file, no user and no link to the unit is left, after any use."""
    before = files(booted)
    users = booted.run("cat", "/etc/passwd", "/etc/group")
    install(booted)
    start(booted)
    booted.run("systemctl", "enable", UNIT)
    booted.write("/etc/soundpost/mqtt-password", "hush")
    booted.run("systemctl", "restart", UNIT)
    booted.run("dpkg", "--purge", "soundpost")
    booted.run("rm", "/quiet.wav")
    assert files(booted) - before == set()
    assert before - files(booted) == set()
    assert booted.run("cat", "/etc/passwd", "/etc/group") == users
    assert booted.property_of(UNIT, "LoadState") == "not-found"
