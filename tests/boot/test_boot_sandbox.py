"""The sandbox of the installed service on each Debian: what it may run, use, and write for whom."""

import re
from collections.abc import Iterator

import pytest
from booted import Booted
from debian_root import CODENAMES, native_root
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from service import STATE, UNIT, Service, install, prepare_folder

pytestmark = [pytest.mark.boot, pytest.mark.timeout(600)]

EXPOSURE = 1.3
WRITABLE = (STATE, "/run/soundpost", "/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - those of the service
EVIDENCE = f"{STATE}/evidence"
_COPY = "import shutil, sys; shutil.copy('/usr/bin/true', sys.argv[1])"
_FIND_WRITABLE = """
import os
for folder, below, _ in os.walk("/"):
    below[:] = [name for name in below if os.path.join(folder, name) not in ("/proc", "/sys")]
    if os.access(folder, os.W_OK):
        print(folder, "noexec" if os.statvfs(folder).f_flag & os.ST_NOEXEC else "exec")
"""
_START_FFMPEG = """
import subprocess, sys
sys.path.append("/usr/lib/soundpost")
from pathlib import Path
from soundpost.recording.decoders.ffmpeg_process import start_ffmpeg
process = start_ffmpeg([], stdin=subprocess.DEVNULL)
print([Path(word).name for word in process.args], process.wait())
"""
_LOAD = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"


@pytest.fixture(scope="module", params=list(CODENAMES))
def booted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Booted]:
    """A Debian with the package, and with a program at the place of ffmpeg."""
    shared = tmp_path_factory.mktemp("shared")
    prepare_folder(shared, request.param)
    with Booted(native_root(request.param), shared) as booted:
        install(booted)
        booted.run("cp", "/usr/bin/true", "/usr/bin/ffmpeg")
        yield booted


@pytest.fixture
def service(booted: Booted, broker: Broker, subscriber: Subscriber) -> Iterator[Service]:
    """The running service, which stores clips and metrics; stopped again after the test."""
    service = Service(booted, broker, subscriber)
    service.start(
        f'evidence.folder = "{EVIDENCE}"\nmetrics.textfile = "/run/soundpost/soundpost.prom"'
    )
    yield service
    booted.run("systemctl", "stop", UNIT)
    booted.run("systemctl", "reset-failed", UNIT, check=False)


def run_inside(service: Service, *command: str) -> str:
    """Runs a command as the service's user, with the mounts that it sees; returns its output."""
    account = [service.booted.run("id", option, "soundpost") for option in ("-u", "-g")]
    user = [f"--setuid={account[0]}", f"--setgid={account[1]}"]
    inside = ["nsenter", f"--target={service.show('MainPID')}", "--mount", "--wd=/", *user]
    exit_status = 'x=0; "$@" || x=$?; echo "exit $x"'
    return service.booted.run(*inside, "sh", "-c", exit_status, "sh", *command, check=False)


def modes(service: Service, folder: str, *conditions: str) -> set[str]:
    """Returns mode, user and group of files below a folder."""
    find = ["find", folder, *conditions, "-printf", "%m %u %g\n"]
    return set(service.booted.run(*find).splitlines())


def test_the_sandboxed_service_works(service: Service) -> None:
    """It loads its libraries, publishes detections and is reloaded by the shell."""
    service.wait_for_detections(3)
    service.configure('mqtt.prefix = "elsewhere"')
    service.booted.run("systemctl", "reload", UNIT)
    service.subscriber.wait_for(
        lambda seen: any(m.topic.startswith("elsewhere/") and m.payload == b"online" for m in seen)
    )
    assert service.show("NRestarts") == "0"


def test_the_sandbox_has_a_low_exposure_level(service: Service) -> None:
    """The level is that of `systemd-analyze security` for the installed unit."""
    output = service.booted.run("systemd-analyze", "security", "--no-pager", UNIT)
    exposure = re.search(r"Overall exposure level for soundpost\.service: ([0-9.]+)", output)
    assert exposure is not None, output
    print(exposure[0])  # noqa: T201 - a figure of the test's report
    assert float(exposure[1]) <= EXPOSURE


def test_the_process_has_no_privileges(service: Service) -> None:
    """It has a user of its own, no capability, filtered system calls and no_new_privs."""
    process = service.show("MainPID")
    status = service.booted.run("cat", f"/proc/{process}/status")
    state = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(state["CapEff"], 16) == int(state["CapPrm"], 16) == int(state["CapBnd"], 16) == 0
    assert (state["NoNewPrivs"], state["Seccomp"]) == ("1", "2")
    user = service.booted.run("id", "-u", "soundpost")
    assert set(state["Uid"].split()) == {user}


@pytest.mark.parametrize("folder", WRITABLE)
def test_a_program_in_a_writable_folder_cannot_be_run(service: Service, folder: str) -> None:
    """Neither as a program nor as a library; the same file can be run outside of the sandbox."""
    program = f"{folder}/dropped"
    assert run_inside(service, "python3", "-c", _COPY, program) == "exit 0"
    assert run_inside(service, program).endswith("exit 126")
    loaded = run_inside(service, "python3", "-c", _LOAD, program)
    assert "failed to map segment from shared object" in loaded
    if folder == STATE:
        service.booted.run(program)


def test_no_writable_folder_is_executable(service: Service) -> None:
    """Every folder is tried that the service sees, whichever setting mounts it."""
    found = run_inside(service, "python3", "-c", _FIND_WRITABLE).splitlines()
    kinds = dict(line.rsplit(" ", 1) for line in found[:-1])
    assert found[-1] == "exit 0"
    assert {*WRITABLE, EVIDENCE} <= kinds.keys()
    assert set(kinds.values()) == {"noexec"}, kinds


@pytest.mark.parametrize("program", ["/usr/bin/ffmpeg", "/usr/bin/sh", "/usr/bin/python3"])
def test_the_programs_of_the_service_can_be_run(service: Service, program: str) -> None:
    """Ffmpeg decodes recordings, and the shell reloads."""
    assert run_inside(service, program, "-c", "") == "exit 0"


def test_ffmpeg_is_started_without_setpriv(service: Service) -> None:
    """Setpriv needs a system call that the filter refuses, so it must not be found."""
    assert run_inside(service, "/usr/bin/python3", "-c", _START_FFMPEG) == "['ffmpeg'] 0\nexit 0"
    calls = service.show("SystemCallFilter").split()
    assert {"prctl", "execve"} <= set(calls)
    assert not {"capset", "setuid"} & set(calls)


def test_no_other_program_of_the_system_can_be_run(service: Service) -> None:
    """A package that lies there does not matter."""
    assert run_inside(service, "/usr/bin/perl", "-e", "0").endswith("exit 126")


def test_the_resources_are_bounded(service: Service) -> None:
    """The kernel has the limits of the unit."""
    limits = service.booted.run("cat", f"/proc/{service.show('MainPID')}/limits")
    assert re.search(r"^Max open files +1024 +1024 ", limits, re.MULTILINE)
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)
    memory = re.search(r"MemTotal: +(\d+) kB", service.booted.run("cat", "/proc/meminfo"))
    assert memory is not None
    assert int(service.show("MemoryMax")) <= 0.75 * int(memory[1]) * 1024
    assert service.show("MemorySwapMax") == "0"
    assert service.show("TasksMax") == "512"


def test_clips_are_readable_for_the_group_only(service: Service) -> None:
    """A person in the group soundpost can copy them."""
    find = ["find", EVIDENCE, "-name", "*.flac"]
    service.booted.wait_for(lambda: service.booted.run(*find, check=False).endswith(".flac"))
    assert modes(service, EVIDENCE, "-type", "f") == {"640 soundpost soundpost"}
    assert modes(service, EVIDENCE, "-type", "d") == {"750 soundpost soundpost"}
    assert modes(service, STATE, "-maxdepth", "0") == {"750 soundpost soundpost"}


def test_a_copy_of_the_configuration_is_readable_for_the_service_only(service: Service) -> None:
    """The group, which may read clips, cannot read it."""
    service.wait_for_detections()
    assert modes(service, f"{STATE}/last-good.toml") == {"600 soundpost soundpost"}


def test_metrics_are_readable_for_all(service: Service) -> None:
    """The user of node_exporter is another one."""
    metrics = "/run/soundpost/soundpost.prom"
    service.booted.wait_for(lambda: service.booted.run("ls", metrics, check=False) == metrics)
    assert modes(service, metrics) == {"644 soundpost soundpost"}
