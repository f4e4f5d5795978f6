"""What a configuration makes of evidence."""

from pathlib import Path

import msgspec
import pytest

from soundpost.config import EvidenceConfig, load_config
from soundpost.errors import ConfigError
from soundpost.evidence import NoEvidence, build_recorder
from soundpost.health import Health
from soundpost.manifest import Manifest, read_manifest

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def manifest() -> Manifest:
    """That of the tiny model of the tests."""
    return read_manifest(TINY)


def at_rate(manifest: Manifest, sample_rate_hz: int) -> Manifest:
    """The manifest of a model that hears at another rate."""
    features = msgspec.structs.replace(manifest.input.features, sample_rate_hz=sample_rate_hz)
    heard = msgspec.structs.replace(manifest.input, features=features)
    return msgspec.structs.replace(manifest, input=heard)


def test_nothing_is_kept_by_default(manifest: Manifest) -> None:
    """No sound is written to any disk unless somebody names a folder."""
    assert isinstance(build_recorder(EvidenceConfig(), manifest, 1, Health()), NoEvidence)
    assert EvidenceConfig(privacy="mute-speech").folder is None


def test_a_folder_is_all_that_it_takes(manifest: Manifest, tmp_path: Path) -> None:
    """And it is not made before anything is heard."""
    config = EvidenceConfig(folder=str(tmp_path / "clips"))
    assert not isinstance(build_recorder(config, manifest, 1, Health()), NoEvidence)
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize(
    ("privacy", "sample_rate_hz", "words"),
    [
        ("off", 700_000, "FLAC"),
        ("mute-speech", 22_050, "voices"),
        ("no-speech-clips", 96_000, "voi"),
    ],
)
def test_a_rate_that_does_not_allow_it_is_refused(
    manifest: Manifest, privacy: str, sample_rate_hz: int, words: str
) -> None:
    """At the start, not when the first event has no clip or an unmuted one."""
    config = msgspec.convert({"folder": "clips", "privacy": privacy}, EvidenceConfig)
    with pytest.raises(ConfigError, match=words):
        build_recorder(config, at_rate(manifest, sample_rate_hz), 1, Health())


def test_rolls_that_leave_nothing_of_a_clip_are_refused(tmp_path: Path) -> None:
    """A clip without its event is no evidence."""
    path = tmp_path / "soundpost.toml"
    path.write_text("[evidence]\npre_roll_seconds = 10\nclip_seconds = 10\n")
    with pytest.raises(ConfigError, match="leave nothing of clip_seconds"):
        load_config(path)
