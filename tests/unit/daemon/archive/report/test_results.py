"""The results of an archive, read in two passes with one part in memory at a time."""

import tracemalloc
from pathlib import Path

import pytest
from archive_parts import START_NS, event, part

from soundpost.archive.files import ArchiveFile
from soundpost.archive.part import Part, decode_part, encode_part
from soundpost.archive.report import PAGE, ArchiveReport, ReportOptions, Results
from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.bundle import load_bundle
from soundpost.classify.find import find_bundle
from soundpost.config import Config
from soundpost.decide import build_rules

pytest.importorskip("jinja2", reason="Jinja2 is in the extra `analyze`")

MANIFEST = load_bundle(find_bundle("everyday")).manifest
DAY_NS = 86_400 * 1_000_000_000
FILES, MORE_FILES = 150, 1_500


def read(key: str) -> Part:
    """Returns a part of ten events, as a journal has it: decoded anew each time."""
    number = int(key)
    rows = [event(f"label_{at % 7}", at / 10, begin=4.0 * at) for at in range(10)]
    start_ns = START_NS + number % 30 * DAY_NS
    return decode_part(encode_part(part(f"{number:05}.wav", rows, utc_ns=start_ns)))


def write(out: Path, files: int) -> int:
    """Writes the report of some recordings; returns the most bytes that it had in memory."""
    config = Config()
    (model,) = config.all_models
    rules = build_rules(MANIFEST.labels, model.decide, MANIFEST.input.sample_rate_hz)
    options = ReportOptions(0, has_page=True)
    report = ArchiveReport(AnalysisSettings(config, [rules]), [MANIFEST], out, options)
    listed = [
        ArchiveFile(Path(f"/gone/{number:05}.wav"), f"{number:05}.wav", 1, str(number))
        for number in range(files)
    ]
    tracemalloc.start()
    try:
        report.write(Results(listed, {}, read))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_recordings(tmp_path: Path) -> None:
    """Ten times as many take as much; the page has as many timelines, and all events."""
    write(tmp_path, 1)  # loads what is loaded once
    few = write(tmp_path, FILES)
    size = (tmp_path / PAGE).stat().st_size
    more = write(tmp_path, MORE_FILES)
    assert more < 1.2 * few
    assert (tmp_path / PAGE).stat().st_size < 1.2 * size
    assert (
        f"{MORE_FILES * 10:,} events in {MORE_FILES:,} recordings" in (tmp_path / PAGE).read_text()
    )


def test_a_file_whose_part_is_damaged_meanwhile_is_passed_over() -> None:
    """It is analyzed again by the next run."""
    files = [ArchiveFile(Path(name), name, 1, name) for name in ("1", "2", "3")]
    results = Results(files, {}, lambda key: None if key == "2" else read(key))
    assert [file.name for file, _ in results.recordings()] == ["1", "3"]
