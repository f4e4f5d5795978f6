"""Interrupted downloads."""

from pathlib import Path

import pytest
from freesound_server import Site, collect_request

from soundpost_training.freesound.api import Freesound
from soundpost_training.freesound.collect import collect


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_an_interrupted_download_resumes(
    freesound: Freesound, site: Site, tmp_path: Path, waits: list[float], *, takes_ranges: bool
) -> None:
    """Only the rest is requested; a server that sends the whole file again is understood."""
    site.takes_ranges = takes_ranges
    site.breaks["3.ogg"] = 1000
    collect(freesound, collect_request(tmp_path), waits.append)
    assert (tmp_path / "fox" / "3.ogg").read_bytes() == site.audio["3.ogg"]
    (first, again) = [byte_range for name, byte_range, _ in site.previews if name == "3.ogg"]
    assert (first, again) == (None, "bytes=1000-")
    assert waits == [2.0]
    assert not list(tmp_path.rglob("*.part"))


def test_a_stored_part_is_resumed(freesound: Freesound, site: Site, tmp_path: Path) -> None:
    """A part that is complete already, or too long, gives the right file, too."""
    folder = tmp_path / "fox"
    folder.mkdir()
    (folder / "1.ogg.part").write_bytes(site.audio["1.ogg"][:500])
    (folder / "2.ogg.part").write_bytes(site.audio["2.ogg"])
    (folder / "5.ogg.part").write_bytes(site.audio["5.ogg"] + b"more")
    collect(freesound, collect_request(tmp_path), lambda _: None)
    for name in ("1.ogg", "2.ogg", "5.ogg"):
        assert (folder / name).read_bytes() == site.audio[name]
    assert ("1.ogg", "bytes=500-", None) in site.previews
