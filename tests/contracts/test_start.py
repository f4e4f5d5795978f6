"""The modules that a start of the daemon imports: none that it does not use."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from recording import write_quiet

PROGRAM = """
import json, sys
from soundpost.cli import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)))
"""

UNUSED = (
    *("soundpost.archive.analysis", "soundpost.archive.report", "soundpost.archive.tables"),
    *("soundpost.importer.import_model", "soundpost.importer.labels", "soundpost.review"),
    *("soundpost.cli.watch", "soundpost.cli.listen", "soundpost_training", "soundpost_web"),
    *("soundpost.commands.executor", "soundpost.metrics.exporter", "soundpost.gate.voice_trigger"),
    *("numpy.ma", "numpy.random", "numpy.testing", "statistics", "difflib"),
    *("astral", "jinja2", "onnxruntime", "prometheus_client", "pyarrow", "pyaudio", "rich"),
    *("scipy", "soundfile", "soxr", "starlette", "tensorflow", "webrtcvad", "distributed"),
)
"""Of ours and of libraries: for other commands, or for keys that are off by default. Those of numpy
take 10 to 20 ms and 2 MB each."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Provides the modules of `soundpost run` once it has processed a short recording."""
    folder = tmp_path_factory.mktemp("start")
    recording = folder / "quiet.wav"
    write_quiet(recording, 3.0)
    run = ["run", "--pace", "fast", "--source", f"wav:{recording}"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *run, "--broker", "mqtt://127.0.0.1:1"],
        env=os.environ,
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "stopped after 3.0 s of sound" in done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("name", UNUSED)
def test_a_start_imports_nothing_that_it_does_not_use(imported: set[str], name: str) -> None:
    """Neither the module nor one below it is there after sound was processed and published."""
    assert not {each for each in imported if each == name or each.startswith(f"{name}.")}
