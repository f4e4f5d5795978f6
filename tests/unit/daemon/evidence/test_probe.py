"""The check of the evidence folder, before the first event needs it."""

from pathlib import Path

import pytest
from evidence_harness import Event, EvidenceNode

from soundpost.audio import Pcm
from soundpost.errors import EvidenceError
from soundpost.evidence.probe import probe


def test_a_folder_that_can_be_written_is_described(folder: Path, noise: Pcm) -> None:
    """The result has the number of clips and the free space; no file of the check is left."""
    assert probe(folder, 0).startswith(f"{folder}: 0 clips, ")
    assert list(folder.iterdir()) == []
    EvidenceNode(folder).run(noise, [Event(16_000, 24_000)])
    assert probe(folder, 0).startswith(f"{folder}: 1 clips, ")


@pytest.mark.parametrize("folder", ["/proc/clips", "/dev/null"])
def test_a_folder_that_cannot_be_written_is_refused(folder: str) -> None:
    """The error has the path."""
    with pytest.raises(EvidenceError, match=folder):
        probe(Path(folder), 0)


def test_a_disk_with_too_little_free_space_is_refused(folder: Path) -> None:
    """Every clip would be lost, or cost another one."""
    with pytest.raises(EvidenceError, match="expected 1000000000 MB free"):
        probe(folder, 1_000_000_000)
