"""The binary packages: the daemon, and page and messages, which need the daemon's libraries."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Package:
    """A binary package.

    Attributes:
        name: Its name.
        control: The folder of its control files, command, manual page and list of licences.
        lock: The lock file of its libraries.
        extras: The extras of Soundpost that it contains. PyAudio, of `mic`, is Debian's own.
        programs: Its commands, each of which has a service.
        own: The import packages of Soundpost that it contains.
        base: The package that it depends on, whose libraries it does not repeat; None for none.
    """

    name: str
    control: Path
    lock: str
    extras: tuple[str, ...]
    programs: tuple[str, ...]
    own: tuple[str, ...]
    base: "Package | None" = None

    @property
    def libraries(self) -> Path:
        """The folder of its libraries."""
        return Path("usr/lib") / self.name

    @property
    def documents(self) -> Path:
        """The folder of its documents."""
        return Path("usr/share/doc") / self.name


DAEMON = Package("soundpost", HERE, "device.txt", ("metrics",), ("soundpost",), ("soundpost",))
PAGE = Package(
    "soundpost-web",
    HERE / "web",
    "web.txt",
    ("metrics", "notify", "web"),
    ("soundpost-notify", "soundpost-web"),
    ("soundpost_notify", "soundpost_web"),
    base=DAEMON,
)
PACKAGES = (DAEMON, PAGE)
OWN = ("soundpost", "soundpost_notify", "soundpost_training", "soundpost_web")
"""The import packages of the wheel of Soundpost."""
