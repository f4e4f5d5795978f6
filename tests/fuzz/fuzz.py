"""Fuzzes every target for a while, and stores inputs that reach new code (`make fuzz`).

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
    """Fuzzes a target for a time, and stores its inputs; returns whether no input failed."""
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
    limits += [f"-dict={dictionary}"] if words(target) else []  # libFuzzer refuses an empty one
    command = [sys.executable, str(HERE / "guided.py"), target, *limits, str(found)]
    passed = subprocess.run(command, check=False).returncode == 0
    inputs = [path.read_bytes() for path in found.iterdir()]
    stored = corpus.write(target, [data for data in inputs if data not in seeds])
    result = "no failure" if passed else f"failed, see {crashes}"
    print(f"== {target}: {result}; {stored} inputs stored")  # noqa: T201 - the output of `make fuzz`
    return passed


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def main(seconds: str, *targets: str) -> int:
    """Fuzzes the targets one after the other; each gets an equal share of the time."""
    names = targets or tuple(SEEDS)
    share_seconds = max(1, int(seconds) // len(names))
    results = [fuzz(name, share_seconds) for name in names]  # all, even if the first one fails
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
