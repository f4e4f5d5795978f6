"""Measures the page with 100,000 events: its queries, and the memory of the process.

Run it by hand: `python tests/bench/web_history.py`.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from web_events import event, ms

from soundpost_web.history.counts import day_counts, heat_map
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.query import find_events, label_choices, node_choices
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.settings.zones import Zones

EVENTS = 100_000
YEAR_MS = 365 * 86_400_000
REPEATS = 5

Query = Callable[[], object]


def main() -> int:
    """Fills a history, and prints the time of each query."""
    with tempfile.TemporaryDirectory() as folder:
        path, now_ms = Path(folder) / "history.db", ms(datetime.now(UTC))
        _fill(path, now_ms)
        print(f"{EVENTS} events, {path.stat().st_size / 1e6:.0f} MB")
        year = EventFilter(now_ms - YEAR_MS, now_ms + 1)
        zones = Zones("Europe/Berlin", {"node-3": "Asia/Tokyo"})
        queries: dict[str, Query] = {
            "all": lambda: find_events(path, year),
            "a label": lambda: find_events(path, replace(year, label="label-7")),
            "a rare label": lambda: find_events(path, replace(year, label="label-199")),
            "a group of 50 labels": lambda: find_events(
                path, replace(year, labels=tuple(f"label-{number}" for number in range(50)))
            ),
            "a node": lambda: find_events(path, replace(year, node="node-3")),
            "a high score": lambda: find_events(path, replace(year, least_score=0.999)),
            "retracted": lambda: find_events(path, replace(year, states="retracted")),
            "choices": lambda: (label_choices(path), node_choices(path)),
            "heat map": lambda: heat_map(path, year, zones),
            "days of a label": lambda: day_counts(path, replace(year, label="label-7"), zones),
        }
        for name, query in queries.items():
            times = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                query()
                times.append(time.perf_counter() - began)
            print(f"{name:22} {min(times) * 1e3:6.1f} ms (longest {max(times) * 1e3:.1f} ms)")
    return 0


def _fill(path: Path, now_ms: int) -> None:
    rng = random.Random(1)  # noqa: S311 - no secret
    store = HistoryStore(path, Limits(36_500, 10_000))
    store.open()
    for begin in range(0, EVENTS, 10_000):
        messages = []
        for seq in range(begin, begin + 10_000):
            onset_ms = now_ms - YEAR_MS + seq * (YEAR_MS // EVENTS)
            messages.append(
                event(
                    seq // 5 + 1,
                    rng.choice(["ended", "ended", "ended", "retracted"]),
                    node=f"node-{seq % 5}",
                    label=f"label-{min(199, int(rng.expovariate(0.05)))}",
                    score=rng.uniform(0.5, 1.0),
                    onset_ms=onset_ms,
                    offset_ms=onset_ms + 2_000,
                    received_ms=onset_ms,
                )
            )
        store.store(messages)
    store.close()


if __name__ == "__main__":
    sys.exit(main())
