"""The resources of a process over time: memory, files, threads and disk."""

import re
import statistics
from dataclasses import dataclass
from pathlib import Path

WARM_UP = 0.1
"""The share of the run in which caches fill and the disk's budget is used up."""
_BLOCK_BYTES = 512


@dataclass(frozen=True)
class Footprint:
    """The resources of a process at one time.

    Attributes:
        audio_hours: Length of the sound that it has processed.
        rss_bytes: Its resident memory.
        open_files: Its file descriptors.
        threads: Its threads.
        disk_bytes: Space of its folder on the disk.
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


def measure(process: int, folder: Path, audio_hours: float) -> Footprint | None:
    """Returns the resources of a process and its folder; None when it has ended."""
    home = Path("/proc", str(process))
    try:
        status = (home / "status").read_text()
        open_files = len(list((home / "fd").iterdir()))
    except OSError:
        return None
    found = {
        name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)", status, re.MULTILINE)
    }
    if "VmRSS" not in found:  # a zombie: it has ended, and its exit status is not read yet
        return None
    return Footprint(
        audio_hours=audio_hours,
        rss_bytes=found["VmRSS"] * 1024,
        open_files=open_files,
        threads=found["Threads"],
        disk_bytes=disk_bytes(folder),
    )


def disk_bytes(folder: Path) -> int:
    """Returns the space of all files below a folder; files may be removed meanwhile."""
    taken = 0
    for path in folder.rglob("*"):
        try:
            taken += path.stat().st_blocks * _BLOCK_BYTES
        except FileNotFoundError:
            continue
    return taken


@dataclass(frozen=True)
class Growth:
    """The growth of a process's resources after its warm-up.

    Attributes:
        rss_bytes: Median of the last tenth minus median of the first tenth after the warm-up.
        open_files: Maximum of the later half minus maximum of the earlier half.
        threads: Maximum of the later half minus maximum of the earlier half.
        disk_bytes: Maximum of the later half minus maximum of the earlier half.
    """

    rss_bytes: int
    open_files: int
    threads: int
    disk_bytes: int


def growth(samples: list[Footprint]) -> Growth:
    """Returns the growth over measurements in the order of time, at least ten after the warm-up."""
    end_hours = samples[-1].audio_hours
    settled = [sample for sample in samples if sample.audio_hours >= WARM_UP * end_hours]
    tenth, half = len(settled) // 10, len(settled) // 2

    def more(name: str) -> int:
        earlier, later = settled[:half], settled[half:]
        most_later: int = max(getattr(sample, name) for sample in later)
        most_earlier: int = max(getattr(sample, name) for sample in earlier)
        return most_later - most_earlier

    last = statistics.median(sample.rss_bytes for sample in settled[-tenth:])
    first = statistics.median(sample.rss_bytes for sample in settled[:tenth])
    return Growth(
        rss_bytes=round(last - first),
        open_files=more("open_files"),
        threads=more("threads"),
        disk_bytes=more("disk_bytes"),
    )
