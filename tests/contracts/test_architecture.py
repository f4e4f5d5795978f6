"""The import contracts hold, and each one detects a breach."""

import os
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRAINING_LEVELS = 12

# Contract, source file, and a line that breaks the contract there.
BREACHES = [
    ("one-way", "daemon/soundpost/features/mel.py", "import soundpost.manifest"),
    ("one-way", "daemon/soundpost/events.py", "import soundpost.features"),
    ("one-way", "daemon/soundpost/audio/chunk.py", "import soundpost.features"),
    ("one-way", "daemon/soundpost/config/schema.py", "import soundpost.manifest"),
    ("one-way", "daemon/soundpost/manifest/schema.py", "import soundpost.decide"),
    ("one-way", "daemon/soundpost/gate/level_trigger.py", "import soundpost.capture"),
    ("one-way", "daemon/soundpost/decide/tracker.py", "import soundpost.classify"),
    ("one-way", "daemon/soundpost/evidence/store/clip_store.py", "import soundpost.publish"),
    ("one-way", "daemon/soundpost/messages/payload.py", "import soundpost.pipeline"),
    ("one-way", "daemon/soundpost/pipeline/pipeline.py", "import soundpost.app"),
    ("one-way", "daemon/soundpost/app/run.py", "import soundpost.cli"),
    ("one-way", "daemon/soundpost/archive/execute/worker.py", "import soundpost.app"),
    ("one-way", "daemon/soundpost/pipeline/build.py", "import soundpost.archive"),
    ("one-way", "daemon/soundpost/review/queue.py", "import soundpost.archive"),
    ("one-way", "daemon/soundpost/evidence/recorder.py", "import soundpost.review"),
    ("one-way", "daemon/soundpost/importer/write.py", "import soundpost.pipeline"),
    ("one-way", "daemon/soundpost/classify/find.py", "import soundpost.importer"),
    ("one-way", "daemon/soundpost/utils.py", '"""A collection without a topic."""'),
    (
        "training-layers",
        "training/soundpost_training/dataset/clip.py",
        "import soundpost_training.train",
    ),
    *(
        (
            "training-sees-the-contract",
            "training/soundpost_training/network/build.py",
            f"import soundpost.{package}",
        )
        for package in (
            "cli",
            "app",
            "supervisor",
            "pipeline",
            "capture",
            "gate",
            "evidence",
            "publish",
            "mqtt",
            "review",
            "config",
            "audio.vad",
        )
    ),
    *(
        ("daemon-without-training", "daemon/soundpost/classify/classifier.py", f"import {name}")
        for name in (
            "soundpost_notify",
            "soundpost_training",
            "soundpost_web",
            "tensorflow",
            "keras",
            "sklearn",
            "scipy.signal",
            "librosa",
            "matplotlib",
        )
    ),
    ("web-layers", "daemon/soundpost_web/history/query.py", "import soundpost_web.pages"),
    ("web-layers", "daemon/soundpost_web/clips/fetch.py", "import soundpost_web.review"),
    ("web-layers", "daemon/soundpost_web/review/desk.py", "import soundpost_web.pages"),
    ("web-layers", "daemon/soundpost_web/pages/render.py", "import soundpost_web.subscribe"),
    *(
        ("web-sees-messages", "daemon/soundpost_web/subscribe/inbox.py", f"import soundpost.{name}")
        for name in ("publish", "capture", "evidence.recorder", "pipeline", "app")
    ),
    ("web-sees-messages", "daemon/soundpost_web/subscribe/inbox.py", "import soundpost_notify"),
    (
        "notify-layers",
        "daemon/soundpost_notify/queue/content.py",
        "import soundpost_notify.deliver",
    ),
    ("notify-layers", "daemon/soundpost_notify/rules/rule.py", "import soundpost_notify.nodes"),
    *(
        ("notify-sees-messages", "daemon/soundpost_notify/receive/inbox.py", f"import {name}")
        for name in (
            "soundpost.publish",
            "soundpost.capture",
            "soundpost.app",
            "soundpost_web.server",
            "soundpost_web.pages",
            "soundpost_web.subscribe",
        )
    ),
    ("importer-apprise", "daemon/soundpost_notify/deliver/ntfy.py", "import apprise"),
    ("importer-apprise", "daemon/soundpost_web/server/run.py", "import apprise"),
    ("importer-starlette", "daemon/soundpost_web/live/stream.py", "import starlette.responses"),
    ("importer-multipart", "daemon/soundpost_web/server/account.py", "import python_multipart"),
    ("importer-argon2", "daemon/soundpost_web/access/session.py", "import argon2"),
    ("light-supervisor", "daemon/soundpost/supervisor/launcher.py", "import soundpost.audio"),
    ("light-supervisor", "daemon/soundpost/config/sources/table.py", "import numpy"),
    ("importer-pyaudio", "daemon/soundpost/capture/file_source.py", "import pyaudio"),
    ("importer-pyaudio", "training/soundpost_training/network/build.py", "import pyaudio"),
    ("importer-soundfile", "daemon/soundpost/capture/microphone/mic.py", "import soundfile"),
    ("importer-astral", "daemon/soundpost/decide/suppress/schedule.py", "import astral"),
    ("importer-soundfile", "daemon/soundpost/evidence/store/files.py", "import soundfile"),
    ("importer-soxr", "daemon/soundpost/capture/file_source.py", "import soxr"),
    ("importer-webrtcvad", "daemon/soundpost/gate/level_trigger.py", "import webrtcvad"),
    ("importer-tflite", "daemon/soundpost/classify/golden.py", "import ai_edge_litert.interpreter"),
    ("importer-tflite", "training/soundpost_training/network/build.py", "import tflite_runtime"),
    ("importer-onnxruntime", "training/soundpost_training/teacher/heads.py", "import onnxruntime"),
    ("importer-prometheus", "daemon/soundpost/metrics/textfile.py", "import prometheus_client"),
    (
        "importer-pyroomacoustics",
        "training/soundpost_training/synthesis/degrade.py",
        "import pyroomacoustics",
    ),
    ("importer-rich", "daemon/soundpost/cli/watch/view.py", "import rich.live"),
    ("importer-rich", "daemon/soundpost/cli/check.py", "import rich"),
    ("importer-pyarrow", "daemon/soundpost/archive/tables/events_csv.py", "import pyarrow"),
    ("importer-distributed", "daemon/soundpost/archive/execute/pool.py", "import distributed"),
    ("importer-distributed", "daemon/soundpost/archive/execute/worker.py", "import dask"),
    ("importer-jinja2", "daemon/soundpost/archive/report/report.py", "import jinja2"),
    ("importer-paho", "daemon/soundpost/messages/payload.py", "import paho.mqtt.client"),
    ("importer-paho", "daemon/soundpost/app/run.py", "import paho.mqtt"),
]


def lint_imports(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the source tree in a folder."""
    paths = [str(root / "daemon"), str(root / "training")]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo", *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def contracts() -> list[str]:
    """Returns the contracts of pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


@pytest.fixture
def source_tree(tmp_path: Path) -> Path:
    """A copy of the source tree that a test may change."""
    for package in ("daemon", "training"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_holds() -> None:
    """No import in the source tree breaks a contract."""
    answer = lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_contract_is_broken_on_purpose_here() -> None:
    """A contract without a test breach may be one that cannot be broken."""
    assert {contract for contract, _, _ in BREACHES} == set(contracts())


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_breach_is_detected(source_tree: Path, contract: str, file: str, line: str) -> None:
    """With one more line the contract is reported as broken, with the name of the file."""
    path = source_tree / file
    assert path.exists() == (path.name != "utils.py"), f"{file} has moved: breach another file"
    with path.open("a") as source:
        source.write(f"\n{line}\n")
    answer = lint_imports(source_tree, "--contract", contract)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "0 kept, 1 broken" in answer.stdout
    assert path.stem in answer.stdout.partition("Broken contracts")[2]


def test_training_has_at_most_twelve_levels_of_imports() -> None:
    """The longest chain of imports between its modules; a reader follows one from top to bottom."""
    graph = grimp.build_graph("soundpost_training")

    @cache
    def level(module: str) -> int:
        below = graph.find_modules_directly_imported_by(module)
        return 1 + max((level(imported) for imported in below), default=0)

    assert max(level(module) for module in graph.modules) <= TRAINING_LEVELS
