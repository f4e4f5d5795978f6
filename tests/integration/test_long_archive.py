"""The analysis of one file of a day and 5.5 GB, RF64: flat memory, exact onsets."""

from pathlib import Path

import numpy as np
import pytest
from long_recording import RATE_HZ, write_long
from sample_archive import write_models

from soundpost.archive.analyzer import Analyzer
from soundpost.archive.files import archive_files
from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules

SECONDS = 24 * 3_600
CHANNELS = 2
LEAST_BYTES = 5_000_000_000
"""More than the 32 bits of a RIFF header can state."""
EVERY_SECONDS = 600
HOUR_SECONDS = 3_600.0
MOST_GROWTH_BYTES = 10_000_000


def resident_bytes() -> int:
    """Returns the memory of this process that is in use."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4_096


@pytest.mark.slow
@pytest.mark.timeout(3_600)  # 4 min of processor time
def test_memory_is_flat_and_onsets_are_exact_over_a_day(tmp_path: Path) -> None:
    """From hour 1 on; the same sound has the same events, to the millisecond, in each hour."""
    rng = np.random.default_rng(3)
    sound = np.round(8_000 * rng.normal(size=5 * RATE_HZ)).clip(-32_768, 32_767).astype(np.int16)
    path = tmp_path / "20251026_120000Z.wav"
    sounds = write_long(path, SECONDS, [sound], EVERY_SECONDS, CHANNELS)
    assert path.stat().st_size > LEAST_BYTES
    config = load_config(write_models(tmp_path, "low"), {})
    (manifest,) = (model.bundle.manifest for model in load_models(config.all_models))
    (model,) = config.all_models
    rules = build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
    resident: dict[int, int] = {}

    def on_position(seconds: float, share: float) -> None:
        hour = int(seconds / HOUR_SECONDS)
        if hour not in resident:
            resident[hour] = resident_bytes()
            assert share == pytest.approx(seconds / SECONDS)

    analyzer = Analyzer(AnalysisSettings(config, [rules]))
    part = analyzer.analyze(archive_files([path], [path])[0], on_position)
    assert part.seconds == SECONDS
    assert max(resident[hour] for hour in range(1, 24)) - resident[1] <= MOST_GROWTH_BYTES
    events: dict[int, list[tuple[str, int]]] = {}
    for row in part.rows:
        number, onset_seconds = divmod(row.begin_seconds, EVERY_SECONDS)
        events.setdefault(int(number), []).append((row.label, round(1_000 * onset_seconds)))
    assert len(events[1]) > 1
    assert all(events[number] == events[1] for number in range(1, sounds))
