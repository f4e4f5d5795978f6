"""The installed service in a booted Debian: start, watchdog, restart, reload, stop."""

import json
import re
from collections.abc import Iterator

import pytest
from booted import SHARED, Booted
from debian_root import built_package, native_root, own_architecture
from made_sounds import write_recording
from mosquitto import Access, Broker, MakeBroker
from mqtt_subscriber import Subscriber

pytestmark = [pytest.mark.boot, pytest.mark.timeout(600)]

UNIT = "soundpost.service"
NODE = "north-gate"
DETECTIONS = f"soundpost/{NODE}/detections"
STATUS = f"soundpost/{NODE}/status"
STATE = "/var/lib/soundpost"
AUDIO_GROUP = 29
"""The id of the group audio, the same on every Debian."""
MOST_EXPOSURE = 1.5
EX_CONFIG = "78"
MINUTES = 10


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """A Debian 12 with the package, and a recording that only group audio can read."""
    shared = tmp_path_factory.mktemp("shared")
    shared.chmod(0o755)
    write_recording(shared / "sounds.wav", 60 * MINUTES)
    (shared / "sounds.wav").chmod(0o640)
    (shared / "soundpost.deb").write_bytes(built_package(12, own_architecture()).read_bytes())
    with Booted(native_root(12), shared) as booted:
        booted.run("chown", f"root:{AUDIO_GROUP}", str(SHARED / "sounds.wav"))
        booted.run("dpkg", "--install", str(SHARED / "soundpost.deb"))
        # The installed timeout of 30 s is too long for a test.
        booted.write(
            f"/run/systemd/system/{UNIT}.d/impatient.conf",
            "[Service]\nWatchdogSec=4s\nTimeoutAbortSec=1s\n",
        )
        yield booted


class Service:
    """The service in a booted Debian, and its messages at a broker."""

    def __init__(self, booted: Booted, broker: Broker, subscriber: Subscriber) -> None:
        self.booted = booted
        self.broker = broker
        self.subscriber = subscriber

    def configure(self, more: str = "") -> None:
        """Configures the recording, the broker, and thresholds that most sounds exceed."""
        self.booted.write(
            "/etc/soundpost/soundpost.toml",
            f'node.name = "{NODE}"\n'
            f'mqtt.broker = "{self.broker.url}"\nmqtt.health_seconds = 1\n'
            f'capture.source = "wav:{SHARED}/sounds.wav"\n'
            f"decide.on_threshold = 0.2\ndecide.off_threshold = 0.1\n{more}\n",
        )

    def start(self, more: str = "") -> None:
        """Configures and restarts the service; returns once it has sent READY."""
        self.configure(more)
        self.booted.run("systemctl", "daemon-reload")
        self.booted.run("systemctl", "restart", UNIT)

    def show(self, name: str) -> str:
        """Returns a property of the unit."""
        return self.booted.property_of(UNIT, name)

    def send(self, signal: str) -> None:
        """Sends a signal to its main process."""
        self.booted.run("systemctl", "kill", "--kill-whom=main", f"--signal={signal}", UNIT)

    def wait_for_detections(self, more: int = 1) -> None:
        """Waits for more detections."""
        before = len(self.subscriber.on(DETECTIONS))
        self.subscriber.wait_for(
            lambda seen: sum(m.topic == DETECTIONS for m in seen) >= before + more, 60.0
        )

    def wait_for_restart(self, number: int) -> None:
        """Waits until systemd has restarted it a number of times, and it is active."""
        self.booted.wait_for(lambda: self.show("NRestarts") == str(number))
        self.booted.wait_for(lambda: self.show("ActiveState") == "active")

    def statuses(self) -> list[str]:
        """Returns the status messages of the node, in order."""
        return [message.text for message in self.subscriber.on(STATUS)]


@pytest.fixture
def service(booted: Booted, broker: Broker, subscriber: Subscriber) -> Iterator[Service]:
    """The service, stopped again after the test."""
    yield Service(booted, broker, subscriber)
    booted.run("systemctl", "stop", UNIT)
    booted.run("systemctl", "reset-failed", UNIT, check=False)


def test_the_service_starts_and_publishes_detections(service: Service) -> None:
    """`systemctl start` returns when sound is captured; the status text is readable."""
    service.start()
    assert service.show("ActiveState") == "active"
    service.wait_for_detections(3)
    service.booted.wait_for(lambda: "broker connected" in service.show("StatusText"))
    assert re.fullmatch(
        rf"capturing from wav:{SHARED}/sounds\.wav, \d+ s of sound, \d+ detections, "
        "broker connected",
        service.show("StatusText"),
    )


def test_the_sandbox_has_a_low_exposure_level(service: Service) -> None:
    """The level is that of `systemd-analyze security` for the installed unit."""
    output = service.booted.run("systemd-analyze", "security", "--no-pager", UNIT)
    exposure = re.search(r"Overall exposure level for soundpost\.service: ([0-9.]+)", output)
    assert exposure is not None, output
    print(exposure[0])  # noqa: T201 - a figure of the test's report
    assert float(exposure[1]) <= MOST_EXPOSURE


def test_the_process_has_no_privileges(service: Service) -> None:
    """It has a user of its own, no capability, filtered system calls and no_new_privs."""
    service.start()
    process = service.show("MainPID")
    status = service.booted.run("cat", f"/proc/{process}/status")
    state = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(state["CapEff"], 16) == int(state["CapPrm"], 16) == int(state["CapBnd"], 16) == 0
    assert (state["NoNewPrivs"], state["Seccomp"]) == ("1", "2")
    user = service.booted.run("id", "-u", "soundpost")
    assert set(state["Uid"].split()) == {user}


def test_the_watchdog_restarts_a_hanging_process(service: Service) -> None:
    """A process that was stopped by SIGSTOP is ended, and a new one captures sound."""
    service.start()
    service.wait_for_detections()
    first = service.show("MainPID")
    service.send("STOP")
    service.wait_for_restart(1)
    assert service.show("MainPID") != first
    assert "Watchdog timeout" in service.booted.run("journalctl", "-b", "--no-pager", "-o", "cat")
    service.wait_for_detections()
    assert service.statuses()[-1] == "online"


def test_the_watchdog_does_not_end_a_busy_process(service: Service) -> None:
    """Classified windows feed it for three times its timeout."""
    service.start()
    watchdog_microseconds = service.booted.property_of(UNIT, "WatchdogUSec")
    assert watchdog_microseconds == "4s"
    service.booted.wait_for(lambda: re.search(r"1[2-9] s of sound", service.show("StatusText")))
    assert service.show("NRestarts") == "0"


def test_kill_9_is_followed_by_a_restart(service: Service) -> None:
    """The broker publishes `offline` at once, and the new process `online`."""
    service.start()
    service.wait_for_detections()
    service.send("KILL")
    service.wait_for_restart(1)
    service.wait_for_detections()
    assert service.statuses()[0] == "online"
    assert "offline" in service.statuses()
    assert service.statuses()[-1] == "online"


def test_a_wrong_configuration_is_not_retried(service: Service) -> None:
    """Exit status 78 is final, and the journal has an error with a hint."""
    service.booted.run("rm", "-f", f"{STATE}/last-good.toml")
    service.configure("capture.sorce = 1")
    service.booted.run("systemctl", "start", UNIT, check=False)
    service.booted.wait_for(lambda: service.show("ActiveState") == "failed")
    assert service.show("ExecMainStatus") == EX_CONFIG
    assert service.show("NRestarts") == "0"
    command = ["journalctl", "--no-pager", "--output=json", "--reverse", "--priority=err"]
    entries = service.booted.run(*command, f"--unit={UNIT}", "LOGGER=soundpost")
    latest = json.loads(entries.split("\n")[0])
    assert "did you mean capture.source?" in latest["MESSAGE"]
    assert latest["CODE_FILE"].endswith("soundpost/cli/main.py")


def test_with_a_broken_configuration_the_last_good_one_is_used(service: Service) -> None:
    """A typing error followed by a power failure does not stop a node that has run before."""
    service.start()
    service.configure("capture.sorce = 1")
    service.booted.run("systemctl", "restart", UNIT)
    service.wait_for_detections()
    assert "the last good one is used" in service.booted.journal(UNIT)


def test_a_reload_applies_the_new_configuration(service: Service) -> None:
    """The process stays the same, and a broken file has no effect."""
    service.start()
    service.wait_for_detections()
    process = service.show("MainPID")
    service.configure("capture.sorce = 1")
    service.booted.run("systemctl", "reload", UNIT)
    service.booted.wait_for(lambda: "the old one stays in use" in service.booted.journal(UNIT))
    service.wait_for_detections()
    service.configure('mqtt.prefix = "elsewhere"')
    service.booted.run("systemctl", "reload", UNIT)
    service.subscriber.wait_for(
        lambda seen: any(m.topic.startswith("elsewhere/") and m.payload == b"online" for m in seen)
    )
    service.booted.wait_for(lambda: service.show("ActiveState") == "active")
    assert service.show("MainPID") == process
    assert service.show("NRestarts") == "0"


def test_a_missing_source_is_retried(service: Service) -> None:
    """Exit status 1 leads to a restart: a microphone may return."""
    service.configure()
    service.booted.run("mv", str(SHARED / "sounds.wav"), str(SHARED / "away.wav"))
    service.booted.run("systemctl", "start", UNIT, check=False)
    service.booted.wait_for(lambda: service.show("ExecMainStatus") == "1")
    service.booted.run("mv", str(SHARED / "away.wav"), str(SHARED / "sounds.wav"))
    service.booted.wait_for(lambda: service.show("ActiveState") == "active")
    service.wait_for_detections()


def test_a_stop_ends_all_events_and_publishes_offline(service: Service) -> None:
    """The process ends by itself and in time, with exit status 0."""
    service.start()
    service.wait_for_detections()
    service.booted.run("systemctl", "stop", UNIT)
    assert service.show("Result") == "success"
    assert service.show("ExecMainStatus") == "0"
    seen = service.subscriber.wait_for(lambda seen: seen[-1].payload == b"offline")
    rows = [json.loads(m.payload) for m in seen if m.topic == DETECTIONS]
    assert {row["state"] for row in {row["id"]: row for row in rows}.values()} <= {
        "ended",
        "retracted",
    }


def test_the_password_is_read_from_a_systemd_credential(
    booted: Booted, make_broker: MakeBroker
) -> None:
    """The password file is readable by root only, and the journal does not contain it."""
    broker = make_broker(Access(passwords={"north": "hush", "reader": "page"}))
    with Subscriber(broker.port, user=("reader", "page")) as subscriber:
        service = Service(booted, broker, subscriber)
        booted.write("/etc/soundpost/mqtt-password", "hush\n")
        booted.run("systemd-tmpfiles", "--create", "soundpost.conf")
        assert booted.run("stat", "-c", "%a %U", "/etc/soundpost/mqtt-password") == "600 root"
        path = f"/run/credentials/{UNIT}/mqtt-password"
        service.start(f'mqtt.username = "north"\nmqtt.password_file = "{path}"')
        service.wait_for_detections()
        booted.run("systemctl", "stop", UNIT)
    assert "hush" not in booted.journal(UNIT)


def test_a_synced_clock_is_detected_in_the_sandbox(service: Service) -> None:
    """The kernel cannot be queried there, so the stamp file of systemd-timesyncd is used."""
    stamp = "/run/systemd/timesync/synchronized"
    service.start()
    service.wait_for_detections()
    assert json.loads(service.subscriber.on(DETECTIONS)[0].payload)["clock"] == "untrusted"
    service.booted.write(stamp, "")
    service.subscriber.wait_for(
        lambda seen: (
            json.loads([m for m in seen if m.topic == DETECTIONS][-1].payload)["clock"] == "synced"
        ),
        60.0,
    )
    service.booted.run("rm", stamp)


def test_evidence_is_written_to_the_state_directory(service: Service) -> None:
    """Below /var/lib/soundpost the service can write; the files are not readable by others."""
    folder = f"{STATE}/evidence"
    service.start(f'evidence.folder = "{folder}"')
    find = f"find {folder} -name '*.flac' -printf '%m %u\n' 2>/dev/null"
    kept = service.booted.wait_for(lambda: service.booted.run("sh", "-c", find, check=False))
    assert kept.splitlines()[0] in {"640 soundpost", "600 soundpost"}
