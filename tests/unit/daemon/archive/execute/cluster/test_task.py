"""The task of a worker: refuses other models and other versions before it reads a file."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_archive import write_models, write_sound

from soundpost.archive.execute.messages import Analyzed, Refused, Unseen
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.archive.settings import AnalysisSettings, fingerprint
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules

pytest.importorskip("distributed", reason="in the extra `cluster`; no device has it")

from dask_threads import threads_cluster
from distributed import Client

from soundpost.archive.execute.cluster.task import Result, Setup, analyze_files, pack


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Provides the client of one worker with four threads."""
    with threads_cluster(threads=4) as client:
        yield client


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """Provides the settings of one tiny model, packed."""
    config = load_config(write_models(tmp_path, "low"), {})
    (manifest,) = (model.bundle.manifest for model in load_models(config.all_models))
    (model,) = config.all_models
    rules = build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
    settings = AnalysisSettings(config, [rules])
    return pack(settings, fingerprint(settings, [manifest]))


def sound(folder: Path) -> ArchiveFile:
    """Writes a recording, and returns it."""
    write_sound(folder / "0.wav", 0, seconds=2.0)
    return archive_files([folder], [folder / "0.wav"])[0]


def analyze(client: Client, setup: Setup, *files: ArchiveFile) -> list[Result] | Refused:
    """Runs the task on the worker."""
    task = client.submit(analyze_files, tuple(setup), pickle.dumps(files), "topic", pure=False)
    return task.result()


def test_a_batch_has_a_result_for_each_file(client: Client, setup: Setup, tmp_path: Path) -> None:
    """Threads of one worker take turns, because they share the model."""
    file = sound(tmp_path)
    tasks = [
        client.submit(analyze_files, tuple(setup), pickle.dumps([file] * 2), "topic", pure=False)
        for _ in range(4)
    ]
    first, *others = [task.result() for task in tasks]
    assert isinstance(first, list)
    assert isinstance(first[0], Analyzed)
    assert first == [first[0]] * 2
    assert others == [first] * 3


def test_another_version_is_refused(client: Client, setup: Setup, tmp_path: Path) -> None:
    """Before the settings are unpickled, which another version may not be able to."""
    other = Setup(setup.facts | {"soundpost": "9.9"}, b"not a pickle of this version")
    refused = analyze(client, other, sound(tmp_path))
    assert isinstance(refused, Refused)
    assert "the run has 9.9" in refused.message
    assert "install the same version" in refused.hint


def test_another_bundle_is_refused(client: Client, setup: Setup, tmp_path: Path) -> None:
    """It has the same name on the worker, and other contents."""
    facts = setup.facts | {"model low": "1.0.0 (0123456789ab)"}
    refused = analyze(client, Setup(facts, setup.settings), sound(tmp_path))
    assert isinstance(refused, Refused)
    assert "has other models or settings: model low: " in refused.message
    assert "1.0.0 (0123456789ab) here" in refused.message


def test_a_damaged_bundle_is_refused(client: Client, setup: Setup, tmp_path: Path) -> None:
    """Every byte of it is verified by its hash, once in a process."""
    model = tmp_path / "low/model.tflite"
    model.write_bytes(model.read_bytes()[:-1] + b"?")
    refused = analyze(client, setup, sound(tmp_path))
    assert isinstance(refused, Refused)
    assert "model.tflite is damaged or another file" in refused.message


def test_another_view_of_a_file_is_no_result(client: Client, setup: Setup, tmp_path: Path) -> None:
    """The folder may be another one on the worker, under the same path."""
    file = sound(tmp_path)
    size_bytes = file.size_bytes
    write_sound(file.path, 1, seconds=3.0)
    results = analyze(client, setup, file)
    assert isinstance(results, list)
    (unseen,) = results
    assert isinstance(unseen, Unseen)
    assert unseen.reason == f"{file.path.stat().st_size} bytes instead of {size_bytes}"
