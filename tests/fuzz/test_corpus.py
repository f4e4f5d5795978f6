"""Every input in the corpus is run again, so that a bug found by fuzzing stays fixed."""

import logging
import tempfile
from pathlib import Path

import corpus
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seeds import SEEDS, words
from targets import TARGETS

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk would be slow; each process has its own folder there


@pytest.mark.parametrize("target", TARGETS)
def test_every_stored_input_is_read_or_refused(target: str) -> None:
    """No input ends the daemon with anything but an error that a person can fix."""
    memory = MEMORY if MEMORY.is_dir() else None
    logging.disable()  # most inputs are logged as faulty
    try:
        for data in [*SEEDS[target](), *corpus.read(target).values()]:
            with tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory) as folder:
                TARGETS[target](data, Path(folder))
    finally:
        logging.disable(logging.NOTSET)


def test_every_target_has_seeds_and_every_corpus_has_a_target() -> None:
    """No target starts from nothing."""
    assert TARGETS.keys() == SEEDS.keys() == {path.stem for path in corpus.FOLDER.glob("*.zip")}


@pytest.mark.parametrize("target", TARGETS)
def test_the_words_of_a_language_are_known_to_the_fuzzer(target: str) -> None:
    """Each is in its dictionary once, as ASCII; of the configuration all keys, also of lists."""
    found = words(target)
    assert len(found) == len(set(found))
    assert all(word and word.isascii() for word in found)
    if target == "config":
        assert {"[capture]", "[[sources]]", "source", "broker", "on_threshold"} <= set(found)


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=200)))
def test_a_corpus_is_stored_unchanged_and_reproducibly(inputs: list[bytes]) -> None:
    """Each input is stored once, the smallest first; the same inputs give the same file."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "FOLDER", Path(folder))
        assert corpus.write("any", inputs) == len(set(inputs))
        first = (Path(folder) / "any.zip").read_bytes()
        assert list(corpus.read("any").values()) == sorted(set(inputs), key=lambda d: (len(d), d))
        corpus.write("any", inputs[::-1])
        assert (Path(folder) / "any.zip").read_bytes() == first


def test_a_corpus_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beyond the limit the largest inputs are dropped."""
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "MOST_BYTES", 2_000)
    noise = np.random.default_rng(1)
    inputs = [noise.bytes(size) for size in (5_000, 10, 20)]
    assert corpus.write("any", inputs) == 2
    assert list(corpus.read("any").values()) == inputs[1:]
