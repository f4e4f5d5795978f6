"""What a process takes of the machine, as time goes by."""

import re
import statistics
from dataclasses import dataclass
from pathlib import Path

WARM_UP = 0.1
"""The share of the whole in which caches fill and the disk's budget is used up."""
_BLOCK_BYTES = 512


@dataclass(frozen=True)
class Footprint:
    """One look at a process.

    Attributes:
        audio_hours: How much it had heard.
        rss_bytes: Its memory.
        open_files: Its file descriptors.
        threads: Its threads.
        disk_bytes: What its folder takes on the disk.
    """

    audio_hours: float
    rss_bytes: int
    open_files: int
    threads: int
    disk_bytes: int

    HEADER = "  audio h    RSS MB   files  threads   disk MB"

    def __str__(self) -> str:
        return (
            f"{self.audio_hours:9.1f} {self.rss_bytes / 1e6:9.2f} {self.open_files:7d}"
            f" {self.threads:8d} {self.disk_bytes / 1e6:9.2f}"
        )


def look(process: int, folder: Path, audio_hours: float) -> Footprint | None:
    """What a process takes now, and its folder; None when it has ended."""
    home = Path("/proc", str(process))
    try:
        status = (home / "status").read_text()
        open_files = len(list((home / "fd").iterdir()))
    except OSError:
        return None
    found = {
        name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)", status, re.MULTILINE)
    }
    if "VmRSS" not in found:  # it has ended, and nobody has asked how
        return None
    return Footprint(
        audio_hours=audio_hours,
        rss_bytes=found["VmRSS"] * 1024,
        open_files=open_files,
        threads=found["Threads"],
        disk_bytes=disk_bytes(folder),
    )


def disk_bytes(folder: Path) -> int:
    """What all files below a folder take on the disk; some may go while it is counted."""
    taken = 0
    for path in folder.rglob("*"):
        try:
            taken += path.stat().st_blocks * _BLOCK_BYTES
        except FileNotFoundError:
            continue
    return taken


@dataclass(frozen=True)
class Growth:
    """How much more a process took at the end than after its warm-up.

    Attributes:
        rss_bytes: The difference of the medians of the last tenth and the first after warm-up.
        open_files: The difference of the most in the later and the earlier half.
        threads: The same.
        disk_bytes: The same.
    """

    rss_bytes: int
    open_files: int
    threads: int
    disk_bytes: int


def growth(looks: list[Footprint]) -> Growth:
    """The growth over a list of looks, in the order of time, ten at least after the warm-up."""
    end_hours = looks[-1].audio_hours
    settled = [look for look in looks if look.audio_hours >= WARM_UP * end_hours]
    tenth, half = len(settled) // 10, len(settled) // 2

    def more(name: str) -> int:
        earlier, later = settled[:half], settled[half:]
        most_later: int = max(getattr(look, name) for look in later)
        most_earlier: int = max(getattr(look, name) for look in earlier)
        return most_later - most_earlier

    last = statistics.median(look.rss_bytes for look in settled[-tenth:])
    first = statistics.median(look.rss_bytes for look in settled[:tenth])
    return Growth(
        rss_bytes=round(last - first),
        open_files=more("open_files"),
        threads=more("threads"),
        disk_bytes=more("disk_bytes"),
    )
