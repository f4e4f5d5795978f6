"""What fuzzing found stays found: every kept input is tried again."""

import logging
import tempfile
from pathlib import Path

import corpus
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seeds import SEEDS
from targets import TARGETS

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk would be the slowest part of it; each has its own folder there


@pytest.mark.parametrize("target", TARGETS)
def test_every_kept_input_is_read_or_refused(target: str) -> None:
    """No input ends the daemon with anything but an error that a person can mend."""
    place = MEMORY if MEMORY.is_dir() else None
    logging.disable()  # each of them has much to complain about
    try:
        for data in [*SEEDS[target](), *corpus.read(target).values()]:
            with tempfile.TemporaryDirectory(prefix="fuzz-", dir=place) as folder:
                TARGETS[target](data, Path(folder))
    finally:
        logging.disable(logging.NOTSET)


def test_every_target_has_something_to_begin_with() -> None:
    """Nobody is fuzzed from nothing, and a corpus belongs to somebody."""
    assert TARGETS.keys() == SEEDS.keys() == {path.stem for path in corpus.FOLDER.glob("*.zip")}


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=200)))
def test_a_corpus_is_kept_as_it_is(inputs: list[bytes]) -> None:
    """Each input once, the smallest first, and the same inputs give the same file."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "FOLDER", Path(folder))
        assert corpus.write("any", inputs) == len(set(inputs))
        first = (Path(folder) / "any.zip").read_bytes()
        assert list(corpus.read("any").values()) == sorted(set(inputs), key=lambda d: (len(d), d))
        corpus.write("any", inputs[::-1])
        assert (Path(folder) / "any.zip").read_bytes() == first


def test_a_corpus_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beyond its bound the largest inputs are not kept."""
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "MOST_BYTES", 2_000)
    noise = np.random.default_rng(1)
    inputs = [noise.bytes(size) for size in (5_000, 10, 20)]
    assert corpus.write("any", inputs) == 2
    assert list(corpus.read("any").values()) == inputs[1:]
