"""Stores heads: versions that are there completely or not at all."""

import fcntl
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from heads import CARD, golden_of, label, random_weights, store_tiny_head, tiny_facts

from soundpost.errors import HeadError
from soundpost.heads import (
    MadeFrom,
    current_version,
    install_head,
    load_head,
    use_version,
    version_folder,
)
from soundpost.heads.install import KEPT_VERSIONS
from soundpost.heads.store import version_before, versions
from soundpost.system.atomic_file import set_aside


def test_a_stored_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With its description, its weights and its card."""
    head = store_tiny_head(tmp_path)
    assert head.folder == tmp_path / "gate_bell" / "versions" / "1"
    read = load_head(head.folder)
    assert read.description == head.description
    assert read.description.version == 1
    values = np.ones((2, 6), np.float32)
    assert np.array_equal(read.scores(values), random_weights().scores(values)[:, None])
    assert (head.folder / "HEAD_CARD.md").read_text() == CARD
    assert current_version(tmp_path / "gate_bell") == 1


def test_old_versions_are_removed(tmp_path: Path) -> None:
    """The disk of a node is small."""
    for seed in range(KEPT_VERSIONS + 3):
        store_tiny_head(tmp_path, seed)
    folder = tmp_path / "gate_bell"
    assert versions(folder) == list(range(4, KEPT_VERSIONS + 4))
    assert sorted(entry.name for entry in folder.iterdir()) == ["current", "versions"]
    assert all(entry.name.isdigit() for entry in (folder / "versions").iterdir())


def test_the_version_before_is_kept_however_many_were_taken_back(tmp_path: Path) -> None:
    """Eleven lessons that were no better than the first, which is in use again after each."""
    folder = tmp_path / "gate_bell"
    for seed in range(KEPT_VERSIONS + 2):
        store_tiny_head(tmp_path, seed)
        use_version(folder, 1)
    number = store_tiny_head(tmp_path, 99).description.version
    assert version_before(folder, number) == 1
    assert versions(folder) == [1, *range(number - KEPT_VERSIONS + 1, number + 1)]


def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    """A half-written version is never read."""
    left = tmp_path / "gate_bell" / "versions" / ".1.part"
    left.mkdir(parents=True)
    removed = tmp_path / "gate_bell" / "versions" / ".7.part"  # killed while it was removed
    removed.mkdir()
    (left / "head.json").write_text("{")
    assert versions(tmp_path / "gate_bell") == []
    assert store_tiny_head(tmp_path).description.version == 1
    assert not left.exists()
    assert not removed.exists()


def test_a_head_that_does_not_verify_is_not_stored(tmp_path: Path) -> None:
    """The version in use stays."""
    store_tiny_head(tmp_path)
    weights = random_weights(seed=3)
    golden = golden_of(weights)
    wrong = replace(golden, scores=golden.scores[::-1].copy())
    with pytest.raises(HeadError, match="golden scores differ"):
        install_head(tmp_path / "gate_bell", tiny_facts(), weights, wrong, CARD)
    assert versions(tmp_path / "gate_bell") == [1]
    assert [entry.name for entry in (tmp_path / "gate_bell" / "versions").iterdir()] == ["1"]


def test_the_folder_has_the_name_of_the_label(tmp_path: Path) -> None:
    """By which a label is found that cannot be read."""
    weights = random_weights()
    with pytest.raises(HeadError, match="expected the folder of gate_bell"):
        install_head(tmp_path / "other", tiny_facts(), weights, golden_of(weights), CARD)


def test_a_head_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """The limit holds for what a reader takes memory for."""
    weights = random_weights(8_000)
    facts = tiny_facts(8_000, label())
    with pytest.raises(HeadError, match="expected a head of at most 64000 bytes"):
        install_head(tmp_path / "gate_bell", facts, weights, golden_of(weights), CARD)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """With the reason of the system."""
    (tmp_path / "gate_bell").write_text("a file")
    with pytest.raises(HeadError, match="no head can be stored"):
        store_tiny_head(tmp_path)


def test_a_head_has_a_description_a_weights_file_and_a_card(tmp_path: Path) -> None:
    """Nothing else lies in its folder."""
    store_tiny_head(tmp_path)
    names = sorted(entry.name for entry in version_folder(tmp_path / "gate_bell", 1).iterdir())
    assert names == ["HEAD_CARD.md", "head.json", "head.npz"]


def test_two_processes_do_not_store_a_version_at_once(tmp_path: Path) -> None:
    """The second is refused while the first one writes."""
    store_tiny_head(tmp_path)
    folder = tmp_path / "gate_bell" / "versions"
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # as the other process has it
        with pytest.raises(HeadError, match="another process stores a head"):
            store_tiny_head(tmp_path, 1)
    finally:
        os.close(descriptor)
    assert store_tiny_head(tmp_path, 1).description.version == 2


@pytest.mark.parametrize("change", ["another version", "an undo", "removed"])
def test_a_version_that_knows_nothing_of_a_change_is_not_stored(
    tmp_path: Path, change: str
) -> None:
    """A lesson takes a minute; another process may teach the label meanwhile, or remove it."""
    for seed in range(2):
        store_tiny_head(tmp_path, seed)
    folder, weights = tmp_path / "gate_bell", random_weights(seed=3)
    head = (folder, tiny_facts(), weights, golden_of(weights), CARD)
    assert install_head(*head, MadeFrom({"note": b"x"}, 2)).description.version == 3
    assert (version_folder(folder, 3) / "note").read_bytes() == b"x"
    if change == "another version":
        store_tiny_head(tmp_path, 4)
    elif change == "an undo":
        use_version(folder, 2)
    else:
        shutil.rmtree(folder)
    before = versions(folder)
    with pytest.raises(HeadError, match="gate_bell while this version was made") as caught:
        install_head(*head, MadeFrom(version=3))
    assert caught.value.hint
    assert versions(folder) == before
    assert folder.exists() == bool(before)
    assert install_head(*head, MadeFrom(version=0 if change == "removed" else None))


def test_a_first_version_that_knows_nothing_of_another_one_is_not_stored(tmp_path: Path) -> None:
    """Two lessons of one new label: the second would take the examples of the first away."""
    store_tiny_head(tmp_path)
    weights = random_weights(seed=3)
    head = (tmp_path / "gate_bell", tiny_facts(), weights, golden_of(weights), CARD)
    with pytest.raises(HeadError, match="has changed gate_bell"):
        install_head(*head, MadeFrom(version=0))
    assert versions(tmp_path / "gate_bell") == [1]


def test_the_number_of_a_version_that_was_set_aside_is_not_given_again(tmp_path: Path) -> None:
    """Messages and clips name a head by its version."""
    store_tiny_head(tmp_path)
    store_tiny_head(tmp_path, 1)
    set_aside(version_folder(tmp_path / "gate_bell", 2))
    assert versions(tmp_path / "gate_bell") == [1]
    assert store_tiny_head(tmp_path, 2).description.version == 3
