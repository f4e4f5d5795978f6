"""`make fuzz`: fuzz every target for a while, and keep what reaches something new.

Usage: PYTHONPATH=tests/support python fuzz.py SECONDS [TARGET…]
"""

import subprocess
import sys
from pathlib import Path

import corpus
from seeds import SEEDS, words

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / ".build" / "fuzz"
SLOWEST_SECONDS = 20
MOST_MEGABYTES = 1_500
LONGEST_BYTES = 65_536


def fuzz(target: str, seconds: int) -> bool:
    """Whether a target held for so long; what it was fed is kept either way."""
    found = BUILD / target
    crashes = BUILD / f"{target}-crashes"
    for folder in (found, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    seeds = list(SEEDS[target]())
    for number, data in enumerate([*seeds, *corpus.read(target).values()]):
        (found / f"seed-{number}").write_bytes(data)
    dictionary = BUILD / f"{target}.dict"
    lines = (f'"{_escaped(word)}"\n' for word in words(target))
    dictionary.write_text("".join(lines), encoding="ascii")
    limits = [f"-timeout={SLOWEST_SECONDS}", f"-rss_limit_mb={MOST_MEGABYTES}"]
    limits += [f"-max_len={LONGEST_BYTES}", f"-artifact_prefix={crashes}/"]
    limits += [f"-max_total_time={seconds}", "-verbosity=0"]
    limits += ["-print_final_stats=1"]
    limits += [f"-dict={dictionary}"] if words(target) else []  # it refuses an empty one
    command = [sys.executable, str(HERE / "guided.py"), target, *limits, str(found)]
    holds = subprocess.run(command, check=False).returncode == 0
    inputs = [path.read_bytes() for path in found.iterdir()]
    kept = corpus.write(target, [data for data in inputs if data not in seeds])
    print(f"== {target}: {'held' if holds else f'broke, see {crashes}'}; {kept} inputs kept")  # noqa: T201 - what `make fuzz` is for
    return holds


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def main(seconds: str, *targets: str) -> int:
    """Fuzz the targets one after the other, the time divided among them."""
    names = targets or tuple(SEEDS)
    share_seconds = max(1, int(seconds) // len(names))
    held = [fuzz(name, share_seconds) for name in names]  # all of them, whatever the first finds
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
