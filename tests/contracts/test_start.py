"""The modules that a start of the daemon imports: none that it does not use."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
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
own = [module for name, module in sys.modules.items() if name.partition(".")[0] == "soundpost"]
generated = {
    f"{value.__module__}.{value.__qualname__}"
    for module in own for value in vars(module).values()
    if isinstance(value, type) and "__dataclass_fields__" in vars(value)
}
print(json.dumps({"modules": sorted(sys.modules), "dataclasses": sorted(generated)}))
"""

ONE_KIND = """
import json, sys
from soundpost.capture import build_source
from soundpost.config import CaptureConfig
from soundpost.health import Health
build_source(CaptureConfig(source=sys.argv[1]), 16_000, Health())
print(json.dumps(sorted(sys.modules)))
"""

UNUSED = (
    *("soundpost.archive.analysis", "soundpost.archive.report", "soundpost.archive.tables"),
    *("soundpost.importer.import_model", "soundpost.importer.labels", "soundpost.review"),
    *("soundpost.cli.watch", "soundpost.cli.listen", "soundpost_training", "soundpost_web"),
    *("soundpost_notify", "apprise"),
    *("soundpost.commands.executor", "soundpost.metrics.exporter", "soundpost.gate.voice_trigger"),
    *("soundpost.acoustics.figures", "soundpost.acoustics.meter", "soundpost.messages.acoustics"),
    *("soundpost.publish.retained.acoustics", "soundpost.capture.live"),
    *("soundpost.capture.microphone", "soundpost.capture.stream.stream", "soundpost.capture.probe"),
    *("subprocess", "sysconfig", "zoneinfo"),
    *("numpy.ma", "numpy.random", "numpy.testing", "statistics", "difflib"),
    *("astral", "jinja2", "onnxruntime", "prometheus_client", "pyarrow", "pyaudio", "rich"),
    *("scipy", "soundfile", "soxr", "starlette", "tensorflow", "webrtcvad", "distributed"),
)
"""Of ours and of libraries: for other commands, or for keys that are off by default. Those of numpy
take 10 to 20 ms and 2 MB each."""

MOST_DATACLASSES = 30
"""Of our modules at a start, which had 80 once. The methods of each are generated and compiled at
every start, for 3 to 8 million instructions; a msgspec struct or a NamedTuple takes a tenth."""

OF_OTHER_SOURCES = {
    "mic": ("soundpost.recording", "soundpost.capture.stream.stream", "subprocess"),
    "wav:quiet.wav": ("soundpost.capture.live", "soundpost.capture.microphone", "subprocess"),
    "rtsp://camera/1": ("soundpost.capture.microphone", "soundpost.capture.stream.pcm"),
    "pcm:-": ("soundpost.capture.microphone", "soundpost.capture.stream.stream", "subprocess"),
}
"""By the source: what belongs to the others."""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Provides modules and dataclasses of `soundpost run` that has processed a recording."""
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
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def below(modules: Iterable[str], name: str) -> list[str]:
    """Returns a module, and those in it, of some modules."""
    return [each for each in modules if each == name or each.startswith(f"{name}.")]


@pytest.mark.parametrize("name", UNUSED)
def test_a_start_imports_nothing_that_it_does_not_use(
    started: dict[str, list[str]], name: str
) -> None:
    """Neither the module nor one below it is there after sound was processed and published."""
    assert not below(started["modules"], name)


def test_a_start_generates_few_classes(started: dict[str, list[str]]) -> None:
    """Most values that the daemon passes on are structs, which need no code of their own."""
    assert len(started["dataclasses"]) <= MOST_DATACLASSES, started["dataclasses"]


@pytest.mark.parametrize("source", OF_OTHER_SOURCES)
def test_a_source_imports_nothing_of_other_kinds(source: str) -> None:
    """A microphone needs no reader of files, a file no PortAudio, and neither of them ffmpeg."""
    done = subprocess.run(
        [sys.executable, "-c", ONE_KIND, source], capture_output=True, text=True, check=True
    )
    modules = json.loads(done.stdout)
    assert not [found for name in OF_OTHER_SOURCES[source] for found in below(modules, name)]
