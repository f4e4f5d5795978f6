"""The installed service in a booted Debian, and its messages at a broker."""

from pathlib import Path

from booted import SHARED, Booted
from debian_root import built_package, own_architecture
from made_sounds import write_recording
from mosquitto import Broker
from mqtt_subscriber import Subscriber

UNIT = "soundpost.service"
NODE = "north-gate"
DETECTIONS = f"soundpost/{NODE}/detections"
STATUS = f"soundpost/{NODE}/status"
STATE = "/var/lib/soundpost"
AUDIO_GROUP = 29
"""The id of the group audio, the same on every Debian."""
MINUTES = 10
"""The length of the recording that the service captures."""


def prepare_folder(folder: Path, debian: int) -> None:
    """Fills a folder to be shared: a recording for the group audio, and the package."""
    folder.chmod(0o755)
    write_recording(folder / "sounds.wav", 60 * MINUTES)
    (folder / "sounds.wav").chmod(0o640)
    (folder / "soundpost.deb").write_bytes(built_package(debian, own_architecture()).read_bytes())


def install(booted: Booted) -> None:
    """Installs the package of the shared folder."""
    booted.run("chown", f"root:{AUDIO_GROUP}", str(SHARED / "sounds.wav"))
    booted.run("dpkg", "--install", str(SHARED / "soundpost.deb"))


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
