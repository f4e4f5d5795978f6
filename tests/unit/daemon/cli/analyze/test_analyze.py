"""`soundpost analyze` as a real process: events, workers, failures, and runs that are killed."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from analyze_process import children, command, parts, running, wait_until, worker_of
from daemon_process import SOUNDPOST, soundpost
from mqtt_subscriber import PATIENCE_SECONDS
from sample_archive import events, recordings, tables, write_archive, write_models, write_sound

from soundpost.errors import EX_CONFIG

FILES = 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides an archive of short recordings, a configuration of two models, and its tables."""
    folder = tmp_path_factory.mktemp("archive")
    config = write_models(folder)
    write_archive(folder / "card", FILES)
    done = analyze(folder / "card", folder / "results", config)
    assert done.returncode == 0, done.stderr
    return folder


def analyze(card: Path, out: Path, config: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command to its end, with one worker unless more are named."""
    workers = () if "--workers" in more else ("--workers", "1")
    return soundpost(*command(card, out, config, *workers, *more))


def test_events_are_those_of_listen(folder: Path) -> None:
    """To the sample, the score and the level, in every file; each id is there once."""
    rows = events(folder / "results")
    done = soundpost("listen", "--config", str(folder / "low-high.toml"), str(folder / "card"))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    ended = [line for line in lines if line["state"] == "ended"]
    assert len(rows) == len(ended) > 5 * FILES
    assert {row["model"]["id"] for row in rows} == {"low", "high"}

    def of_listen(line: dict[str, object]) -> tuple[object, ...]:
        name = Path(str(line["clip"])).relative_to(folder / "card").as_posix()
        times = [str(line[key])[len("1970-01-01T00:00:") : -1] for key in ("onset", "offset")]
        model = line["model"]
        return name, *times, line["label"], line["score"], line["level_dbfs"], str(model)

    def of_row(row: dict[str, object]) -> tuple[object, ...]:
        begin, end = (
            # Listen cuts to milliseconds; positions are whole samples of 48 kHz.
            f"{round(float(str(row[key])) * 48_000) * 1_000 // 48_000 / 1_000:06.3f}"
            for key in ("begin_seconds", "end_seconds")
        )
        model = row["model"]
        return row["file"], begin, end, row["label"], row["score"], row["level_dbfs"], str(model)

    assert sorted(map(of_row, rows)) == sorted(map(of_listen, ended))
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_folder_is_named_in_one_line(folder: Path, tmp_path: Path) -> None:
    """As files are: a name may have a line break."""
    out = tmp_path / "re\nsults"
    done = analyze(folder / "card", out, folder / "low-high.toml")
    shown = str(out).replace("\n", "\\n")
    assert done.stdout.splitlines()[-1] == f"tables: {shown}"


def test_times_are_those_of_the_names(folder: Path) -> None:
    """In summer time at midnight, in winter time after the hour that comes twice."""
    first, *_, last = recordings(folder / "results")
    assert first["start_utc"] == "2025-10-25T22:00:00.000000000Z"
    assert (last["file"], last["start_utc"]) == (
        "b/20251026_070000.WAV",
        "2025-10-26T06:00:00.000000000Z",
    )
    row = next(row for row in events(folder / "results") if row["file"] == last["file"])
    assert (
        row["onset"] == f"2025-10-26T06:00:{int(row['begin_seconds'] * 1000 + 0.001) / 1000:06.3f}Z"
    )


@pytest.mark.parametrize("workers", [2, 7])
def test_tables_do_not_depend_on_the_number_of_workers(
    folder: Path, tmp_path: Path, workers: int
) -> None:
    """They are the same to the byte."""
    done = analyze(folder / "card", tmp_path, folder / "low-high.toml", "--workers", str(workers))
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path) == tables(folder / "results")


def test_a_complete_run_is_not_done_again(folder: Path, tmp_path: Path) -> None:
    """No part is written again; a file that was changed is analyzed, and one that is new."""
    card, out = tmp_path / "card", tmp_path / "out"
    shutil.copytree(folder / "card", card)
    config = folder / "low-high.toml"
    assert analyze(card, out, config).returncode == 0
    assert tables(out) == tables(folder / "results")
    before = {part: part.stat().st_mtime_ns for part in parts(out)}
    write_sound(card / "a/20251026_000000.WAV", seed=99, seconds=3.0)
    write_sound(card / "c/20251027_000000.WAV", seed=98)
    done = analyze(card, out, config)
    assert f"{FILES - 1} files were done before, 2 are to be analyzed" in done.stderr
    assert {part: part.stat().st_mtime_ns for part in parts(out) if part in before} == before
    assert recordings(out)[0]["seconds"] == "3.000000"
    assert len(recordings(out)) == FILES + 1


def test_a_run_that_is_killed_again_and_again_gives_the_same_tables(
    folder: Path, tmp_path: Path
) -> None:
    """Its workers end with it, and at most one file of each is done again."""
    line = [str(SOUNDPOST), *command(folder / "card", tmp_path, folder / "low-high.toml")]
    kills = 0
    while len(parts(tmp_path)) < FILES - 2:
        before = len(parts(tmp_path))
        run = subprocess.Popen([*line, "--workers", "2"], stderr=subprocess.PIPE, text=True)
        wait_until(lambda: len(parts(tmp_path)) > before)  # noqa: B023 - called within the round
        workers = children(run)
        run.kill()
        run.communicate(timeout=PATIENCE_SECONDS)
        kills += 1
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))  # noqa: B023 - as above
    assert kills > 1
    assert not (tmp_path / "detections.jsonl").exists()
    kept = {part: part.stat().st_mtime_ns for part in parts(tmp_path)}
    done = analyze(folder / "card", tmp_path, folder / "low-high.toml")
    assert done.returncode == 0, done.stderr
    assert {part: part.stat().st_mtime_ns for part in kept} == kept
    assert tables(tmp_path) == tables(folder / "results")


def test_ctrl_c_keeps_what_is_done(folder: Path, tmp_path: Path) -> None:
    """The process ends at once, with exit status 130 and without a traceback."""
    line = command(folder / "card", tmp_path, folder / "low-high.toml", "--workers", "1")
    with running(line) as run:
        wait_until(lambda: parts(tmp_path))
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does
        _, errors = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 128 + signal.SIGINT
    assert "Traceback" not in errors
    assert analyze(folder / "card", tmp_path, folder / "low-high.toml").returncode == 0
    assert tables(tmp_path) == tables(folder / "results")


def test_bad_files_are_left_out_and_named(folder: Path, tmp_path: Path) -> None:
    """All others have their rows; the exit status is 1, and the next run tries them again."""
    card, out = tmp_path / "card", tmp_path / "out"
    shutil.copytree(folder / "card", card)
    (card / "a/noise.wav").write_bytes(bytes(range(256)) * 9)
    (card / "empty.WAV").touch()
    (card / "z.flac").write_bytes(b"fLaC" + bytes(400))
    done = analyze(card, out, folder / "low-high.toml")
    assert done.returncode == 1
    assert "3 files were left out:\n" in done.stdout
    assert "  empty.WAV: is empty\n" in done.stdout
    failed = {row["file"]: row["failure"] for row in recordings(out) if row["failure"]}
    assert list(failed) == ["a/noise.wav", "empty.WAV", "z.flac"]
    assert (out / "detections.jsonl").read_bytes() == tables(folder / "results")["detections.jsonl"]
    shutil.copy(card / "a/20251026_000000.WAV", card / "empty.WAV")
    done = analyze(card, out, folder / "low-high.toml", "--workers", "2")
    assert f"{FILES} files were done before, 3 are to be analyzed" in done.stderr
    assert len([row for row in recordings(out) if row["failure"]]) == 2


def test_a_crash_of_a_worker_leaves_out_its_file_only(folder: Path, tmp_path: Path) -> None:
    """As when a native decoder has a segmentation fault; another worker takes its place."""
    card, out = tmp_path / "card", tmp_path / "out"
    shutil.copytree(folder / "card", card)
    long = card / "a/0.wav"
    write_sound(long, seed=5, seconds=900.0)
    line = command(card, out, folder / "low-high.toml", "--workers", "1")
    with running(line) as run:
        wait_until(lambda: worker_of(run, long))
        worker = worker_of(run, long)
        assert worker is not None
        os.kill(worker, signal.SIGSEGV)
        output, errors = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == 1, errors
    assert "a/0.wav: the process that read it was ended by SIGSEGV" in output
    assert (out / "detections.jsonl").read_bytes() == tables(folder / "results")["detections.jsonl"]


def test_results_of_other_settings_are_not_mixed(folder: Path, tmp_path: Path) -> None:
    """The error names what differs; --force begins again, and then equal settings go on."""
    config, card = folder / "low-high.toml", folder / "card/a"
    assert analyze(card, tmp_path, config).returncode == 0
    before = tables(tmp_path)
    refused = analyze(card, tmp_path, config, "--threshold", "0.99", "--timezone", "UTC")
    assert refused.returncode == EX_CONFIG
    assert (
        "timezone: Europe/Berlin before, UTC now; thresholds and rules of low: " in refused.stderr
    )
    assert "--force" in refused.stderr
    assert tables(tmp_path) == before
    forced = analyze(card, tmp_path, config, "--threshold", "0.99", "--force")
    assert (forced.returncode, events(tmp_path)) == (0, [])
    again = analyze(card, tmp_path, config, "--threshold", "0.99")
    assert f"{len(recordings(tmp_path))} files were done before, 0 are" in again.stderr


def test_one_run_uses_a_folder_at_a_time(folder: Path, tmp_path: Path) -> None:
    """Another is refused while it lasts, and changes nothing."""
    write_sound(tmp_path / "long.wav", seed=5, seconds=900.0)
    line = command(tmp_path, tmp_path / "out", folder / "low-high.toml", "--workers", "1")
    with running(line) as run:
        wait_until(lambda: worker_of(run, tmp_path / "long.wav"))
        refused = soundpost(*line)
        assert refused.returncode == 1
        assert "is in use by another run" in refused.stderr
