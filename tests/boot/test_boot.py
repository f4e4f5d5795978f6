"""The installed service in a booted Debian: start, watchdog, restart, reload, stop."""

import json
import re
from collections.abc import Iterator

import pytest
from booted import SHARED, Booted
from debian_root import native_root
from mosquitto import Access, Broker, MakeBroker
from mqtt_subscriber import Subscriber
from service import DETECTIONS, STATE, UNIT, Service, install, prepare_folder

pytestmark = [pytest.mark.boot, pytest.mark.timeout(600)]

EX_CONFIG = "78"


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    """A Debian 12 with the package, and a recording that only group audio can read."""
    shared = tmp_path_factory.mktemp("shared")
    prepare_folder(shared, 12)
    with Booted(native_root(12), shared) as booted:
        install(booted)
        # The installed timeout of 30 s is too long for a test.
        booted.write(
            f"/run/systemd/system/{UNIT}.d/impatient.conf",
            "[Service]\nWatchdogSec=4s\nTimeoutAbortSec=1s\n",
        )
        yield booted


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
    assert latest["CODE_FILE"].endswith("soundpost/cli/program.py")


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
