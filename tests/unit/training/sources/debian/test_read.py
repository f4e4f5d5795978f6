"""Packages as sources: labels, licences, held-out files, and everything that is left out."""

import io
import zipfile
from pathlib import Path

import pytest
from made_debs import COPYRIGHT, make_deb, wav

from soundpost_training.errors import DatasetError
from soundpost_training.sources.debian.read import read_packages
from soundpost_training.sources.debian.table import Rule
from soundpost_training.sources.decode import read_recording
from soundpost_training.sources.recording import Source

pytestmark = pytest.mark.usefixtures("dpkg_deb")

NAME = "soundpost-test-sounds"
DATA = f"./usr/share/games/{NAME}/data"
DOC = {f"./usr/share/doc/{NAME}/copyright": COPYRIGHT}
RULES = [
    Rule(NAME, ("bark*.wav",), ("dog",), "train", "a dog", ""),
    Rule(NAME, ("held*.wav",), (), "held_out", "for evaluation", ""),
    Rule(NAME, ("joke.wav",), (), "no", "a joke", ""),
    Rule(NAME, ("pak.pk3/*",), ("cow",), "train", "a cow", ""),
]


def read(cache: Path, files: dict[str, bytes], links: dict[str, str] | None = None) -> Source:
    """Returns the source of a package with these files."""
    make_deb(cache, NAME, files, links=links)
    (source,) = read_packages(cache, rules={NAME: RULES})
    return source


def test_files_have_the_labels_and_licences_of_their_rules(tmp_path: Path) -> None:
    """Each file by the first rule that matches it, and by its paragraph of the copyright file."""
    files = {f"{DATA}/bark1.wav": wav(seed=1), f"{DATA}/held1.wav": wav(2.0, 44_100)}
    source = read(tmp_path, files | DOC)
    bark, held = source.recordings
    assert (bark.labels, bark.held_out, bark.licence) == (("dog",), False, "CC0-1.0")
    assert "Bob Recordist" in bark.attribution
    assert (held.labels, held.held_out, held.licence) == ((), True, "GPL-2+")
    assert source.name == f"debian:{NAME}"
    assert source.hours == pytest.approx(3 / 3600)
    assert not source.left_out
    assert len(read_recording(held)) == 32_000


def test_sounds_in_an_archive_are_files_of_the_package(tmp_path: Path) -> None:
    """Their paths begin with the archive's name; a damaged archive is left out by its name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("s/moo.wav", wav(seed=3))
        archive.writestr("../../evil.wav", wav(seed=4))
    files = {f"{DATA}/pak.pk3": content.getvalue(), f"{DATA}/bad.pk3": b"PK no"}
    source = read(tmp_path, files | DOC)
    (cow,) = source.recordings
    assert cow.labels == ("cow",)
    assert cow.path.parts[-3:] == ("pak.pk3", "s", "moo.wav")
    assert any("evil.wav is outside the archive" in line for line in source.left_out)
    assert any("bad.pk3 cannot be read" in line for line in source.left_out)
    assert not list(tmp_path.rglob("evil.wav"))


def test_what_cannot_be_used_is_counted_with_its_reason(tmp_path: Path) -> None:
    """Narrow, damaged, excluded and unlisted files, and copies, are left out."""
    files = {
        f"{DATA}/bark1.wav": wav(seed=1),
        f"{DATA}/bark2.wav": wav(seed=1),
        f"{DATA}/bark3.wav": wav(rate_hz=8_000),
        f"{DATA}/bark4.wav": b"no sound at all",
        f"{DATA}/bark5.wav": wav(0.0),
        f"{DATA}/joke.wav": wav(seed=5),
        f"{DATA}/other.wav": wav(seed=6),
    }
    source = read(tmp_path, files | DOC)
    assert len(source.recordings) == 1
    text = "\n".join(source.left_out)
    for reason in ("copies", "8000 Hz", "bark4.wav", "bark5.wav", "a joke", "no rule"):
        assert reason in text


def test_paths_and_links_never_lead_out_of_the_package(tmp_path: Path) -> None:
    """Absolute paths, parent folders and links are left out; nothing is written elsewhere."""
    outside = tmp_path / "outside"
    files = {
        f"{outside}/bark1.wav": wav(seed=1),
        f"{DATA}/../../../../../../../outside/bark2.wav": wav(seed=2),
        f"{DATA}/bark3.wav": wav(seed=3),
    }
    (tmp_path / "cache").mkdir()
    source = read(
        tmp_path / "cache", files | DOC, {f"{DATA}/bark4.wav": "/etc/hostname", f"{DATA}/l": "/"}
    )
    assert [recording.path.name for recording in source.recordings] == ["bark3.wav"]
    assert not outside.exists()
    text = "\n".join(source.left_out)
    assert text.count("outside the package") == 2
    assert "2 links are not followed" in text


def test_a_package_without_a_copyright_file_is_left_out(tmp_path: Path) -> None:
    """Its licence cannot be known."""
    source = read(tmp_path, {f"{DATA}/bark1.wav": wav()})
    assert not source.recordings
    assert "copyright" in source.left_out[0]


def test_a_copy_in_a_later_package_is_left_out(tmp_path: Path) -> None:
    """So a held-out file is never one that was trained on under another name."""
    make_deb(tmp_path, NAME, {f"{DATA}/bark1.wav": wav(seed=1)} | DOC)
    second = "soundpost-test-more"
    doc = {f"./usr/share/doc/{second}/copyright": COPYRIGHT}
    make_deb(tmp_path, second, {"./usr/share/m/x.wav": wav(seed=1)} | doc)
    rules = {NAME: RULES, second: [Rule(second, ("*",), (), "held_out", "all", "")]}
    first, later = read_packages(tmp_path, rules=rules)
    assert (len(first.recordings), len(later.recordings)) == (1, 0)
    assert "copies" in later.left_out[0]


def test_an_unknown_name_has_a_hint(tmp_path: Path) -> None:
    """The nearest package of the table is proposed."""
    with pytest.raises(DatasetError, match="no package openarena-dta") as caught:
        read_packages(tmp_path, ["openarena-dta"])
    assert "openarena-data" in caught.value.hint
